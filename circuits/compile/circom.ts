/** Runs the circom compiler (the npm package `circom2`: circom compiled to wasm) as a child process. */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { projectRoot } from "./cache-directory.ts";
import { CompileError } from "./compile-error.ts";
import { sha256 } from "./file-hash.ts";
import type { OnProgress } from "./progress.ts";
import { includeDirectories } from "./sources.ts";

const packageDirectory = dirname(createRequire(import.meta.url).resolve("circom2/package.json"));

/** What circom is asked for. `--O2` removes all linear constraints, about half of them here. */
export const circomFlags: readonly string[] = ["--r1cs", "--wasm", "--sym", "--O2", "--prime", "bn128"];

/** Version and hash of the compiler that is installed. */
export async function compilerIdentity(): Promise<{ version: string; sha256: string }> {
  const about = JSON.parse(await readFile(join(packageDirectory, "package.json"), "utf8")) as {
    version: string;
  };
  return { version: about.version, sha256: sha256(await readFile(join(packageDirectory, "circom.wasm"))) };
}

const maxOutputLength = 20_000;

/** Compiles `mainPath` into `outputDirectory`; throws `CompileError` with circom's own words. */
export async function runCircom(
  mainPath: string,
  outputDirectory: string,
  onProgress?: OnProgress | undefined,
): Promise<void> {
  const links = includeDirectories.flatMap((directory) => ["-l", join(projectRoot, directory)]);
  const args = [join(packageDirectory, "cli.js"), mainPath, ...circomFlags, ...links, "-o", outputDirectory];
  const started = performance.now();
  const tick = () =>
    onProgress?.({
      phase: "compile",
      done: Math.round((performance.now() - started) / 1000),
      total: null,
      unit: "seconds",
    });
  tick();
  const timer = setInterval(tick, 1000);
  try {
    await waitForCircom(args);
  } finally {
    clearInterval(timer);
  }
}

async function waitForCircom(args: readonly string[]): Promise<void> {
  // No loaders of ours in the child: it is plain JavaScript and they would only cost start-up time.
  const env = { ...process.env, NODE_OPTIONS: "" };
  const child = spawn(process.execPath, [...args], {
    cwd: projectRoot,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-maxOutputLength);
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const stop = () => child.kill("SIGKILL");
  process.once("exit", stop);
  try {
    const [status, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (...how) => resolve(how));
    });
    if (status !== 0) {
      const how = signal === null ? `status ${status}` : `signal ${signal}`;
      throw new CompileError("circom-failed", `circom ended with ${how}:\n${output.trim()}`);
    }
  } finally {
    process.removeListener("exit", stop);
  }
}
