import { join } from "node:path";
import { projectRoot } from "../../circuits/compile/cache-directory.ts";

/**
 * Room for young objects, in MiB, of which there may be three times as much where they are many. A busy node makes numbers
 * and rows that are garbage a block later: with Node's 16 many outlive a collection, and a request costs a tenth more of
 * the processors. It can only be said when a process starts.
 */
const YOUNG_SPACE_MIB = 64;

/** With what Node is started for a program, named by its path from the root, before the program's own arguments. */
export const programArguments = (program: string): readonly string[] => [
  `--max-semi-space-size=${YOUNG_SPACE_MIB}`,
  join(projectRoot, "sequencer/programs/run.mjs"),
  join(projectRoot, program),
];
