/** Entry of `proofbook`; see proofbook.mjs. */
import { allowUnreadOutput } from "../../sequencer/programs/unread-output.ts";
import { run } from "./run.ts";

allowUnreadOutput();
process.exitCode = await run({
  argv: process.argv.slice(2),
  env: process.env,
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
});
