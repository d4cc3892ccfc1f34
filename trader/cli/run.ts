/** Runs a command line and says how it ended. */
import { CommanderError } from "commander";
import { TraderError } from "../sdk/trader-error.ts";
import { EXIT, exitCodeOf } from "./exit-code.ts";
import { useNativeScrypt } from "./native-scrypt.ts";
import { createProgram } from "./program.ts";

export interface RunOptions {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

export async function run({ argv, env, out, error }: RunOptions): Promise<number> {
  useNativeScrypt();
  const program = createProgram({ env, write: out });
  const everyCommand = [
    program,
    ...program.commands,
    ...program.commands.flatMap(({ commands }) => commands),
  ];
  for (const command of everyCommand)
    command.exitOverride().configureOutput({ writeOut: out, writeErr: error });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return Number(process.exitCode ?? EXIT.done);
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.done : EXIT.usage;
    complain(thrown, argv.includes("--json"), out, error);
    return exitCodeOf(thrown);
  }
}

function complain(
  thrown: unknown,
  json: boolean,
  out: (text: string) => void,
  error: (text: string) => void,
): void {
  const trader = thrown instanceof TraderError ? thrown : undefined;
  const code = trader?.code ?? "UNEXPECTED";
  const message = trader?.shortMessage ?? (thrown instanceof Error ? thrown.message : String(thrown));
  if (json) {
    const { reason, facts, whatToDo } = trader ?? {};
    const plain = (_: string, value: unknown): unknown => (typeof value === "bigint" ? String(value) : value);
    out(`${JSON.stringify({ error: { code, message, reason, facts, whatToDo } }, plain)}\n`);
    return;
  }
  error(`${code}: ${message}\n`);
  if (trader?.whatToDo !== undefined) error(`${trader.whatToDo}\n`);
  if (trader === undefined && thrown instanceof Error) error(`${thrown.stack}\n`);
}
