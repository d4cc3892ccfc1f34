import { spawn } from "node:child_process";
import { appendFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { projectRoot } from "../../circuits/compile/cache-directory.ts";
import { programArguments } from "../../sequencer/programs/arguments.ts";
import { chainSource, tinySource, withDirectory } from "./small-circuit.ts";

const test = suite("keys on the command line");

const program = "prover/keys/main.ts";
const stuckProgram = "test/keys/stuck-at-points.ts";

interface Ending {
  readonly status: number | null;
  readonly output: string;
  readonly progress: string;
}

const keys = (cacheDir: string, args: readonly string[]): Promise<Ending> => run(program, cacheDir, args);

/** Runs a program; with `killAt` it is killed as soon as its progress mentions that. */
async function run(
  main: string,
  cacheDir: string,
  args: readonly string[],
  killAt?: string,
): Promise<Ending> {
  const env = { ...process.env, PROOFBOOK_CACHE: cacheDir };
  const child = spawn(process.execPath, [...programArguments(main), ...args], { cwd: projectRoot, env });
  let output = "";
  let progress = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    progress += chunk;
    if (killAt !== undefined && progress.includes(killAt)) child.kill("SIGKILL");
  });
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { status, output, progress };
}

test("explains itself", () =>
  withDirectory(async (cacheDir) => {
    const { status, output } = await keys(cacheDir, ["--help"]);
    assert.is(status, 0);
    for (const command of ["compile", "dev", "ceremony", "verify"]) assert.match(output, command);
  }));

test("compiles, makes a key, verifies it, and tells when it was tampered with", () =>
  withDirectory(async (directory) => {
    const main = join(directory, "tiny.circom");
    const cacheDir = join(directory, "cache");
    await writeFile(main, tinySource);
    const made = await keys(cacheDir, ["dev", "--main", main]);
    assert.is(made.status, 0, made.progress);
    assert.match(made.progress, "points: ");
    assert.match(made.output, /made\s/);
    assert.match((await keys(cacheDir, ["dev", "--main", main])).output, /cached.*\ncached/);

    const verified = await keys(cacheDir, ["verify"]);
    assert.is(verified.status, 0, verified.progress);
    assert.match(verified.output, /ok +circuit.zkey, rebuilt/);

    const [key] = await readdir(join(cacheDir, "keys"));
    await appendFile(join(cacheDir, "keys", key as string, "Groth16Verifier.sol"), "// harmless");
    const tampered = await keys(cacheDir, ["verify"]);
    assert.is(tampered.status, 1);
    assert.match(tampered.progress, /DIFFERS .*Groth16Verifier.sol, rebuilt/);
  }));

test("killed while it makes a key, leaves none, and goes on the next time", () =>
  withDirectory(async (directory) => {
    const main = join(directory, "chain.circom");
    const cacheDir = join(directory, "cache");
    await writeFile(main, chainSource(4));
    const killed = await run(stuckProgram, cacheDir, ["dev", "--main", main], "points: ");
    assert.is(killed.status, null);
    const left = await readdir(join(cacheDir, "keys"));
    assert.ok(left.length > 0 && left.every((entry) => /\.(building-|lock)/.test(entry)), left.join());
    const again = await keys(cacheDir, ["dev", "--main", main]);
    assert.is(again.status, 0, again.progress);
    assert.match(again.output, /cached.*\nmade/);
    assert.is((await readdir(join(cacheDir, "keys"))).length, 1);
  }));

test("fails with the error's code", () =>
  withDirectory(async (cacheDir) => {
    const { status, progress } = await keys(cacheDir, [
      "ceremony",
      "contribute",
      cacheDir,
      "--name",
      "x",
      "--entropy-file",
      program,
    ]);
    assert.is(status, 1);
    assert.match(progress, "ceremony-out-of-order: ");
    assert.is((await keys(cacheDir, ["verify"])).status, 1, "nothing to verify is no success");
  }));

test.run();
