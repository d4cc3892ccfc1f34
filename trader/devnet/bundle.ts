/**
 * Programs as one file of JavaScript each. Started through tsx a process loads some fifteen hundred files, of ours and of
 * packages, each by way of another thread: two seconds and a half. The same in one file takes a third of a second.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Plugin } from "esbuild";

const require = createRequire(import.meta.url);
/** tsx brings the compiler that it uses itself. */
const { build, stop } = createRequire(require.resolve("tsx/package.json"))(
  "esbuild",
) as typeof import("esbuild");

/** Packages that look for files beside their own: native parts, threads, templates, tables. */
const APART =
  /^(level|piscina|pino|snarkjs|ffjavascript|circomlibjs|circom_runtime|solc|fastify|@fastify\/.*)$/;

/** Of whatever folder the program is in: paths of packages are absolute. */
const apart: Plugin = {
  name: "apart",
  setup({ onResolve }) {
    onResolve({ filter: APART }, ({ path }) => ({ path: import.meta.resolve(path), external: true }));
  },
};

/** A module goes on finding what lies beside its source. */
const inPlace: Plugin = {
  name: "in place",
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      loader: "ts",
      contents: (await readFile(path, "utf8"))
        .replaceAll("import.meta.dirname", JSON.stringify(dirname(path)))
        .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href)),
    }));
  },
};

/** Packages of another format ask for modules of Node's at run time. */
const requires = `import { createRequire as requireOf } from "node:module";
const require = requireOf(${JSON.stringify(import.meta.url)});`;

/** Writes a program for each entry into a folder; their paths, in the same order. */
export async function bundle(entries: readonly string[], folder: string): Promise<string[]> {
  const names = entries.map((entry, i) => `${i}-${basename(entry, ".ts")}`);
  await build({
    entryPoints: entries.map((entry, i) => ({ in: entry, out: names[i]! })),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20",
    keepNames: true,
    sourcemap: "linked",
    sourcesContent: false,
    banner: { js: requires },
    plugins: [apart, inPlace],
    logLevel: "error",
  });
  // The compiler is a process of its own, and would wait for more.
  await stop();
  return names.map((name) => join(folder, `${name}.mjs`));
}
