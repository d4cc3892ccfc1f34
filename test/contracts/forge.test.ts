/** Runs what is written in Solidity: unit, fuzz and invariant tests of verifier-contracts/test. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { cacheDirectory, projectRoot } from "../../circuits/compile/cache-directory.ts";
import { buildExchange } from "../../verifier-contracts/build.ts";

/** Beside everything else that takes long to compile: a fresh checkout of the same contracts finds it there. */
const compiled = join(cacheDirectory(), "forge");
const places = { FOUNDRY_OUT: join(compiled, "out"), FOUNDRY_CACHE_PATH: join(compiled, "cache") };

async function forge(...args: string[]): Promise<{ status: number; output: string }> {
  const bin = join(
    dirname(createRequire(import.meta.url).resolve("@foundry-rs/forge/package.json")),
    "bin.mjs",
  );
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: projectRoot,
    env: {
      ...process.env,
      ...places,
      TARGET_TOOL: "forge",
      FOUNDRY_CONFIG: "verifier-contracts/foundry.toml",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  const [status] = (await once(child, "close")) as [number];
  return { status, output };
}

test("forge's unit, fuzz and invariant tests pass", async () => {
  const { status, output } = await forge("test", "--color", "never");
  assert.is(status, 0, output.slice(-6000));
  const passed = /(\d+) tests passed, 0 failed/.exec(output);
  assert.ok(Number(passed?.[1]) >= 168, output.slice(-1000));
});

test("what is deployed are the bytes that forge tested", async () => {
  const contracts = await buildExchange();
  for (const name of ["Exchange", "FixedValidatorSet", "ValidatorRegistry", "DevelopmentToken"] as const) {
    const path = join(places.FOUNDRY_OUT, `${name}.sol/${name}.json`);
    const { bytecode } = JSON.parse(await readFile(path, "utf8")) as { bytecode: { object: string } };
    assert.is(contracts[name].bytecode, bytecode.object, name);
  }
});

test.run();
