/** Entry of `npm run keys`; `--help` tells all. */
import { keysCommand } from "./command.ts";
import { runCommand } from "./run-command.ts";

await runCommand(keysCommand());
