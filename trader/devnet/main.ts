/** Entry of `npm start`; `npm start -- --help` tells the options. */
import { parseStartOptions } from "./options.ts";
import { runSession } from "./run-session.ts";
import { tradeGeneratedFlow } from "./trade.ts";

// What was broken off, a compiler say, keeps no process alive.
process.exit(
  await runSession(
    () => parseStartOptions(process.argv.slice(2)),
    tradeGeneratedFlow,
    ({ untilSettled }) => untilSettled === undefined,
  ),
);
