/** The registry of a node's configuration: checked, read until it has a first set, and followed from then on. */
import { setTimeout as wait } from "node:timers/promises";
import { getAddress, type Provider } from "ethers";
import { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import { RegistryContract } from "../../verifier-contracts/registry.ts";
import { backoffMs } from "../chain/backoff.ts";
import { DEFAULT_FINALITY_BLOCKS, DEFAULT_POLL_MS } from "../chain/limits.ts";
import type { ChainLog } from "../chain/log.ts";
import { type Endpoints, turnAfterFailures } from "../chain/turning.ts";
import { type Epoch, makeEpoch } from "../consensus/epoch.ts";
import type { Peer } from "../consensus/messages.ts";
import { ConfigError, type NodeConfig } from "../node/config.ts";
import { systemClock } from "../node/settings.ts";
import type { Surroundings } from "../node/surroundings.ts";
import type { EpochOf } from "../snapshot/join.ts";
import type { Membership } from "./membership.ts";
import { PeerAddresses } from "./peer-addresses.ts";
import { FIRST_REGISTRY_EPOCH, RegistryBook } from "./registry-book.ts";
import { RegistryMembership } from "./registry-membership.ts";
import type { Member } from "./registry-tables.ts";
import { type RegistryWatchOptions, readSet, untilSealed, watchRegistry } from "./registry-watch.ts";
import type { SetConfig } from "./set-config.ts";

/** Looks at L1 that a leader waits after it has seen a new set: the others see it within one. */
const PATIENCE_LOOKS = 2;

export interface OwnKey {
  /** Of this node, lower case. */
  readonly address: Peer;
  readonly secretKey: Uint8Array;
  readonly separator: Uint8Array;
}

export interface RegistrySet {
  readonly first: Epoch;
  readonly membership: Membership;
  readonly epochOf: EpochOf;
  /** The earliest epoch whose batches the contract takes, as of the newest block. */
  readonly earliest: () => Promise<number>;
}

export async function openRegistry(
  set: SetConfig,
  registry: string,
  own: OwnKey,
  { config, database, log, l1 }: Surroundings,
): Promise<RegistrySet> {
  const settlement = config.settlement!;
  const nowMs = systemClock.nowMs;
  const book = await RegistryBook.load(database, nowMs);
  const provider = l1!;
  const intervalMs = settlement.pollMs ?? DEFAULT_POLL_MS;
  const options: RegistryWatchOptions = {
    provider,
    endpoints: provider,
    registry: new RegistryContract(registry, provider),
    exchange: new ExchangeContract(config.exchange.address, provider),
    book,
    deploymentBlock: settlement.deploymentBlock,
    finalityBlocks: settlement.finalityBlocks ?? DEFAULT_FINALITY_BLOCKS,
    intervalMs,
    log,
  };
  if (book.membersOf(FIRST_REGISTRY_EPOCH) === undefined)
    await onceReached(() => checkRegistry(registry, config, provider), provider, log);
  await untilSealed(options, FIRST_REGISTRY_EPOCH);
  const members = book.membersOf(FIRST_REGISTRY_EPOCH)!;
  const card = set.validators.find(({ address }) => address.toLowerCase() === own.address);
  const membership = new RegistryMembership({
    ...own,
    book,
    addresses: await PeerAddresses.load({
      database,
      separator: own.separator,
      hints: new Map(set.validators.map(({ address, multiaddrs }) => [address.toLowerCase(), multiaddrs])),
      isMember: (address) => book.isPeer(address),
      nowMs,
    }),
    announce: set.announce ?? card?.multiaddrs ?? null,
    patienceMs: PATIENCE_LOOKS * intervalMs,
    clock: systemClock,
    watch: (onNews) => watchRegistry(options, onNews),
  });
  return {
    first: epochWith(FIRST_REGISTRY_EPOCH, members),
    membership,
    epochOf: async (number) => {
      const found = await readSet(options, number);
      return found && epochWith(number, found);
    },
    earliest: async () => (await options.registry.orderingEpochs()).earliest,
  };
}

const epochWith = (number: number, members: readonly Member[]): Epoch =>
  makeEpoch(
    number,
    members.map(({ address }) => address),
  );

/** A node of another registry than its exchange asks would agree with others and settle nothing. */
async function checkRegistry(registry: string, { exchange }: NodeConfig, provider: Provider): Promise<void> {
  const asked = await new ExchangeContract(exchange.address, provider).validators();
  if (getAddress(asked) !== getAddress(registry))
    throw new ConfigError(`/set/registry: the exchange at ${exchange.address} asks ${asked}`);
}

/** A node that starts while L1 is away waits for it, as it does later on. What the configuration has wrong, it says. */
async function onceReached(check: () => Promise<void>, endpoints: Endpoints, log: ChainLog): Promise<void> {
  const failed = turnAfterFailures(endpoints);
  for (let failures = 1; ; failures++)
    try {
      await check();
      return;
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      const pauseMs = backoffMs(failures);
      log.warn({ err: error, pauseMs }, "the registry could not be checked; trying again");
      failed(error, failures);
      await wait(pauseMs);
    }
}
