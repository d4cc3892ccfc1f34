/** Entry of `proofbook`; see proofbook.mjs. */
import { run } from "./run.ts";

process.exitCode = await run({
  argv: process.argv.slice(2),
  env: process.env,
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
});
