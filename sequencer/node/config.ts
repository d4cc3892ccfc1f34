/**
 * The node's configuration file: JSON, checked against one schema, unknown keys refused. Paths are relative to the
 * file. Secrets are never in it: a key is named by a file or by an environment variable.
 */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type Static, Type } from "typebox";
import { Compile } from "typebox/compile";
import { isLocalChain } from "../../verifier-contracts/deploy/local-chain.ts";
import { MAX_ENDPOINTS } from "../chain/limits.ts";
import { BadGenesis, checkGenesis } from "../exchange/genesis.ts";
import { MAX_MARKETS } from "../exchange/limits.ts";
import type { Genesis } from "../exchange/state.ts";
import { MAX_SOURCES } from "../oracle/limits.ts";
import { signatureDomain } from "../signature/domain.ts";
import { SetSchema } from "../validator/set-config.ts";
import { DEFAULT_LIMITS, type SequencerSettings } from "./settings.ts";
import { unfilledPlaces } from "./unfilled.ts";

const closed = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Positive = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const Quanta = Type.String({ pattern: "^(0|[1-9][0-9]{0,19})$" });
const Secret = Type.Union([
  Type.Object({ file: Type.String() }, closed),
  Type.Object({ env: Type.String() }, closed),
]);

const Address = Type.String({ minLength: 1 });

const Parameters = Type.Object(
  {
    initialFraction: Count,
    maintenanceFraction: Count,
    collarFraction: Count,
    maxMovePerSecond: Count,
    maxOracleAge: Count,
    minOrderValue: Quanta,
    openInterestCap: Count,
  },
  closed,
);

const Market = Type.Object(
  {
    oraclePrice: Positive,
    parameters: Parameters,
    /** Orders are taken in multiples of these; 1 unless given. */
    priceIncrement: Type.Optional(Positive),
    sizeIncrement: Type.Optional(Positive),
  },
  closed,
);

/**
 * none: no prices from this node; fixed: prices stand; file: another process writes them; walk: seeded, within what a
 * market may move; sources: from several places per market, for a validator of a set.
 */
const Place = {
  /** Where in the document the price is, RFC 6901. */
  pointer: Type.String({ maxLength: 256 }),
  /** Ticks per unit of the document's price, a decimal. */
  scale: Type.String({ minLength: 1, maxLength: 64 }),
};
const Source = Type.Union([
  Type.Object({ url: Type.String({ pattern: "^https?://" }), ...Place }, closed),
  Type.Object({ path: Type.String({ minLength: 1 }), ...Place }, closed),
]);
const MarketSources = Type.Object(
  {
    sources: Type.Array(Source, { minItems: 1, maxItems: MAX_SOURCES }),
    /** How many of them must have a price; a majority unless given. */
    atLeast: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_SOURCES })),
  },
  closed,
);
const Prices = Type.Union([
  Type.Object({ kind: Type.Literal("none") }, closed),
  Type.Object({ kind: Type.Literal("fixed") }, closed),
  /** A JSON list of prices in ticks, one per market, null where there is none. Read at every tick. */
  Type.Object({ kind: Type.Literal("file"), path: Type.String({ minLength: 1 }) }, closed),
  Type.Object(
    {
      kind: Type.Literal("walk"),
      seed: Type.String(),
      /** Largest move per tick, in units of 1/10,000 of the price. */
      maxStep: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    },
    closed,
  ),
  Type.Object({ kind: Type.Literal("sources"), markets: Type.Array(MarketSources) }, closed),
]);

const LIMIT_NAMES = Object.keys(DEFAULT_LIMITS) as (keyof typeof DEFAULT_LIMITS)[];
const Limits = Type.Object(
  Object.fromEntries(LIMIT_NAMES.map((name) => [name, Type.Optional(Count)])) as Record<
    keyof typeof DEFAULT_LIMITS,
    ReturnType<typeof optionalCount>
  >,
  closed,
);
function optionalCount() {
  return Type.Optional(Count);
}

