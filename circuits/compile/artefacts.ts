/**
 * Directories of artefacts, built once and then only read.
 *
 * A build happens in a directory beside the final one and appears by a single rename, so a process that
 * dies in the middle leaves nothing that looks finished. Every use hashes every file again.
 */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { CorruptArtefact, MissingArtefact } from "./artefact-errors.ts";
import { isAlive, withLock } from "./lock.ts";
import { type Facts, type Manifest, openArtefacts, writeManifest } from "./manifest.ts";

export interface ArtefactRecipe {
  readonly directory: string;
  readonly kind: string;
  readonly name: string;
  /** Hash over all that determines the content. */
  readonly hash: string;
  /** Writes plain files into the directory it is given; what it returns is kept in the manifest. */
  readonly build: (directory: string) => Promise<Facts>;
  /** Told of a cached file that was found corrupt, before it is built anew. */
  readonly onCorrupt?: ((error: CorruptArtefact) => void) | undefined;
}

const buildingMark = ".building-";

function buildingDirectory(directory: string): string {
  const owner = `${hostname()}-${process.pid}-${randomBytes(4).toString("hex")}`;
  return `${directory}${buildingMark}${owner}`;
}

/** Removes what builders of this host left when they were killed. */
async function sweep(directory: string): Promise<void> {
  const prefix = `${basename(directory)}${buildingMark}${hostname()}-`;
  for (const entry of await readdir(dirname(directory))) {
    if (!entry.startsWith(prefix)) continue;
    const pid = Number(entry.slice(prefix.length).split("-")[0]);
    if (!isAlive(pid)) await rm(join(dirname(directory), entry), { recursive: true, force: true });
  }
}

/** Puts a finished build in its place; if another process was faster, its (checked) result is taken. */
async function publish(building: string, recipe: ArtefactRecipe, built: Manifest): Promise<Manifest> {
  try {
    await rename(building, recipe.directory);
    return built;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
    return await openArtefacts(recipe.directory, recipe.hash);
  }
}

async function buildArtefacts(recipe: ArtefactRecipe): Promise<Manifest> {
  const building = buildingDirectory(recipe.directory);
  await mkdir(building, { recursive: true });
  try {
    const facts = await recipe.build(building);
    return await publish(building, recipe, await writeManifest(building, { ...recipe, facts }));
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

async function openUsable(recipe: ArtefactRecipe): Promise<Manifest | undefined> {
  try {
    return await openArtefacts(recipe.directory, recipe.hash);
  } catch (error) {
    if (error instanceof MissingArtefact) return undefined;
    if (!(error instanceof CorruptArtefact)) throw error;
    if (recipe.onCorrupt) recipe.onCorrupt(error);
    else process.emitWarning(error);
    await rm(recipe.directory, { recursive: true, force: true });
    return undefined;
  }
}

/** Returns the checked artefacts, building them first if they are missing or corrupt. */
export async function ensureArtefacts(
  recipe: ArtefactRecipe,
): Promise<{ manifest: Manifest; built: boolean }> {
  await mkdir(dirname(recipe.directory), { recursive: true });
  // Read without the lock first: the usual case is that all is there.
  const ready = await openArtefacts(recipe.directory, recipe.hash).catch(() => undefined);
  if (ready) return { manifest: ready, built: false };
  return await withLock(`${recipe.directory}.lock`, async () => {
    await sweep(recipe.directory);
    const waited = await openUsable(recipe);
    if (waited) return { manifest: waited, built: false };
    return { manifest: await buildArtefacts(recipe), built: true };
  });
}
