/** The command `verify`: rebuild keys, print a table, fail if anything differs. */
import type { Command } from "commander";
import { type Check, checkTable } from "./check-list.ts";
import { displayProgress, type ProgressDisplay } from "./progress-display.ts";
import { releaseSnarkjs } from "./snarkjs-session.ts";
import { cachedDevelopmentKeys, verifyDevelopmentKey } from "./verify-development.ts";

interface VerifyOptions {
  readonly r1cs?: string;
  readonly ptau?: string;
  readonly withPtau?: boolean;
  readonly cache?: string;
}

function report(title: string, checks: readonly Check[]): string[] {
  console.log(`${title}\n${checkTable(checks)}\n`);
  return checks.filter((check) => !check.ok).map((check) => `${title}: ${check.what}`);
}

async function verifyCached(options: VerifyOptions, display: ProgressDisplay): Promise<string[]> {
  const keys = await cachedDevelopmentKeys(options.cache);
  if (keys.length === 0) return ["no key: neither a ceremony's directory was given nor is one in the cache"];
  const differing: string[] = [];
  for (const { directory, r1csPath } of keys) {
    if (r1csPath === undefined) {
      differing.push(`${directory}: its circuit is not in the cache`);
      continue;
    }
    const checks = await verifyDevelopmentKey({ directory, r1csPath, onProgress: display.onProgress });
    display.stop();
    differing.push(...report(`development key ${directory}`, checks));
  }
  return differing;
}

async function verifyKeys(directory: string | undefined, options: VerifyOptions): Promise<string[]> {
  const display = displayProgress();
  try {
    if (directory === undefined) return await verifyCached(options, display);
    const { r1cs: r1csPath, ptau: ptauPath } = options;
    if (r1csPath === undefined || ptauPath === undefined) {
      return ["a ceremony is verified against --r1cs and --ptau: both are needed"];
    }
    const { verifyCeremony } = await import("./verify-ceremony.ts");
    const checks = await verifyCeremony({
      directory,
      r1csPath,
      ptauPath,
      powersOfTauToo: options.withPtau,
      onProgress: display.onProgress,
    });
    display.stop();
    return report(`ceremony ${directory}`, checks);
  } finally {
    display.stop();
    await releaseSnarkjs();
  }
}

/** Makes `command` verify the ceremony in the directory it is given, or all development keys of the cache. */
export function defineVerify(command: Command): Command {
  return command
    .description("rebuild verifying keys and Solidity verifiers and compare them byte for byte")
    .argument("[directory]", "of a finished ceremony; without it all cached development keys are verified")
    .option("--r1cs <file>", "the compiled circuit of the ceremony")
    .option("--ptau <file>", "the powers of tau of the ceremony")
    .option("--with-ptau", "verify the powers of tau themselves too (long)")
    .option("--cache <directory>", "cache to verify (default: PROOFBOOK_CACHE or .cache)")
    .action(async (directory: string | undefined, options: VerifyOptions) => {
      const differing = await verifyKeys(directory, options);
      for (const what of differing) console.error(`DIFFERS ${what}`);
      process.exitCode = differing.length === 0 ? 0 : 1;
    });
}
