/** Entry of `npm run replay`; `npm run replay -- --help` tells the options. */
import { runSession } from "../devnet/run-session.ts";
import { parseReplayOptions } from "./options.ts";
import { replay } from "./replay.ts";

// What was broken off, a compiler say, keeps no process alive.
process.exit(await runSession(() => parseReplayOptions(process.argv.slice(2)), replay));
