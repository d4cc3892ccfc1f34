/** Reads the registry's sets from finalized L1 blocks, again and again, into the node's book. */
import { setTimeout as wait } from "node:timers/promises";
import type { Provider } from "ethers";
import type { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import type { RegistryContract } from "../../verifier-contracts/registry.ts";
import type { ChainLog } from "../chain/log.ts";
import { loop } from "../chain/loop.ts";
import { type Endpoints, turnAfterFailures } from "../chain/turning.ts";
import type { Hash, Peer } from "../consensus/messages.ts";
import type { RegistryBook } from "./registry-book.ts";
import type { Member } from "./registry-tables.ts";

export interface RegistryWatchOptions {
  readonly provider: Pick<Provider, "getBlockNumber">;
  /** Those of the provider. */
  readonly endpoints?: Endpoints;
  readonly registry: RegistryContract;
  readonly exchange: Pick<ExchangeContract, "state">;
  readonly book: RegistryBook;
  /** The registry is there from this block on. */
  readonly deploymentBlock: number;
  /** Blocks on top of one before what it says counts: those of the L1 queue. */
  readonly finalityBlocks: number;
  readonly intervalMs: number;
  readonly log: ChainLog;
}

/** Undefined while the registry is not deep enough itself. */
async function finalBlock({ provider, deploymentBlock, finalityBlocks }: RegistryWatchOptions) {
  const final = (await provider.getBlockNumber()) - finalityBlocks;
  return final < deploymentBlock ? undefined : final;
}

/** One look. True if the book has something new. */
export async function lookAtRegistry(options: RegistryWatchOptions): Promise<boolean> {
  const { registry, book } = options;
  const final = await finalBlock(options);
  if (final === undefined) return false;
  const { current, latest: sealed } = await registry.orderingEpochs(final);
  const takeOvers = new Map<number, number>();
  for (let epoch = book.takeOversThrough + 1; epoch <= sealed; epoch++)
    if ((await registry.epochOf(epoch, final)).takesOver)
      takeOvers.set(epoch, await begunBefore(registry, epoch, final));
  const sets = new Map<number, readonly Member[]>();
  for (const epoch of book.missing(current, sealed, takeOvers))
    sets.set(epoch, await membersOf(registry, epoch, final));
  const committed = sealed > current ? await committedAt(options, sealed, final) : null;
  return await book.learn({ current, sealed, sets, takeOvers, committed });
}

/** The last epoch before this one that began; those between began with this one, in name only, or not yet. */
async function begunBefore(registry: RegistryContract, epoch: number, block: number): Promise<number> {
  const { beganAt } = await registry.epochOf(epoch, block);
  for (let before = epoch - 1; before > 0; before--) {
    const other = await registry.epochOf(before, block);
    if (other.beganAt !== 0 && other.beganAt !== beganAt) return before;
  }
  return 0;
}

async function committedAt({ registry, exchange }: RegistryWatchOptions, sealed: number, block: number) {
  if (!(await registry.epochOf(sealed, block)).takesOver) return null;
  const { committedBatches: batches, committedRoot: root } = await exchange.state(block);
  return { batches, root };
}

async function membersOf(registry: RegistryContract, epoch: number, block: number): Promise<Member[]> {
  const members: Member[] = [];
  for (const signer of await registry.members(epoch, block)) {
    const { peerKey } = await registry.validatorOf(signer, block);
    members.push({ address: signer.toLowerCase() as Peer, peerKey: peerKey.toLowerCase() as Hash });
  }
  if (members.length === 0) throw new Error(`epoch ${epoch} is sealed and has no members`);
  return members;
}

/** Any set that is sealed and final, also one that the book has no use for; undefined for others. */
export async function readSet(
  options: RegistryWatchOptions,
  epoch: number,
): Promise<readonly Member[] | undefined> {
  const held = options.book.membersOf(epoch);
  if (held !== undefined) return held;
  const final = await finalBlock(options);
  if (final === undefined) return undefined;
  const { latest: sealed } = await options.registry.orderingEpochs(final);
  return epoch < 1 || epoch > sealed ? undefined : await membersOf(options.registry, epoch, final);
}

/** Calls `onNews` after each look that found something; returns how to stop, which resolves when nothing of it runs. */
export function watchRegistry(options: RegistryWatchOptions, onNews: () => void): () => Promise<void> {
  const stopping = new AbortController();
  const failed = turnAfterFailures(options.endpoints);
  const running = loop({
    step: async () => {
      if (await lookAtRegistry(options)) onNews();
    },
    intervalMs: options.intervalMs,
    signal: stopping.signal,
    sleep: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
    onError: (error, pauseMs, failures) => {
      options.log.warn({ err: error, pauseMs }, "the registry could not be read; trying again");
      failed(error, failures);
    },
  });
  return async () => {
    stopping.abort();
    await running;
  };
}

/** Resolves when the book has an epoch's set. */
export async function untilSealed(options: RegistryWatchOptions, epoch: number): Promise<void> {
  const isThere = (): boolean => options.book.membersOf(epoch) !== undefined;
  if (isThere()) return;
  options.log.info({ epoch }, "waiting until the registry's set is sealed and final");
  await new Promise<void>((resolve) => {
    const stop = watchRegistry(options, () => {
      if (isThere()) void stop().then(resolve);
    });
  });
}
