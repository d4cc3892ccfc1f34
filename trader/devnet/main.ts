/** Entry of `npm start`; `npm start -- --help` tells the options. */
import { parseStartOptions } from "./options.ts";
import { runSession } from "./run-session.ts";
import { tradeGeneratedFlow } from "./trade.ts";

const options = parseStartOptions(process.argv.slice(2));
process.exitCode = await runSession(options.display, (surroundings) =>
  tradeGeneratedFlow(options, surroundings),
);
