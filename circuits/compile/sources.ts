/** Finds every circom file that a main text includes, as circom itself would, and hashes them all. */
import { readFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { projectRoot } from "./cache-directory.ts";
import { CompileError } from "./compile-error.ts";
import { sha256 } from "./file-hash.ts";

/** Where circom looks for what is not beside the including file, in this order. */
export const includeDirectories: readonly string[] = ["circuits", "node_modules"];

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, " ");
}

function includesOf(text: string): string[] {
  const found = withoutComments(text).matchAll(/\binclude\s+"([^"]+)"\s*;/g);
  return [...found].map((match) => match[1] as string);
}

async function resolveInclude(include: string, from: string | undefined): Promise<[string, string]> {
  const beside = from === undefined ? [] : [dirname(from)];
  const places = [...beside, ...includeDirectories.map((directory) => join(projectRoot, directory))];
  for (const place of places) {
    const path = join(place, include);
    try {
      return [path, await readFile(path, "utf8")];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  const by = from === undefined ? "the main text" : relative(projectRoot, from);
  throw new CompileError("include-not-found", `"${include}", included by ${by}, is nowhere to be found`);
}

/** Maps the path (relative to the project, with `/`) of each included file to its sha256. */
export async function hashIncludedSources(mainText: string): Promise<Record<string, string>> {
  const hashes = new Map<string, string>();
  const pending = includesOf(mainText).map((include) => ({ include, from: undefined as string | undefined }));
  for (let next = pending.pop(); next; next = pending.pop()) {
    const [path, text] = await resolveInclude(next.include, next.from);
    const label = relative(projectRoot, path).split(sep).join("/");
    if (hashes.has(label)) continue;
    hashes.set(label, sha256(text));
    pending.push(...includesOf(text).map((include) => ({ include, from: path })));
  }
  return Object.fromEntries([...hashes].sort(([a], [b]) => (a < b ? -1 : 1)));
}
