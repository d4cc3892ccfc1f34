/**
 * From the end of a proven batch to the end of the block in which it ended: what of the block was not consumed yet is
 * executed as it always is, and has to come out as the quorum says. With this block on disk the node stands where every
 * other node stood after it.
 */
import { type Epoch, makeEpoch } from "../consensus/epoch.ts";
import { hashHeader } from "../consensus/header.ts";
import { isL1, typeOf, WordType, withOutcome } from "../exchange/word.ts";
import { finishTaker } from "../execution/execute.ts";
import type { RunPlan } from "../kernel/hash-plan.ts";
import { type BlockEnd, BlockRunner } from "../node/block-runner.ts";
import type { Parts } from "../node/open.ts";
import type { Clock, SequencerLimits } from "../node/settings.ts";
import { commandOf } from "../ordering/block-order.ts";
import { type Entry, signedEntry, unsignedEntry } from "../ordering/entry.ts";
import type { SignedRequest } from "../signature/request.ts";
import { del } from "../store/space.ts";
import { epochOperation } from "../validator/epoch-sets.ts";
import { FinalChain, genesisHash } from "../validator/final-chain.ts";
import { openPayload } from "../validator/payloads.ts";
import { validatorTables } from "../validator/tables.ts";
import { landingOf } from "./check-head.ts";
import type { SnapshotHead } from "./snapshot.ts";

export interface FinishOptions {
  /** Who is in the epoch of the block. */
  readonly epoch: Epoch;

  readonly parts: Parts;
  readonly limits: SequencerLimits;
  readonly clock: Clock;
  readonly runPlan: RunPlan;
}

export async function finishBlock(head: SnapshotHead, options: FinishOptions): Promise<void> {
  const { parts, epoch } = options;
  parts.cutter.epoch = epoch.number;
  const { batch, block, descendants, finalization, executed } = head;
  const landing = landingOf(head);
  if (typeof landing === "string") throw new Error(`a snapshot's head that was good is ${landing}`);
  const { consumed, stateDigest } = landing;
  const { words, ...end } = executed[0]!;
  const rest = words.slice(consumed);
  const { requests, next } = openPayload(block.payload);
  const { lastOfEpoch } = block.header;
  const epochs = next === null ? [epoch] : [epoch, makeEpoch(epoch.number + 1, next)];
  const runner = new BlockRunner({ ...options, onBlock: () => undefined, onExecuted: () => undefined });
  const chain = new FinalChain(parts.database, genesisHash(parts.genesisRoot));
  const isNewest = descendants.length === 0;
  const final = {
    hash: hashHeader(block.header),
    block,
    finalView: isNewest ? finalization.view : block.header.view,
    finalization: isNewest ? finalization : null,
    stateDigest,
  };
  await runner.runInOrder(
    block.header.height,
    entriesFrom(parts, words[consumed - 1], entriesOfWords(rest, requests)),
    (found, foundEnd) => {
      checkEnd({ words: found, ...foundEnd }, { ...end, words: rest, batch });
      const rows = [...chain.operations(final, end), ...epochs.map(epochOperation)];
      return [...rows, del(validatorTables.joining, [0])];
    },
    lastOfEpoch,
  );
}

/** First the taker that the batch was cut in the middle of. */
function* entriesFrom(
  { exchange, journal }: Parts,
  last: bigint | undefined,
  entries: readonly Entry[],
): Generator<Entry, void> {
  if (exchange.machine.taker !== null) journal.resume(last!, () => finishTaker(exchange, journal));
  yield* entries;
}

/** Logged words as the entries that they came from. */
function entriesOfWords(words: readonly bigint[], requests: readonly SignedRequest[]): Entry[] {
  const signed = new Map(requests.map((request) => [commandOf(request), request]));
  const entries: Entry[] = [];
  let group: bigint[] = [];
  for (const logged of words) {
    const word = withOutcome(logged, 0);
    group.push(word);
    if (typeOf(word) === WordType.payloadHigh || typeOf(word) === WordType.payloadLow) continue;
    const request = isL1(word) ? undefined : signed.get(word);
    if (request === undefined) entries.push(unsignedEntry(group));
    else
      entries.push(
        signedEntry(request.words, { publicKey: request.publicKey, signature: request.signature }),
      );
    group = [];
  }
  return entries;
}

type Ending = BlockEnd & { readonly words: readonly bigint[] };

/** A quorum has executed this block: another outcome here is a fault of this node. */
function checkEnd(found: Ending, { batch, ...expected }: Ending & { readonly batch: number }): void {
  const borders = expected.borders.filter((border) => border.batch > batch);
  const text = (ending: Ending): string =>
    JSON.stringify([ending.sequence, ending.fills, ending.borders, ending.words.map(String)]);
  if (text(found) !== text({ ...expected, borders }))
    throw new Error(`the rest of the block in which batch ${batch} ended comes out differently here`);
}
