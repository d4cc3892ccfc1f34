import { spawn } from "node:child_process";
import { appendFile, mkdir, readdir, readFile, truncate, unlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CorruptArtefact, MissingArtefact } from "../../circuits/compile/artefact-errors.ts";
import { ensureArtefacts } from "../../circuits/compile/artefacts.ts";
import { openArtefacts } from "../../circuits/compile/manifest.ts";
import { programArguments } from "../../sequencer/programs/arguments.ts";
import { refusalOf } from "./refusal.ts";
import { withDirectory } from "./small-circuit.ts";

const test = suite("cached artefacts");

function recipe(root: string, onCorrupt?: (error: CorruptArtefact) => void) {
  return {
    directory: join(root, "thing-1"),
    kind: "thing",
    name: "thing",
    hash: "1",
    onCorrupt,
    build: async (into: string) => {
      await writeFile(join(into, "data"), "precious data");
      await writeFile(join(into, "more"), "more of it");
      return { answer: 42 };
    },
  };
}

test("are built once and then found", () =>
  withDirectory(async (root) => {
    assert.is((await ensureArtefacts(recipe(root))).built, true);
    const again = await ensureArtefacts(recipe(root));
    assert.is(again.built, false);
    assert.equal(again.manifest.facts, { answer: 42 });
    assert.equal(await readdir(root), ["thing-1"]);
  }));

const damages: Record<string, (directory: string) => Promise<string>> = {
  "a changed byte": async (directory) => {
    const path = join(directory, "data");
    const bytes = await readFile(path);
    bytes.writeUInt8(bytes.readUInt8(3) ^ 1, 3);
    await writeFile(path, bytes);
    return path;
  },
  "a file cut short": async (directory) => {
    await truncate(join(directory, "more"), 2);
    return join(directory, "more");
  },
  "a missing file": async (directory) => {
    await unlink(join(directory, "data"));
    return join(directory, "data");
  },
  "a changed manifest": async (directory) => {
    const path = join(directory, "manifest.json");
    await writeFile(path, (await readFile(path, "utf8")).replace('"kind": "thing"', '"kind": "other"'));
    return path;
  },
  "a broken manifest": async (directory) => {
    await appendFile(join(directory, "manifest.json"), "}");
    return join(directory, "manifest.json");
  },
  "a missing manifest": async (directory) => {
    await unlink(join(directory, "manifest.json"));
    return join(directory, "manifest.json");
  },
};

for (const [what, damage] of Object.entries(damages)) {
  test(`with ${what} are named, refused by a reader and built anew`, () =>
    withDirectory(async (root) => {
      const { directory } = recipe(root);
      await ensureArtefacts(recipe(root));
      const path = await damage(directory);
      const refusal = await refusalOf(openArtefacts(directory));
      assert.instance(refusal, CorruptArtefact);
      assert.is(refusal.path, path);
      const named: string[] = [];
      const again = await ensureArtefacts(recipe(root, (error) => named.push(error.path)));
      assert.is(again.built, true);
      assert.equal(named, [path]);
      await openArtefacts(directory, "1");
    }));
}

test("that are not there are missing, not corrupt", () =>
  withDirectory(async (root) => {
    const refusal = await refusalOf(openArtefacts(join(root, "nothing")));
    assert.instance(refusal, MissingArtefact);
  }));

test("leave nothing behind when their build fails", () =>
  withDirectory(async (root) => {
    const failing = { ...recipe(root), build: () => Promise.reject(new Error("no luck")) };
    assert.is((await refusalOf(ensureArtefacts(failing))).message, "no luck");
    assert.equal(await readdir(root), []);
  }));

test("are built by one of many who ask at once", () =>
  withDirectory(async (root) => {
    let builds = 0;
    const slow = {
      ...recipe(root),
      build: async (into: string) => {
        builds += 1;
        return await recipe(root).build(into);
      },
    };
    const results = await Promise.all(Array.from({ length: 5 }, () => ensureArtefacts(slow)));
    assert.is(builds, 1);
    assert.is(results.filter((result) => result.built).length, 1);
    assert.equal(await readdir(root), ["thing-1"]);
  }));

test("that two build at once, the lock having failed, stay whole", () =>
  withDirectory(async (root) => {
    const { directory } = recipe(root);
    const outrun = {
      ...recipe(root),
      build: async (into: string) => {
        // another process finishes first
        await mkdir(directory);
        await ensureArtefacts({ ...recipe(join(root, "elsewhere")) });
        const other = join(root, "elsewhere", "thing-1");
        for (const file of await readdir(other)) {
          await writeFile(join(directory, file), await readFile(join(other, file)));
        }
        return await recipe(root).build(into);
      },
    };
    await ensureArtefacts(outrun);
    await openArtefacts(directory, "1");
  }));

test("whose builder is killed in the middle do not exist, and the next builder tidies up", () =>
  withDirectory(async (root) => {
    const child = spawn(process.execPath, [...programArguments("test/keys/build-forever.ts"), root], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    const during = await readdir(root);
    assert.ok(during.some((entry) => entry.includes(".building-")));
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("close", resolve));
    const refusal = await refusalOf(openArtefacts(join(root, "thing-1")));
    assert.instance(refusal, MissingArtefact);
    // Never too old by this clock, the dead one's lock can only fall because its holder is no more.
    const later = new Date(Date.now() + 3_600_000);
    await utimes(`${join(root, "thing-1")}.lock`, later, later);
    assert.is((await ensureArtefacts(recipe(root))).built, true);
    assert.equal(await readdir(root), ["thing-1"]);
  }));

test.run();