const ConfigSchema = Type.Object(
  {
    /** Folder of the database. */
    data: Type.String({ minLength: 1 }),
    exchange: Type.Object(
      {
        chainId: Positive,
        /** Of the contract; with the chain id it is in every signature. */
        address: Type.String({ pattern: "^0x[0-9a-fA-F]{40}$" }),
        genesisTime: Count,
        requestFee: Quanta,
        markets: Type.Array(Market, { minItems: 1, maxItems: MAX_MARKETS }),
      },
      closed,
    ),
    circuits: Type.Object(
      {
        accountDepth: Type.Integer({ minimum: 1, maximum: 10 }),
        orderDepth: Type.Integer({ minimum: 1, maximum: 4 }),
        tiers: Type.Array(
          Type.Object({ steps: Positive, verifyingKey: Type.String({ minLength: 1 }) }, closed),
          { minItems: 1 },
        ),
      },
      closed,
    ),
    batches: Type.Optional(
      Type.Object({ maxSeconds: Type.Optional(Positive), epoch: Type.Optional(Count) }, closed),
    ),
    prices: Type.Optional(Prices),
    /** Seconds between ticks. */
    tickSeconds: Type.Optional(Positive),
    /** This node is a validator of a set. Left out: it orders alone. Needs `settlement`, which names its key. */
    set: Type.Optional(SetSchema),
    /** Left out: nothing is taken from or brought to L1. */
    settlement: Type.Optional(
      Type.Object(
        {
          /**
           * One node of the chain, or several, of which another one is asked when one fails. May be named like secrets: the path of
           * a provider's address is often the key to an account.
           */
          rpc: Type.Union([
            Address,
            Type.Array(Address, { minItems: 1, maxItems: MAX_ENDPOINTS, uniqueItems: true }),
          ]),
          deploymentBlock: Count,
          deploymentBlockHash: Type.String({ pattern: "^0x[0-9a-fA-F]{64}$" }),
          submitterKey: Secret,
          validatorKey: Secret,
          /** Blocks on top of one before what it says counts. Only on a chain of this machine it may be left out. */
          finalityBlocks: Type.Optional(Positive),
          pollMs: Type.Optional(Positive),
        },
        closed,
      ),
    ),
    api: Type.Object(
      {
        host: Type.Optional(Type.String()),
        port: Type.Integer({ minimum: 0, maximum: 65_535 }),
        jobsToken: Type.Optional(Secret),
      },
      closed,
    ),
    limits: Type.Optional(Limits),
    logLevel: Type.Optional(
      Type.Union(["debug", "info", "warn", "error"].map((level) => Type.Literal(level))),
    ),
  },
  closed,
);

export type NodeConfig = Static<typeof ConfigSchema>;
export type SecretName = Static<typeof Secret>;
export type PriceConfig = Static<typeof Prices>;

const checker = Compile(ConfigSchema);
const secretChecker = Compile(Secret);

/** A tick is a step that somebody has to prove; markets bear a price that is some seconds old. */
export const DEFAULT_TICK_SECONDS = 10;
/** Ten minutes without trading make a batch all the same: proofs and prices must not grow old. */
const DEFAULT_MAX_BATCH_SECONDS = 600;

export class ConfigError extends Error {
  readonly code = "badConfig";
  constructor(message: string) {
    super(message);
    this.name = "ConfigError";
  }
}

/** Throws ConfigError, which names every place that is wrong. */
function parseConfig(json: unknown): NodeConfig {
  const unfilled = unfilledPlaces(json);
  if (unfilled.length > 0)
    throw new ConfigError(
      `not filled in yet:\n  ${unfilled.map(({ path, what }) => `${path}: ${what}`).join("\n  ")}`,
    );
  if (checker.Check(json)) return fitting(json);
  throw wrongPlaces(faultsOf(json).map(({ text }) => text));
}

/** Throws ConfigError for what is wrong with a configuration apart from what is not filled in yet. */
export function checkDraft(json: unknown): void {
  const unfilled = unfilledPlaces(json).map(({ path }) => path);
  const isExcused = ({ path }: Fault): boolean =>
    unfilled.some((open) => open.startsWith(path) || path.startsWith(open));
  const faults = faultsOf(json).filter((fault) => !isExcused(fault));
  if (faults.length > 0) throw wrongPlaces(faults.map(({ text }) => text));
}

const wrongPlaces = (places: readonly string[]): ConfigError =>
  new ConfigError(`the configuration is wrong:\n  ${[...new Set(places)].join("\n  ")}`);

interface Fault {
  /** JSON pointer. */
  readonly path: string;
  readonly text: string;
}

function faultsOf(json: unknown): Fault[] {
  return checker.Errors(json).map((error) => {
    const { instancePath, message, params } = error as {
      instancePath: string;
      message: string;
      params: { additionalProperties?: string[] };
    };
    const unknown = params.additionalProperties;
    const problem = unknown === undefined ? message : `unknown key ${unknown.join(", ")}`;
    // An unknown key is the fault of the place itself: nothing below it excuses it.
    const path = unknown === undefined ? instancePath : `${instancePath}/${unknown[0]}`;
    return { path, text: `${instancePath || "/"}: ${problem}` };
  });
}

/** What the schema cannot say. */
function fitting(config: NodeConfig): NodeConfig {
  const { set, settlement, prices, exchange } = config;
  if (set !== undefined && settlement === undefined)
    throw new ConfigError("a validator of a set needs /settlement, which names its key");
  provable(config);
  if (settlement && settlement.finalityBlocks === undefined && !isLocalChain(BigInt(exchange.chainId)))
    throw new ConfigError(
      `/settlement/finalityBlocks: must be given on chain ${exchange.chainId}: so many blocks on top of one make it final, and deposits that a reorganisation undoes after that are lost to all`,
    );
  if (prices?.kind !== "sources") return config;
  if (set === undefined) throw new ConfigError("/prices: several sources per market are for a set");
  if (prices.markets.length !== exchange.markets.length)
    throw new ConfigError("/prices/markets: one entry for each market");
  return config;
}

