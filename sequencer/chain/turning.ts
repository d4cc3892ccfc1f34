/** When an endpoint of L1 is left because what it answers is of no use to a loop. */
import { FAILURES_BEFORE_TURN } from "./limits.ts";

/** Several endpoints of which one is asked at a time (provider.ts). */
export interface Endpoints {
  /** How often another one was turned to. */
  readonly turns: number;
  /** Another one is asked from now on. */
  turn(why: unknown): void;
}

/**
 * What a loop calls at each failure, with the number of those in a row. Only what failed at the endpoint of now counts: of
 * several loops that fail together the first one turns, and the others do not turn back.
 */
export function turnAfterFailures(
  endpoints: Endpoints | undefined,
): (why: unknown, failures: number) => void {
  if (endpoints === undefined) return () => undefined;
  let turns = endpoints.turns;
  /** Of those in a row, what failed at an endpoint that was left since. */
  let elsewhere = 0;
  return (why, failures) => {
    if (failures === 1) elsewhere = 0;
    else if (endpoints.turns !== turns) elsewhere = failures;
    turns = endpoints.turns;
    if (failures - elsewhere < FAILURES_BEFORE_TURN) return;
    endpoints.turn(why);
    turns = endpoints.turns;
    elsewhere = failures;
  };
}
