/** Programs made of sources: always those of the present sources, whatever happened to what was kept. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import module from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { projectRoot } from "../../circuits/compile/cache-directory.ts";
import { holdProgram } from "../../sequencer/programs/kept-programs.mjs";

interface Said {
  readonly out: string;
  readonly error: string;
}

/** A project of two sources, with the launcher and the packages of this one. */
class Project {
  readonly root: string;
  readonly kept: string;

  private constructor(root: string) {
    this.root = root;
    this.kept = join(root, ".cache/programs/greet-main");
  }

  static async make(): Promise<Project> {
    const project = new Project(await mkdtemp(join(tmpdir(), "proofbook-programs-")));
    const folder = "sequencer/programs";
    await cp(join(projectRoot, folder), join(project.root, folder), { recursive: true });
    await symlink(join(projectRoot, "node_modules"), join(project.root, "node_modules"));
    await mkdir(join(project.root, "greet"));
    await project.write("main.ts", 'import { greeting } from "./greeting.ts";\nconsole.log(greeting());\n');
    await project.greet("hello");
    return project;
  }

  write(name: string, source: string): Promise<void> {
    return writeFile(join(this.root, "greet", name), source);
  }

  greet(word: string): Promise<void> {
    return this.write("greeting.ts", `export const greeting = (): string => "${word}";\n`);
  }

