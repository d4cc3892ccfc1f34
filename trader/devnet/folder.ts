/**
 * The devnet's data folder. What belongs together is written down in devnet.json once the contract stands: circuits,
 * keys, first state, chain. A later start compares, and names what does not fit instead of trading on it.
 *
 *   devnet.json       this
 *   proofbook.json    configuration for the command line
 *   prices.json       the oracle's, in a replay
 *   chain/            anvil's state
 *   node/0/ ...       of each sequencer: node.json, its configuration, and its database
 *   logs/             of the children
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { sha256 } from "../../circuits/compile/file-hash.ts";
import type { Dimensions } from "../../sequencer/state-tree/state-tree.ts";
import type { ValidatorCard } from "../../sequencer/validator/set-config.ts";
import { DevnetError } from "./devnet-error.ts";
import type { DevnetMarket } from "./devnet-markets.ts";

const FORMAT = 5;
const MANIFEST = "devnet.json";
/** All that a devnet ever puts into its folder: `--fresh` removes nothing else. */
const OWN = [MANIFEST, "proofbook.json", "prices.json", "chain", "node", "logs"];
/** A replay keeps its own devnet in a folder of this one. */
const TOLERATED = [...OWN, "lock", "children.json", "replay"];

export interface FolderPaths {
  readonly folder: string;
  readonly lock: string;
  readonly children: string;
  readonly logs: string;
  readonly chain: string;
  /** Of the sequencer with this number. */
  readonly node: (index: number) => NodePaths;
  readonly traderConfig: string;
  /** What the oracle reads, where prices come from a file. */
  readonly prices: string;
}

interface NodePaths {
  readonly data: string;
  readonly config: string;
}

/** What must agree between two starts. */
export interface DevnetIdentity {
  /** How many order together. */
  readonly sequencers: number;
  readonly dimensions: Dimensions;
  readonly tiers: readonly number[];
  /** By tier: sha256 of the r1cs. */
  readonly circuits: readonly string[];
  /** By tier: hash of the proving key. */
  readonly keys: readonly string[];
  /** Hash of all parameters of all markets. */
  readonly markets: string;
}

export interface DevnetManifest {
  readonly format: number;
  readonly identity: DevnetIdentity;
  readonly chainId: string;
  readonly exchange: string;
  readonly collateral: string;
  readonly genesisRoot: string;
  /** Machine time of the first state. */
  readonly genesisTime: number;
  readonly block: number;
  readonly blockHash: string;
  /** Who signs: a registry, or the fixed set of one. */
  readonly validatorSet: string;
  /** What the sequencers know of each other, but for where they listen; nobody, when one orders alone. */
  readonly validators: readonly Omit<ValidatorCard, "multiaddrs">[];
}

export const marketsHash = (markets: readonly DevnetMarket[]): string =>
  sha256(JSON.stringify(markets, (_, value) => (typeof value === "bigint" ? String(value) : value)));

const START_ANEW =
  "Start anew with --fresh (which forgets the folder's trades), or use another folder with --data.";

export function pathsOf(data: string): FolderPaths {
  const folder = resolve(data);
  return {
    folder,
    lock: join(folder, "lock"),
    children: join(folder, "children.json"),
    logs: join(folder, "logs"),
    chain: join(folder, "chain"),
    node: (index) => ({
      data: join(folder, "node", String(index), "data"),
      config: join(folder, "node", String(index), "node.json"),
    }),
    traderConfig: join(folder, "proofbook.json"),
    prices: join(folder, "prices.json"),
  };
}

/** Makes the folder, and refuses one that holds anything else: `--fresh` in it would be a disaster. */
export async function openFolder(paths: FolderPaths): Promise<void> {
  await mkdir(paths.folder, { recursive: true });
  const strange = (await readdir(paths.folder)).filter((name) => !isOwn(name));
  if (strange.length > 0)
    throw new DevnetError(
      "FOLDER_CORRUPT",
      `${paths.folder} holds what no devnet wrote: ${strange.slice(0, 5).join(", ")}`,
      "Use an empty folder with --data.",
    );
}

const isOwn = (name: string): boolean => TOLERATED.some((own) => name === own || name === `${own}.new`);

/** Removes all that a devnet wrote. */
export async function clearFolder(paths: FolderPaths): Promise<void> {
  for (const name of OWN) await rm(join(paths.folder, name), { recursive: true, force: true });
}

/** What an earlier start wrote down; undefined when none came as far as a contract. */
export async function readManifest(paths: FolderPaths): Promise<DevnetManifest | undefined> {
  const path = join(paths.folder, MANIFEST);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const manifest = JSON.parse(text) as DevnetManifest & { checksum: string };
    const { checksum, ...content } = manifest;
    if (content.format === FORMAT && checksum === sha256(JSON.stringify(content))) return content;
  } catch {
    // Said below.
  }
  throw new DevnetError("FOLDER_CORRUPT", `${path} is damaged or of another version`, START_ANEW);
}

export async function writeManifest(
  paths: FolderPaths,
  content: Omit<DevnetManifest, "format">,
): Promise<DevnetManifest> {
  const manifest: DevnetManifest = { format: FORMAT, ...content };
  const text = JSON.stringify({ ...manifest, checksum: sha256(JSON.stringify(manifest)) }, null, 2);
  const path = join(paths.folder, MANIFEST);
  await writeFile(`${path}.new`, `${text}\n`);
  await rename(`${path}.new`, path);
  return manifest;
}

const PARTS: Readonly<Record<keyof DevnetIdentity, string>> = {
  sequencers: "another number of sequencers",
  dimensions: "other dimensions",
  tiers: "other tiers",
  circuits: "other circuits",
  keys: "other proving keys",
  markets: "other markets",
};

/** Compares what is known so far; throws `FOLDER_MISMATCH` naming what differs. */
export function checkIdentity({ identity }: DevnetManifest, present: Partial<DevnetIdentity>): void {
  for (const part of Object.keys(present) as (keyof DevnetIdentity)[]) {
    const [then, now] = [JSON.stringify(identity[part]), JSON.stringify(present[part])];
    if (then !== now)
      throw new DevnetError(
        "FOLDER_MISMATCH",
        `the folder was made with ${PARTS[part]}: ${then} there, ${now} here`,
        START_ANEW,
      );
  }
}
