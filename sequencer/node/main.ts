/** The node as a process: `node sequencer/programs/run.mjs sequencer/node/main.ts --config FILE`. */
import { nodeCommand } from "./command.ts";

await nodeCommand().parseAsync();
