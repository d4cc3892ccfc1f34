/**
 * Makes a few files of JavaScript from a program's many of TypeScript. Through tsx a node loads some fifteen hundred files,
 * each by way of another thread: three seconds of a core, at every start. In a few files it takes a third of a second.
 */

import { readFile } from "node:fs/promises";
import { dirname, extname, join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { contentHash } from "./content-hash.mjs";

/** The folder that holds package.json and node_modules. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Packages of many files that go into the program, with all that they import. They look for nothing beside their own
 * files. Whatever is not named here is loaded from where it is installed: native parts, threads, tables.
 */
const INSIDE =
  /^(fastify|commander|ethers|libp2p|multiformats|protons-runtime|prom-client|(typebox|@fastify|@libp2p|@multiformats|@noble|core-js|uint8.*)(\/.*)?)$/;

const quoted = JSON.stringify;

/** Packages of another format ask for modules of Node's at run time. */
const BANNER = `import { createRequire as requireFrom } from "node:module";
const require = requireFrom(${quoted(import.meta.url)});`;

/** What a module calls its own place once it is part of a program. */
const [URL_HERE, FOLDER_HERE] = ["__urlHere", "__folderHere"];

const LOADERS = { ".ts": "ts", ".mjs": "js", ".json": "json" };

const isOwn = (path) => path.startsWith(ROOT) && !path.includes(`${sep}node_modules${sep}`);

const packages = {
  name: "packages",
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, importer, kind }) => {
      if (kind === "entry-point" || path.startsWith("node:") || !isOwn(importer)) return undefined;
      return INSIDE.test(path) ? undefined : { path: import.meta.resolve(path), external: true };
    });
  },
};

const NO_MAP = Buffer.from('{"version":3,"sources":[""],"mappings":"AAAA"}').toString("base64");

/**
 * A package's module, which names no lines: they would be most of the map, and Node reads all of that when a first error
 * is told, in each of many short processes.
 */
const withoutMap = async (path) => ({
  loader: "js",
  contents: `${await readFile(path, "utf8")}\n//# sourceMappingURL=data:application/json;base64,${NO_MAP}`,
});

/** A module goes on finding what lies beside its source. What was read is noted: it may be changed at this moment. */
const sources = (hashes) => ({
  name: "sources",
  setup({ onLoad }) {
    onLoad({ filter: /./ }, async ({ path }) => {
      if (!isOwn(path)) return /\.[cm]?js$/.test(path) ? await withoutMap(path) : undefined;
      const text = await readFile(path, "utf8");
      hashes.set(relative(ROOT, path), contentHash(text));
      const here = `const ${URL_HERE} = ${quoted(pathToFileURL(path).href)}, ${FOLDER_HERE} = ${quoted(dirname(path))};`;
      // On the first line: errors name the lines of the source.
      const contents = path.endsWith(".json") ? text : `${here} ${text}`;
      return { loader: LOADERS[extname(path)], contents };
    });
  },
});

/**
 * Writes `0.mjs`, `1.mjs`, ... for the entries into a folder; several share what they have in common. What is imported on demand
 * is in a file of its own: a command that shows a book need not read a whole node. Resolves with the hash of each of our
 * sources that went in, by its path from the root.
 */
export async function bundle(entries, folder) {
  // Loaded only where something is to be made.
  const { build, stop } = await import("esbuild");
  const hashes = new Map();
  try {
    await build({
      entryPoints: entries.map((entry, i) => ({ in: join(ROOT, entry), out: String(i) })),
      outdir: folder,
      outExtension: { ".js": ".mjs" },
      chunkNames: "shared-[hash]",
      bundle: true,
      splitting: true,
      platform: "node",
      format: "esm",
      target: "node20",
      minifyWhitespace: true,
      sourcemap: "linked",
      sourcesContent: false,
      banner: { js: BANNER },
      define: { "import.meta.url": URL_HERE, "import.meta.dirname": FOLDER_HERE },
      plugins: [packages, sources(hashes)],
      logLevel: "error",
    });
  } finally {
    // It is a process of its own, and would wait for more.
    await stop();
  }
  return hashes;
}
