/** Random play that goes on until it has what a test asks for: whatever the seed, it comes, only later with some. */

export interface Turns {
  readonly atLeast: number;
  /** Whoever still lacks something after so many turns is not unlucky, but broken. */
  readonly atMost: number;
}

/** Words of a history in which a step of every kind is sure: half of the seeds take 2,000, one in two hundred 9,000. */
export const MOST_WORDS = 100_000;

/** Numbers the turns from 0, and ends when enough are taken and nothing is lacking any more. */
export function* goOn({ atLeast, atMost }: Turns, lacking: () => readonly string[]): Generator<number> {
  for (let turn = 0; ; turn++) {
    const missing = turn < atLeast ? [] : lacking();
    if (turn >= atLeast && missing.length === 0) return;
    if (turn >= atMost) throw new Error(`lacking after ${turn} turns: ${missing.join(", ")}`);
    yield turn;
  }
}
