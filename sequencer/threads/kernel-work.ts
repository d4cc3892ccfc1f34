/** The heavy work of a sequencer, all of it the kernel's: checking signatures and hashing what was cut. */
import type { RunPlan } from "../kernel/hash-plan.ts";
import { packChecks, runChecks } from "../signature/check-plan.ts";
import { KeyTables } from "../signature/key-tables.ts";
import type { SignedRequest } from "../signature/request.ts";
import type { Poseidon } from "../state-tree/poseidon.ts";

export interface KernelWork {
  readonly runPlan: RunPlan;
  /** Whether one more request may wait for its check; `relief` is what reduces risk and has room of its own. */
  hasRoom(relief: boolean): boolean;
  /** Whether a request's signature is good. Answers come in the order of the questions. */
  check(request: SignedRequest): boolean | Promise<boolean>;
}

/** Does everything at once, in this thread: for tests, tools and small machines. */
export function workHere(poseidon: Poseidon, domain: bigint): KernelWork {
  const tables = new KeyTables(poseidon.kernel);
  return {
    runPlan: async (plan) => poseidon.kernel.run(plan),
    hasRoom: () => true,
    check: (request) => runChecks(poseidon.kernel, packChecks(domain, [request]), tables)[0] === 1,
  };
}
