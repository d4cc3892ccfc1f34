/** The node as a process: `node --import tsx sequencer/node/main.ts --config FILE`. */
import { nodeCommand } from "./command.ts";

await nodeCommand().parseAsync();
