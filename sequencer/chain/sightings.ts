/** Turns the contract's events into what is recorded per batch, and takes back what a reorganisation undid. */
import type { Provider } from "ethers";
import type { EventPlace, ExchangeEvent } from "../../verifier-contracts/events.ts";
import type { Settlements } from "./ports.ts";
import type { BatchSettlement, L1Transaction } from "./settlement-record.ts";

/** Changes by batch number, on top of what is recorded. */
export type Changes = Map<number, BatchSettlement>;

const isAfter = (transaction: L1Transaction | null, block: number): boolean =>
  transaction !== null && transaction.block > block;

/**
 * Everything that is recorded from blocks after `block`, taken back. Batches are committed and proven in order, so
 * the first one that was proven by then ends the search.
 */
export async function takeBack(settlements: Settlements, block: number): Promise<Changes> {
  const changes: Changes = new Map();
  for (let number = settlements.latestBatch(); number > 0; number--) {
    const view = await settlements.batchView(number);
    // Before the history of a node that joined by a snapshot: proven, or it would not have joined there.
    if (view === undefined) break;
    const { settlement } = view;
    const { commit, prove } = settlement;
    if (isAfter(commit, block)) changes.set(number, { number, commit: null, prove: null });
    else if (isAfter(prove, block)) changes.set(number, { ...settlement, prove: null });
    else if (prove !== null) break;
  }
  return changes;
}

/** Adds what an event says of batches. */
export async function addEvent(
  changes: Changes,
  event: ExchangeEvent,
  settlements: Settlements,
  provider: Provider,
): Promise<void> {
  if (event.name === "BatchesReverted") {
    for (let number = event.from; number <= event.to; number++)
      changes.set(number, { number, commit: null, prove: null });
  } else if (event.name === "BatchCommitted") {
    const commit = await transactionOf(event, provider);
    changes.set(event.number, { number: event.number, commit, prove: null });
  } else if (event.name === "BatchProven") {
    const { number } = event;
    const known = changes.get(number) ?? (await settlements.batchView(number))?.settlement;
    const prove = await transactionOf(event, provider);
    changes.set(number, { number, commit: known?.commit ?? null, prove });
  }
}

async function transactionOf(place: EventPlace, provider: Provider): Promise<L1Transaction> {
  const [receipt, block] = await Promise.all([
    provider.getTransactionReceipt(place.transactionHash),
    provider.getBlock(place.blockHash),
  ]);
  if (receipt === null || receipt.blockHash !== place.blockHash || block === null)
    throw new Error(`transaction ${place.transactionHash} moved while it was read`);
  return {
    hash: place.transactionHash,
    block: place.blockNumber,
    blockHash: place.blockHash,
    time: block.timestamp,
    gasUsed: receipt.gasUsed,
    gasPrice: receipt.gasPrice,
  };
}

/**
 * Records what differs from what is recorded. What is taken back goes first, newest batch first, then what was seen,
 * oldest first: a kill in between leaves commitments and proofs without gaps. What is of batches that are not here is
 * left for whoever holds it.
 */
export async function record(changes: Changes, settlements: Settlements): Promise<BatchSettlement[]> {
  const changed: { settlement: BatchSettlement; isTakenBack: boolean }[] = [];
  for (const settlement of changes.values()) {
    const known = (await settlements.batchView(settlement.number))?.settlement;
    if (known === undefined || isSame(known, settlement)) continue;
    const isTakenBack = (known.commit && !settlement.commit) || (known.prove && !settlement.prove);
    changed.push({ settlement, isTakenBack: Boolean(isTakenBack) });
  }
  const upwards = changed.toSorted((a, b) => a.settlement.number - b.settlement.number);
  const inOrder = [
    ...upwards.filter(({ isTakenBack }) => isTakenBack).reverse(),
    ...upwards.filter(({ isTakenBack }) => !isTakenBack),
  ].map(({ settlement }) => settlement);
  for (const settlement of inOrder) await settlements.recordSettlement(settlement);
  return inOrder;
}

const isSameTransaction = (a: L1Transaction | null, b: L1Transaction | null): boolean =>
  a?.hash === b?.hash && a?.blockHash === b?.blockHash;
const isSame = (a: BatchSettlement, b: BatchSettlement): boolean =>
  isSameTransaction(a.commit, b.commit) && isSameTransaction(a.prove, b.prove);
