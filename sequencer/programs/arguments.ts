import { join } from "node:path";
import { projectRoot } from "../../circuits/compile/cache-directory.ts";

/** With what Node is started for a program, named by its path from the root, before the program's own arguments. */
export const programArguments = (program: string): readonly [string, string] => [
  join(projectRoot, "sequencer/programs/run.mjs"),
  join(projectRoot, program),
];
