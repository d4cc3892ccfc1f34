/**
 * Where the exchange is and who trades: from flags, the environment, and a file, in this order of precedence. A key
 * that the file should not have is refused rather than ignored: a misspelt one would silently do nothing.
 */
import { existsSync, readFileSync } from "node:fs";
import { isAddress } from "ethers";
import type { MarketUnits } from "../sdk/market-units.ts";
import { TraderError } from "../sdk/trader-error.ts";

/** Looked for in this order when none is named; the second is what a local devnet writes. */
const DEFAULT_FILES = ["proofbook.json", ".devnet/proofbook.json"];
const DEFAULT_API = "http://127.0.0.1:8080";

export interface Config {
  /** One or several nodes, asked in turn when one does not answer. */
  readonly api: readonly [string, ...string[]];
  readonly rpc: string | undefined;
  /** Pins the contract: an API that names another one is refused. */
  readonly exchange: string | undefined;
  readonly markets: readonly MarketUnits[];
  readonly account: number | undefined;
  readonly keystore: string | undefined;
  readonly devWallet: number | undefined;
}

/** Flags that go before anything else. */
export interface ConfigFlags {
  readonly config?: string;
  readonly api?: readonly string[];
  readonly rpc?: string;
  readonly account?: number;
  readonly keystore?: string;
  readonly devWallet?: number;
}

const KEYS = ["api", "rpc", "exchange", "markets", "account", "keystore", "devWallet"] as const;
const MARKET_KEYS = ["symbol", "tickSize", "lotSize"] as const;

const bad = (message: string, whatToDo?: string): TraderError =>
  new TraderError("BAD_CONFIG", whatToDo === undefined ? { message } : { message, whatToDo });

function refuseUnknown(object: object, known: readonly string[], where: string): void {
  const unknown = Object.keys(object).filter((key) => !known.includes(key));
  if (unknown.length > 0)
    throw bad(`${where}: unknown ${unknown.join(", ")}`, `Known are ${known.join(", ")}.`);
}

function text(value: unknown, where: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "string" || value === "") throw bad(`${where} must be a text`);
  return value;
}

const severalOf = ([first, ...others]: readonly string[] = []): Config["api"] | undefined =>
  first === undefined ? undefined : [first, ...others];

/** A text, or several. */
function addressesOf(value: unknown, where: string): Config["api"] {
  const values = Array.isArray(value) ? (value as unknown[]) : [value];
  const found = severalOf(values.map((one) => text(one, where) ?? ""));
  if (found === undefined || found.includes("")) throw bad(`${where} names no node`);
  return found;
}

function index(value: unknown, where: string): number | undefined {
  if (value === undefined) return undefined;
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw bad(`${where} must be a whole number`);
  return value as number;
}

function address(value: unknown, where: string): string | undefined {
  const found = text(value, where);
  if (found !== undefined && !isAddress(found)) throw bad(`${where} is no address: ${found}`);
  return found;
}

function marketsOf(value: unknown, where: string): MarketUnits[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw bad(`${where} must be a list`);
  return value.map((entry: unknown, market) => {
    const at = `${where}[${market}]`;
    if (entry === null || typeof entry !== "object") throw bad(`${at} must be an object`);
    refuseUnknown(entry, MARKET_KEYS, at);
    const [symbol, tickSize, lotSize] = MARKET_KEYS.map((key) =>
      text((entry as Record<string, unknown>)[key], `${at}.${key}`),
    );
    if (symbol === undefined || tickSize === undefined || lotSize === undefined)
      throw bad(`${at} needs ${MARKET_KEYS.join(", ")}`);
    return { market, symbol, tickSize, lotSize };
  });
}

/** Reads a configuration file; `where` is its name in messages. */
function parseConfig(content: string, where: string): Partial<Config> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (error) {
    throw bad(`${where} is not JSON: ${(error as Error).message}`);
  }
  if (parsed === null || typeof parsed !== "object" || Array.isArray(parsed))
    throw bad(`${where} must be an object`);
  refuseUnknown(parsed, KEYS, where);
  const raw = parsed as Record<(typeof KEYS)[number], unknown>;
  return {
    ...(raw.api === undefined ? {} : { api: addressesOf(raw.api, `${where}: api`) }),
    rpc: text(raw.rpc, `${where}: rpc`),
    exchange: address(raw.exchange, `${where}: exchange`),
    markets: marketsOf(raw.markets, `${where}: markets`),
    account: index(raw.account, `${where}: account`),
    keystore: text(raw.keystore, `${where}: keystore`),
    devWallet: index(raw.devWallet, `${where}: devWallet`),
  };
}

function fileConfig(named: string | undefined): Partial<Config> {
  const path = named ?? DEFAULT_FILES.find((file) => existsSync(file));
  if (path === undefined) return {};
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (error) {
    throw bad(`cannot read ${path}: ${(error as Error).message}`);
  }
  return parseConfig(content, path);
}

export function loadConfig(flags: ConfigFlags, env: NodeJS.ProcessEnv): Config {
  const file = fileConfig(flags.config ?? env.PROOFBOOK_CONFIG);
  // A wallet named on the command line is the only one meant.
  const walletFlag = flags.keystore !== undefined || flags.devWallet !== undefined;
  return {
    api: severalOf(flags.api ?? env.PROOFBOOK_API?.split(",")) ?? file.api ?? [DEFAULT_API],
    rpc: flags.rpc ?? env.PROOFBOOK_RPC ?? file.rpc,
    exchange: address(env.PROOFBOOK_EXCHANGE, "PROOFBOOK_EXCHANGE") ?? file.exchange,
    markets: file.markets ?? [],
    account: flags.account ?? file.account,
    keystore: walletFlag ? flags.keystore : (env.PROOFBOOK_KEYSTORE ?? file.keystore),
    devWallet: walletFlag ? flags.devWallet : file.devWallet,
  };
}

/** A market by symbol or number. */
export function findMarket(markets: readonly MarketUnits[], name: string): MarketUnits {
  const found = markets.find(
    ({ symbol, market }) => symbol.toLowerCase() === name.toLowerCase() || String(market) === name,
  );
  if (found !== undefined) return found;
  const known = markets.map(({ symbol }) => symbol).join(", ");
  throw new TraderError("UNKNOWN_MARKET", {
    message: `no market ${name} in the configuration`,
    whatToDo:
      known === ""
        ? "List the markets in proofbook.json with symbol, tickSize and lotSize."
        : `There are ${known}.`,
  });
}