/** A first state that no circuit could prove stays one for ever: its root is in the contract. */
function provable(config: NodeConfig): void {
  try {
    checkGenesis(genesisOf(config));
  } catch (error) {
    if (!(error instanceof BadGenesis)) throw error;
    throw new ConfigError(`/exchange: the first state is wrong: ${error.message}`);
  }
}

/** Reads a file, makes its paths absolute, and puts L1's address there if it is named like a secret. */
export async function readConfig(path: string, env: NodeJS.ProcessEnv = process.env): Promise<NodeConfig> {
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw new ConfigError(`${path}: ${error.message}`);
  });
  const absolute = (to: string): string => resolve(dirname(path), to);
  const absoluteSecret = (name: SecretName): SecretName =>
    "file" in name ? { file: absolute(name.file) } : name;
  const config = parseConfig(
    await withAddress(parseJson(path, text), (name) => readSecret(absoluteSecret(name), env)),
  );
  return {
    ...config,
    data: absolute(config.data),
    ...(config.prices && { prices: absolutePrices(config.prices, absolute) }),
    circuits: {
      ...config.circuits,
      tiers: config.circuits.tiers.map(({ steps, verifyingKey }) => ({
        steps,
        verifyingKey: absolute(verifyingKey),
      })),
    },
    ...(config.settlement && {
      settlement: {
        ...config.settlement,
        submitterKey: absoluteSecret(config.settlement.submitterKey),
        validatorKey: absoluteSecret(config.settlement.validatorKey),
      },
    }),
    api: {
      ...config.api,
      ...(config.api.jobsToken && { jobsToken: absoluteSecret(config.api.jobsToken) }),
    },
  };
}

/** `settlement.rpc` as text, one or a list, whether it was written down or named; what is neither is left to the schema. */
async function withAddress(json: unknown, read: (name: SecretName) => Promise<string>): Promise<unknown> {
  const { settlement } = (json ?? {}) as { readonly settlement?: { readonly rpc?: unknown } | null };
  const rpc = settlement?.rpc;
  if (rpc === undefined) return json;
  const textOf = async (one: unknown): Promise<unknown> => (secretChecker.Check(one) ? await read(one) : one);
  const text = Array.isArray(rpc) ? await Promise.all(rpc.map(textOf)) : await textOf(rpc);
  return { ...(json as object), settlement: { ...settlement, rpc: text } };
}

export function absolutePrices(prices: PriceConfig, absolute: (to: string) => string): PriceConfig {
  if (prices.kind === "file") return { ...prices, path: absolute(prices.path) };
  if (prices.kind !== "sources") return prices;
  const markets = prices.markets.map((market) => ({
    ...market,
    sources: market.sources.map((source) =>
      "path" in source ? { ...source, path: absolute(source.path) } : source,
    ),
  }));
  return { ...prices, markets };
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${path} is not JSON: ${(error as Error).message}`);
  }
}

/** The secret itself; throws ConfigError when it is not there. */
export async function readSecret(name: SecretName, env: NodeJS.ProcessEnv): Promise<string> {
  if ("file" in name)
    return await readFile(name.file, "utf8").then(
      (text) => text.trim(),
      (error: Error) => {
        throw new ConfigError(`a secret cannot be read: ${error.message}`);
      },
    );
  const value = env[name.env];
  if (value === undefined || value === "")
    throw new ConfigError(`the environment variable ${name.env} is not set`);
  return value;
}

const genesisOf = ({ exchange }: NodeConfig): Genesis => ({
  domain: signatureDomain(BigInt(exchange.chainId), exchange.address),
  requestFee: BigInt(exchange.requestFee),
  time: exchange.genesisTime,
  markets: exchange.markets.map(({ oraclePrice, parameters }) => ({
    oraclePrice,
    parameters: { ...parameters, minOrderValue: BigInt(parameters.minOrderValue) },
  })),
});

export function settingsOf(config: NodeConfig): SequencerSettings {
  const { circuits, exchange, batches, limits } = config;
  return {
    genesis: genesisOf(config),
    dimensions: {
      accountDepth: circuits.accountDepth,
      orderDepth: circuits.orderDepth,
      markets: exchange.markets.length,
    },
    tiers: circuits.tiers.map(({ steps }) => steps),
    maxBatchSeconds: batches?.maxSeconds ?? DEFAULT_MAX_BATCH_SECONDS,
    epoch: batches?.epoch ?? 0,
    increments: exchange.markets.map(({ priceIncrement, sizeIncrement }) => ({
      price: priceIncrement ?? 1,
      size: sizeIncrement ?? 1,
    })),
    limits: { ...DEFAULT_LIMITS, ...limits },
  };
}
