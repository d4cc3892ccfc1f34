/** The commands of a ceremony: begin, contribute, beacon, finish. snarkjs is loaded when one of them runs. */
import { mkdir, readFile } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import type { CeremonyRecord } from "./ceremony-record.ts";
import { displayProgress, type ProgressDisplay } from "./progress-display.ts";
import { releaseSnarkjs } from "./snarkjs-session.ts";

interface FilesOptions {
  readonly r1cs: string;
  readonly ptau: string;
}

type Ceremony = typeof import("./ceremony.ts");

async function withDisplay(
  work: (ceremony: Ceremony, display: ProgressDisplay) => Promise<CeremonyRecord>,
): Promise<void> {
  const display = displayProgress();
  try {
    const record = await work(await import("./ceremony.ts"), display);
    display.stop();
    const latest = record.contributions.at(-1);
    if (record.result) console.log(`finished: ${record.result.zkey.file} ${record.result.zkey.sha256}`);
    else if (latest) console.log(`${latest.kind} of ${latest.name}: ${latest.hash}`);
    else console.log(`begun: ${record.startHash}`);
  } finally {
    display.stop();
    await releaseSnarkjs();
  }
}

/** From a file, or typed in: an argument would stay in the shell's history. */
async function readEntropy(file: string | undefined): Promise<string> {
  if (file !== undefined) return await readFile(file, "utf8");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question("Type something that nobody can guess: ");
  } finally {
    terminal.close();
  }
}

/** Adds `ceremony …` to the program. */
export function addCeremonyCommands(program: Command): void {
  const ceremony = program.command("ceremony").description("phase 2 of a real set-up, step by step");
  const withFiles = (command: Command) =>
    command
      .requiredOption("--r1cs <file>", "the compiled circuit")
      .requiredOption("--ptau <file>", "powers of tau, prepared for phase 2");

  withFiles(ceremony.command("new <directory>").description("begin a ceremony"))
    .requiredOption("--name <name>", "of the circuit")
    .action((directory: string, options: FilesOptions & { name: string }) =>
      withDisplay(async ({ beginCeremony }, { onProgress }) => {
        await mkdir(directory, { recursive: true });
        const { name, r1cs: r1csPath, ptau: ptauPath } = options;
        return await beginCeremony({ directory, name, r1csPath, ptauPath, onProgress });
      }),
    );

  ceremony
    .command("contribute <directory>")
    .description("add your secret; forget it afterwards")
    .requiredOption("--name <name>", "who contributes")
    .option("--entropy-file <file>", "read the secret from a file instead of asking for it")
    .action((directory: string, options: { name: string; entropyFile?: string }) =>
      withDisplay(async ({ contribute }, { onProgress }) => {
        const entropy = await readEntropy(options.entropyFile);
        return await contribute({ directory, name: options.name, entropy, onProgress });
      }),
    );

  ceremony
    .command("beacon <directory>")
    .description("close the contributions with a public random value")
    .requiredOption("--value <hex>", "a value that was unknown before the last contribution")
    .option("--iterations <n>", "hash it 2^n times", Number, 10)
    .action((directory: string, options: { value: string; iterations: number }) =>
      withDisplay(({ applyBeacon }, { onProgress }) =>
        applyBeacon({
          directory,
          beacon: options.value,
          iterationsExponent: options.iterations,
          onProgress,
        }),
      ),
    );

  withFiles(ceremony.command("finish <directory>").description("verify, write verifying key and contract"))
    .option("--contract <name>", "name of the Solidity contract", "Groth16Verifier")
    .action((directory: string, options: FilesOptions & { contract: string }) =>
      withDisplay(({ finishCeremony }, { onProgress }) => {
        const { contract, r1cs: r1csPath, ptau: ptauPath } = options;
        return finishCeremony({ directory, r1csPath, ptauPath, contract, onProgress });
      }),
    );
}
