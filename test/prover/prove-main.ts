/** `proofbook prove` with the tests' small statement in place of a batch: a process that tests may kill. */
import { proveCommand } from "../../prover/cli/command.ts";
import { makeStatement } from "./statement-circuit.ts";

await proveCommand({ makeStatement }).parseAsync();
