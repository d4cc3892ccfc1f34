/** `proofbook prove` as it is, with real batches. */
import { proveCommand } from "../../prover/cli/command.ts";

await proveCommand().parseAsync();
