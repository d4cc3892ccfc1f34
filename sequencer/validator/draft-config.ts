/** The configuration of a new validator: what is known is in it, the rest is marked for its operator. */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { isLocalChain } from "../../verifier-contracts/deploy/local-chain.ts";
import { DEFAULT_FINALITY_BLOCKS } from "../chain/limits.ts";
import { absolutePrices, ConfigError, type NodeConfig, type PriceConfig } from "../node/config.ts";
import { fillIn } from "../node/unfilled.ts";
import type { ValidatorCard } from "./set-config.ts";

/** What all validators of an exchange have in common, as whoever deployed it hands it out. Every part may be missing. */
export type ExchangeFile = Partial<
  Pick<NodeConfig, "exchange" | "circuits" | "batches" | "prices" | "tickSeconds">
> & {
  readonly settlement?: Partial<Omit<NonNullable<NodeConfig["settlement"]>, "submitterKey" | "validatorKey">>;
  /** Cards of the other validators; with a registry, of those whom a new node turns to first. */
  readonly validators?: readonly ValidatorCard[];
  /** Address of the registry contract, if there is one. */
  readonly registry?: string;
};

const KEYS: readonly (keyof ExchangeFile)[] = [
  "exchange",
  "circuits",
  "batches",
  "prices",
  "tickSeconds",
  "settlement",
  "validators",
  "registry",
];

/** Paths in it are relative to it. What its parts hold is checked with the whole configuration. */
export async function readExchangeFile(path: string): Promise<ExchangeFile> {
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw new ConfigError(`${path}: ${error.message}`);
  });
  const json = parsed(path, text);
  const unknown = Object.keys(json).filter((key) => !(KEYS as readonly string[]).includes(key));
  if (unknown.length > 0) throw new ConfigError(`${path}: unknown key ${unknown.join(", ")}`);
  if (json.validators !== undefined && !Array.isArray(json.validators))
    throw new ConfigError(`${path}: /validators is a list of cards`);
  const absolute = (to: string): string => resolve(dirname(path), to);
  const { circuits, prices } = json;
  return {
    ...json,
    ...(circuits && { circuits: { ...circuits, tiers: circuits.tiers?.map(absoluteTier(absolute)) } }),
    ...(prices && { prices: absolutePrices(prices as PriceConfig, absolute) }),
  };
}

const absoluteTier =
  (absolute: (to: string) => string) =>
  (tier: NodeConfig["circuits"]["tiers"][number]): typeof tier => ({
    ...tier,
    verifyingKey: absolute(tier.verifyingKey),
  });

function parsed(path: string, text: string): ExchangeFile {
  try {
    const json: unknown = JSON.parse(text);
    if (json !== null && typeof json === "object" && !Array.isArray(json)) return json;
  } catch (error) {
    throw new ConfigError(`${path} is not JSON: ${(error as Error).message}`);
  }
  throw new ConfigError(`${path} holds no JSON object`);
}

export interface DraftParts {
  readonly card: ValidatorCard;
  readonly listen: readonly string[];
  readonly epoch: number;
  /** Relative to the configuration. */
  readonly keyFile: string;
  readonly known: ExchangeFile;
}

/** The port of the API where nothing else is said. */
const API_PORT = 8080;

export function draftConfig({ card, listen, epoch, keyFile, known }: DraftParts): object {
  const { exchange, circuits, prices, tickSeconds, batches, settlement = {}, validators, registry } = known;
  return {
    data: "data",
    exchange: exchange ?? {
      chainId: fillIn("number of the chain"),
      address: fillIn("address of the exchange's contract, 0x and 40 hex digits"),
      genesisTime: fillIn("Unix seconds, as it was deployed with"),
      requestFee: fillIn("quanta, in quotes"),
      markets: fillIn("list of { oraclePrice, parameters }, as it was deployed with"),
    },
    circuits: circuits ?? {
      accountDepth: fillIn("of the circuits"),
      orderDepth: fillIn("of the circuits"),
      tiers: fillIn("list of { steps, verifyingKey }, the key by the path of its file, ascending by steps"),
    },
    batches: { ...batches, epoch },
    prices: prices ?? fillIn('where this node has its prices from, such as { "kind": "sources", ... }'),
    ...(tickSeconds === undefined ? {} : { tickSeconds }),
    set: {
      validators:
        validators === undefined
          ? [card, fillIn("the cards of all others; by rising address, the same list at each of them")]
          : [...validators, card].sort(byAddress),
      listen,
      ...(registry === undefined ? {} : { registry }),
    },
    settlement: {
      rpc: settlement.rpc ?? fillIn("http address of a node of the chain, or a list of several"),
      deploymentBlock: settlement.deploymentBlock ?? fillIn("number of the block of the deployment"),
      deploymentBlockHash: settlement.deploymentBlockHash ?? fillIn("hash of that block"),
      finalityBlocks: finalityOn(exchange?.chainId),
      ...settlement,
      submitterKey: { file: keyFile },
      validatorKey: { file: keyFile },
    },
    api: { port: API_PORT },
  };
}

/** How deep reorganisations of a chain go is known to whoever chose the chain. */
const finalityOn = (chainId: unknown): number | string =>
  typeof chainId === "number" && Number.isSafeInteger(chainId) && isLocalChain(BigInt(chainId))
    ? DEFAULT_FINALITY_BLOCKS
    : fillIn("blocks on top of one that make it final: deposits count from then on");

const byAddress = (a: ValidatorCard, b: ValidatorCard): number =>
  String(a.address).toLowerCase() < String(b.address).toLowerCase() ? -1 : 1;