  run(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Said> {
    const command = [
      join(this.root, "sequencer/programs/run.mjs"),
      join(this.root, "greet/main.ts"),
      ...args,
    ];
    return new Promise((resolve) =>
      execFile(
        process.execPath,
        command,
        { env: { ...process.env, PROOFBOOK_CACHE: "", ...env } },
        (_, out, error) => resolve({ out: out.trim(), error }),
      ),
    );
  }

  async says(word: string): Promise<void> {
    assert.equal(await this.run(), { out: word, error: "" });
  }

  builds(): Promise<string[]> {
    return readdir(this.kept);
  }
}

const withProject = async (run: (project: Project) => Promise<void>): Promise<void> => {
  const project = await Project.make();
  try {
    await run(project);
  } finally {
    await rm(project.root, { recursive: true });
  }
};

test("what is imported on demand is read only then, and made anew when its source changes", () =>
  withProject(async (project) => {
    const main = `const { greeting } = await import("./greeting.ts");\nconsole.log(greeting());\n`;
    await project.write("main.ts", `if (process.argv.length > 2) {\n${main}} else console.log("nothing");\n`);
    await project.says("nothing");
    const build = join(project.kept, (await project.builds())[0]!);
    assert.not.match(await readFile(join(build, "0.mjs"), "utf8"), /hello/);
    assert.equal(await project.run(["greet"]), { out: "hello", error: "" });
    await project.greet("servus");
    assert.equal(await project.run(["greet"]), { out: "servus", error: "" });
    // A part is looked after like the program itself.
    const latest = (await Promise.all((await project.builds()).map((name) => partsOf(project, name)))).flat();
    for (const part of latest) await appendFile(part, "\n// damaged");
    const { out, error } = await project.run(["greet"]);
    assert.is(out, "servus");
    assert.match(error, /is not what was written: the program is made anew/);
  }));

test("a program is kept as long as a process that loaded it lives", () =>
  withProject(async (project) => {
    await project.says("hello");
    const build = join(project.kept, (await project.builds())[0]!);
    const long = new Date(0);
    await utimes(build, long, long);
    holdProgram(join(build, "0.mjs"), 10);
    for (const endMs = Date.now() + 5_000; (await stat(build)).mtimeMs === 0; await sleep(10))
      assert.ok(Date.now() < endMs, "nobody says that it is in use");
  }));

/** All files of a build but the program itself. */
async function partsOf({ kept }: Project, build: string): Promise<string[]> {
  const files = await readdir(join(kept, build));
  return files
    .filter((file) => file.endsWith(".mjs") && file !== "0.mjs")
    .map((file) => join(kept, build, file));
}

test("a program sees its name, its arguments, its place, and packages of every kind", () =>
  withProject(async (project) => {
    await project.write(
      "main.ts",
      `import { createRequire } from "node:module";
       import { sha256 } from "@noble/hashes/sha2.js";
       import { Command } from "commander";
       import client from "prom-client";
       const inside: unknown[] = [sha256(new Uint8Array()).length, typeof client.Gauge];
       const outside: unknown[] = [typeof Command, typeof createRequire(import.meta.url)("secp256k1")];
       console.log(JSON.stringify([process.argv.slice(1), import.meta.dirname, import.meta.url, inside, outside]));`,
    );
    const folder = join(project.root, "greet");
    const { out, error } = await project.run(["--one", "two"]);
    assert.is(error, "");
    assert.equal(JSON.parse(out), [
      [join(folder, "main.ts"), "--one", "two"],
      folder,
      `file://${join(folder, "main.ts")}`,
      [32, "function"],
      ["function", "object"],
    ]);
  }));

test("is made once, anew when a source changes, and found again when it changes back", () =>
  withProject(async (project) => {
    await project.says("hello");
    await project.says("hello");
    assert.is((await project.builds()).length, 1);
    await project.greet("good day");
    await project.says("good day");
    await project.greet("hello");
    await project.says("hello");
    assert.is((await project.builds()).length, 2);
  }));

test("is made anew when other packages are installed", () =>
  withProject(async (project) => {
    await project.says("hello");
    await writeFile(join(project.root, "package-lock.json"), "{}");
    await project.says("hello");
    assert.is((await project.builds()).length, 2);
  }));

const damages: Readonly<Record<string, readonly [file: string, hurt: (path: string) => Promise<void>]>> = {
  "a program is changed": ["0.mjs", (path) => appendFile(path, "\nconsole.log('something else');")],
  "a program is gone": ["0.mjs", (path) => rm(path)],
  "its manifest is no JSON": ["manifest.json", (path) => appendFile(path, "}")],
  "its manifest is another": ["manifest.json", (path) => writeFile(path, "null")],
};
for (const [what, [file, hurt]] of Object.entries(damages))
  test(`is named in one line and not used once ${what}`, () =>
    withProject(async (project) => {
      await project.says("hello");
      const [build] = await project.builds();
      const damaged = join(project.kept, build!, file);
      await hurt(damaged);
      const error = `${damaged} is not what was written: the program is made anew\n`;
      assert.equal(await project.run(), { out: "hello", error });
      assert.is((await project.builds()).length, 2);
      await project.says("hello");
    }));

test("is made by several at once, who do not disturb each other and leave nothing half made", () =>
  withProject(async (project) => {
    await Promise.all(Array.from({ length: 4 }, () => project.says("hello")));
    assert.not.ok((await project.builds()).some((name) => name.includes(".")));
  }));

test("what nobody used for long is removed when a new one is made, and so is what a killed builder left", () =>
  withProject(async (project) => {
    await project.says("hello");
    const [build] = await project.builds();
    await mkdir(join(project.kept, "1-killed.draft"));
    const longAgo = new Date(Date.now() - 2 * 3_600_000);
    for (const name of await project.builds()) await utimes(join(project.kept, name), longAgo, longAgo);
    // Using it makes it young again.
    await project.says("hello");
    await project.greet("good day");
    await project.says("good day");
    const names = await project.builds();
    assert.ok(names.includes(build!) && names.length === 2, names.join());
    await utimes(join(project.kept, build!), longAgo, longAgo);
    await project.greet("good night");
    await project.says("good night");
    assert.not.ok((await project.builds()).includes(build!));
  }));

test("what V8 made of it is kept beside it by a Node that can, and is not used once it is damaged", () =>
  withProject(async (project) => {
    await project.says("hello");
    const [build] = await project.builds();
    const compiled = join(project.kept, build!, "compiled");
    const canKeep = "enableCompileCache" in module;
    assert.is(existsSync(compiled), canKeep);
    if (!canKeep) return;
    const entries = await readdir(compiled, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    assert.ok(files.length > 0);
    for (const { parentPath, name } of files) {
      const bytes = await readFile(join(parentPath, name));
      bytes[bytes.length - 1]! ^= 1;
      await writeFile(join(parentPath, name), bytes);
    }
    await project.says("hello");
    assert.is((await project.builds()).length, 1);
  }));

test("an error names the line of the source", () =>
  withProject(async (project) => {
    await project.write(
      "greeting.ts",
      `\n\nexport const greeting = (): never => {\n  throw new Error("no");\n};\n`,
    );
    const { error } = await project.run();
    assert.match(error, /greet\/greeting\.ts:4:9/);
    assert.match(error, /greet\/main\.ts:2/);
  }));

test("is kept beside the circuits where the project's own folder is not to be had", () =>
  withProject(async (project) => {
    await writeFile(join(project.root, ".cache"), "no folder");
    assert.match((await project.run()).error, /PROOFBOOK_CACHE/);
    const elsewhere = join(project.root, "elsewhere");
    assert.is((await project.run([], { PROOFBOOK_CACHE: elsewhere })).out, "hello");
    assert.equal(await readdir(elsewhere), ["programs"]);
    assert.is(await readFile(join(project.root, ".cache"), "utf8"), "no folder");
  }));

test.run();
