/**
 * A directory of artefacts is described by its `manifest.json`: size and sha256 of each file, what they
 * were made from, and a hash of the manifest over itself, so that a flipped bit anywhere is noticed.
 */
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CorruptArtefact, MissingArtefact } from "./artefact-errors.ts";
import { hashFile, sha256 } from "./file-hash.ts";

type Fact = string | number | boolean | null | readonly Fact[] | { readonly [name: string]: Fact };
export type Facts = { readonly [name: string]: Fact };

interface ArtefactFile {
  readonly bytes: number;
  readonly sha256: string;
}

export interface Manifest {
  readonly format: 1;
  readonly kind: string;
  readonly name: string;
  /** Hash over everything that determines the content. */
  readonly hash: string;
  readonly facts: Facts;
  readonly files: Readonly<Record<string, ArtefactFile>>;
  /** sha256 over the JSON of all other fields. */
  readonly self: string;
}

const manifestName = "manifest.json";

function selfHash(manifest: Omit<Manifest, "self">): string {
  const { format, kind, name, hash, facts, files } = manifest;
  return sha256(JSON.stringify([format, kind, name, hash, facts, files]));
}

/** Hashes every file of a finished build and writes the manifest beside them. */
export async function writeManifest(
  directory: string,
  about: Pick<Manifest, "kind" | "name" | "hash" | "facts">,
): Promise<Manifest> {
  const files: Record<string, ArtefactFile> = {};
  for (const file of (await readdir(directory)).sort()) {
    const path = join(directory, file);
    files[file] = { bytes: (await stat(path)).size, sha256: await hashFile(path) };
  }
  // Through JSON once, so that what is hashed here is what a reader will hash.
  const facts = JSON.parse(JSON.stringify(about.facts)) as Facts;
  const body = { format: 1 as const, kind: about.kind, name: about.name, hash: about.hash, facts, files };
  const manifest: Manifest = { ...body, self: selfHash(body) };
  await writeFile(join(directory, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

async function readManifest(directory: string): Promise<Manifest> {
  const path = join(directory, manifestName);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    const exists = await stat(directory).then(
      () => true,
      () => false,
    );
    throw exists ? new CorruptArtefact(path, "the manifest is missing") : new MissingArtefact(directory);
  }
  let manifest: Manifest;
  try {
    manifest = JSON.parse(text) as Manifest;
    if (manifest.self !== selfHash(manifest)) throw new Error("it does not hash to its own `self`");
  } catch (error) {
    throw new CorruptArtefact(path, (error as Error).message);
  }
  return manifest;
}

/**
 * Reads and checks a directory of artefacts: manifest, sizes and hashes of all files.
 *
 * Throws `MissingArtefact` if there is none and `CorruptArtefact` naming the first file that differs.
 */
export async function openArtefacts(directory: string, hash?: string): Promise<Manifest> {
  const manifest = await readManifest(directory);
  if (hash !== undefined && manifest.hash !== hash) {
    throw new CorruptArtefact(directory, `made from ${manifest.hash}, expected ${hash}`);
  }
  for (const [file, expected] of Object.entries(manifest.files)) {
    const path = join(directory, file);
    const bytes = await stat(path).then(
      (found) => found.size,
      () => -1,
    );
    if (bytes < 0) throw new CorruptArtefact(path, "the file is missing");
    if (bytes !== expected.bytes) {
      throw new CorruptArtefact(path, `${bytes} bytes, expected ${expected.bytes}`);
    }
    const found = await hashFile(path);
    if (found !== expected.sha256) {
      throw new CorruptArtefact(path, `sha256 ${found}, expected ${expected.sha256}`);
    }
  }
  return manifest;
}
