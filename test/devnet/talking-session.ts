/** Started by a test: a session that tells something all the time, and ends in order when it is asked to. */
import { setInterval } from "node:timers/promises";
import { runSession } from "../../trader/devnet/run-session.ts";

process.exit(
  await runSession(
    () => ({ display: "json" }),
    async (_, { report, signal }) => {
      for await (const _ of setInterval(10)) {
        if (signal.aborted) break;
        report({ event: "note", text: "still here" });
      }
      process.stderr.write("ended in order\n");
    },
  ),
);
