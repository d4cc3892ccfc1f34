/**
 * Programs as they were last made, by what made them: a source or an installed package that changed means making them
 * anew, and so does a file that is not what was written, which is named on stderr.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle, ROOT } from "./bundle.mjs";
import { contentHash } from "./content-hash.mjs";

/** What nobody used for so long is removed when its successor is made: a run of the tests goes on starting its files. */
const KEPT_MS = 20 * 60_000;

/** With the sources that they are made of; where nothing may be written there, beside compiled circuits and keys. */
const foldersOf = (name) =>
  [join(ROOT, ".cache"), process.env.PROOFBOOK_CACHE]
    .filter((cache) => cache)
    .map((cache) => join(cache, "programs", name));

const hashOf = (path) => {
  try {
    return contentHash(readFileSync(path));
  } catch (error) {
    if (error.code === "ENOENT") return "missing";
    throw error;
  }
};

/** What decides besides our sources: where they lie, how they are made, and which packages are installed. */
const surroundings = () => [
  ROOT,
  ...["bundle.mjs", "kept-programs.mjs"].map((name) => hashOf(fileURLToPath(new URL(name, import.meta.url)))),
  ...["package-lock.json", "node_modules/.package-lock.json"].map((name) => hashOf(join(ROOT, name))),
];

const MANIFEST = "manifest.json";
const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const isObject = (value) => typeof value === "object" && value !== null;
/** A file that is not as noted, or undefined. */
const changedFile = (folder, hashes) =>
  Object.keys(hashes).find((file) => hashOf(join(folder, file)) !== hashes[file]);

/** Unless another process has just removed it as a whole. */
function nameDamaged(folder, file) {
  if (existsSync(folder))
    process.stderr.write(`${join(folder, file)} is not what was written: the program is made anew\n`);
}

/** What was noted when the build in the folder was made; undefined when that is damaged. */
function manifestOf(folder) {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, MANIFEST), "utf8"));
    if (isObject(manifest) && isObject(manifest.sources) && isObject(manifest.files)) return manifest;
  } catch (error) {
    if (error.code !== "ENOENT" && !(error instanceof SyntaxError)) throw error;
  }
  nameDamaged(folder, MANIFEST);
}

/** Whether the build in the folder is whole and made of what lies there now. */
function isCurrent(folder, entries, around) {
  const manifest = manifestOf(folder);
  if (manifest === undefined) return false;
  const isOfNow =
    isSame(manifest.entries, entries) &&
    isSame(manifest.around, around) &&
    changedFile(ROOT, manifest.sources) === undefined;
  if (!isOfNow) return false;
  const damaged = changedFile(folder, manifest.files);
  if (damaged !== undefined) nameDamaged(folder, damaged);
  return damaged === undefined;
}

/** At one blow, or another process would find half of it and call it damaged. */
function remove({ path, isWhole }) {
  const doomed = isWhole ? `${path}.old` : path;
  try {
    if (isWhole) renameSync(path, doomed);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  rmSync(doomed, { recursive: true, force: true });
}

/** Newest first. Builds under way or being removed, and those of processes that died at it, have a dot in their names. */
function buildsIn(folder) {
  const builds = [];
  for (const name of namesIn(folder))
    try {
      const path = join(folder, name);
      builds.push({ path, usedMs: statSync(path).mtimeMs, isWhole: !name.includes(".") });
    } catch (error) {
      // Another process has removed it.
      if (error.code !== "ENOENT") throw error;
    }
  return builds.sort((a, b) => b.usedMs - a.usedMs);
}

function namesIn(folder) {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw error;
  }
}

/** Where the programs may only be read, nobody removes them either; and what was removed by hand is not in use. */
function noteUse(path) {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch (error) {
    if (!["EACCES", "EPERM", "EROFS", "ENOENT"].includes(error.code)) throw error;
  }
}

/** A new folder in the first of these in which one can be made. */
function draftIn(folders) {
  const failures = [];
  for (const folder of folders)
    try {
      mkdirSync(folder, { recursive: true });
      const draft = join(folder, `${process.pid}-${Math.random().toString(36).slice(2)}.draft`);
      mkdirSync(draft);
      return draft;
    } catch (error) {
      failures.push(error.message);
    }
  throw new Error(`no place to keep programs; name one as PROOFBOOK_CACHE: ${failures.join("; ")}`);
}

/** In a folder of its own until it is whole: others make the same at the same time, or die in the midst of it. */
async function make(folders, entries, around) {
  const draft = draftIn(folders);
  try {
    const sources = Object.fromEntries(await bundle(entries, draft));
    const programs = readdirSync(draft).filter((name) => name.endsWith(".mjs"));
    const files = Object.fromEntries(programs.map((name) => [name, hashOf(join(draft, name))]));
    writeFileSync(join(draft, MANIFEST), JSON.stringify({ entries, around, sources, files }));
    // Never the name of an earlier build: a damaged one may be in use.
    const path = draft.slice(0, -".draft".length);
    renameSync(draft, path);
    return path;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** The programs of entries, as paths, both by paths from the root; made first where they are not kept. */
export async function keptPrograms(name, entries) {
  const folders = foldersOf(name);
  const around = surroundings();
  const builds = folders.flatMap(buildsIn);
  let build = builds.find(({ path, isWhole }) => isWhole && isCurrent(path, entries, around))?.path;
  if (build !== undefined) noteUse(build);
  else {
    const oldMs = Date.now() - KEPT_MS;
    for (const found of builds) if (found.usedMs < oldMs) remove(found);
    build = await make(folders, entries, around);
  }
  return entries.map((_, i) => join(build, `${i}.mjs`));
}

/** That of one entry. Whoever starts several processes of it asks first, or each of them would make it. */
export async function keptProgram(entry) {
  const [program] = await keptPrograms(entry.replace(/\.ts$/, "").replaceAll(/[^a-z0-9-]/g, "-"), [entry]);
  return program;
}

/** Keeps a program as long as this process or thread lives: it may still import parts of it, when its sources are others already. */
export function holdProgram(program, everyMs = KEPT_MS / 4) {
  setInterval(() => noteUse(dirname(program)), everyMs).unref();
}
