/** A node of plain values behind the API, so that tests say exactly what it would answer. */

import type { ApiParts, SequencerPort } from "../../sequencer/api/ports.ts";
import type { BatchJob } from "../../sequencer/batch/job.ts";
import { emptyAccount, type Genesis } from "../../sequencer/exchange/state.ts";
import { encodeWord, WordType } from "../../sequencer/exchange/word.ts";
import type { AccountView, Fill, Health, Receipt } from "../../sequencer/node/view.ts";
import type { JobQueue } from "../../sequencer/store/job-queue.ts";
import type { BatchView, JobState } from "../../sequencer/store/settlement.ts";
import { sampleJob } from "../prover/sample-job.ts";

export const GENESIS: Genesis = {
  domain: 12345678901234567890123n,
  requestFee: 7n,
  time: 1000,
  markets: [
    {
      oraclePrice: 5000,
      parameters: {
        initialFraction: 1000,
        maintenanceFraction: 500,
        collarFraction: 1000,
        maxMovePerSecond: 10,
        maxOracleAge: 60,
        minOrderValue: 10n,
        openInterestCap: 1_000_000,
      },
    },
  ],
};

export const PLACE_WORD = encodeWord({ type: WordType.place, account: 1, nonce: 3, price: 5000, size: 2 });

export const RECEIPT: Receipt = {
  word: PLACE_WORD,
  type: "place",
  sequence: 9,
  outcome: "accepted",
  code: null,
  filled: 1,
  fills: { first: 1, count: 1 },
  order: "open",
  batch: 2,
  settlement: "ordered",
};

export const FILLS: Fill[] = [1, 2, 3].map((sequence) => ({
  sequence,
  time: 1001,
  market: 0,
  price: 5000,
  lots: 1,
  side: 1,
  taker: { account: sequence, slot: 0 },
  maker: { account: 9, slot: 4 },
  word: 9,
  batch: sequence,
  settlement: (["proven", "committed", "ordered"] as const)[sequence - 1]!,
}));

export const ACCOUNT: AccountView = {
  ...emptyAccount(1),
  index: 1,
  ownerKey: 77n,
  collateral: -5n,
  equity: 1000n,
  initialRequirement: 12_345n,
  maintenanceRequirement: 10_000n,
  nextNonce: 4,
  nextTradingNonce: 9,
  pending: 0,
  positions: [{ market: 0, size: -3 }],
  orders: [],
};

export const batchViewOf = (number: number, words: readonly bigint[], job: JobState): BatchView => ({
  header: {
    preRoot: 11n,
    postRoot: 12n,
    number,
    epoch: 0,
    steps: 4,
    wordCount: words.length,
    time: 1001,
    l1Start: 0,
    l1End: 0,
    signaturesHash: 13n,
  },
  words,
  commitment: 14n,
  usedSteps: 1,
  fills: 1,
  state: "committed",
  settlement: {
    number,
    commit: { hash: "0xaa", block: 5, blockHash: "0xbb", time: 1002, gasUsed: 200_000n, gasPrice: 3n },
    prove: null,
  },
  job,
});

export const jobOf = (view: BatchView): BatchJob => ({
  ...sampleJob(view.header.number),
  header: view.header,
  steps: view.words.map((word) => ({
    word,
    counterparty: null,
    authority: { publicKey: [1n, 2n], signature: { r8: [3n, 4n], s: 5n } },
  })),
});

/** A queue with one job, number 1. */
export function oneJob(): JobQueue {
  let state: JobState = { state: "waiting" };
  const view = batchViewOf(1, [PLACE_WORD], state);
  const held = (worker: string) => state.state === "leased" && state.worker === worker;
  return {
    async lease(nowMs, worker, seconds) {
      const isFree = state.state === "waiting" || (state.state === "leased" && state.untilMs <= nowMs);
      if (!isFree) return undefined;
      state = { state: "leased", worker, untilMs: nowMs + seconds * 1000 };
      return { number: 1, job: jobOf(view) };
    },
    async extend(nowMs, number, worker, seconds) {
      if (number !== 1) return "unknownJob";
      if (state.state === "proven") return "alreadyProven";
      if (!held(worker)) return "notLeased";
      state = { state: "leased", worker, untilMs: nowMs + seconds * 1000 };
      return null;
    },
    async release(number, worker) {
      if (number !== 1) return "unknownJob";
      if (!held(worker)) return "notLeased";
      state = { state: "waiting" };
      return null;
    },
    async complete(number) {
      if (number !== 1) return "unknownJob";
      if (state.state === "proven") return "alreadyProven";
      state = { state: "proven" };
      return null;
    },
    job: async (number) => (number === 1 ? jobOf(view) : undefined),
    proof: async () => undefined,
    state: (number) => (number === 1 ? state : undefined),
    waiting: 1,
  };
}

export const HEALTH: Health = {
  status: "running",
  reason: null,
  machineTime: 1001,
  sequence: 9,
  queued: 0,
  batches: { cut: 1, committed: 1, proven: 0 },
  provingLagSeconds: 5,
  openSteps: 1,
  l1Consumed: 3,
  fills: 3,
};

export function fakeNode(changes: Partial<SequencerPort> = {}): SequencerPort {
  const jobs = oneJob();
  return {
    genesis: GENESIS,
    dimensions: { accountDepth: 3, orderDepth: 1, markets: 1 },
    tiers: [4],
    genesisRoot: 11n,
    submit: async () => RECEIPT,
    book: (market, depth) =>
      market === 0
        ? {
            market,
            bids: [{ price: 4999, lots: 3, orders: 2 }].slice(0, depth),
            asks: [],
            oraclePrice: 5000,
            oracleTime: 1000,
            openInterest: 3,
            sequence: 9,
          }
        : undefined,
    account: (index) => (index === 1 ? ACCOUNT : undefined),
    order: async () => undefined,
    fills: async (from, limit) => FILLS.filter(({ sequence }) => sequence >= from).slice(0, limit),
    accountFills: async (account, from, limit) =>
      FILLS.filter(({ sequence, taker }) => sequence >= from && taker.account === account).slice(0, limit),
    receipt: async (word) => (word === PLACE_WORD ? RECEIPT : undefined),
    health: () => HEALTH,
    history: { firstBatch: 1, firstFill: 1 },
    stored: HEALTH.sequence,
    written: async () => undefined,
    latestBatch: () => 1,
    batch: async (number) => (number === 1 ? batchViewOf(1, [PLACE_WORD], jobs.state(1)!) : undefined),
    batchView: async (number) => (number === 1 ? batchViewOf(1, [PLACE_WORD], jobs.state(1)!) : undefined),
    jobs,
    ...changes,
  };
}

export const partsOf = (sequencer: SequencerPort, changes: Partial<ApiParts> = {}): ApiParts => ({
  sequencer,
  chain: null,
  verifier: {
    hasTier: (steps) => steps === 4,
    verify: async (_steps, _signals, proof) => proof.pi_a[0] === "1",
  },
  now: () => 1_000_000,
  ...changes,
});
