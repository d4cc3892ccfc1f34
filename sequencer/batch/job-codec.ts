/** A job as it travels from the sequencer to a prover. A job that decodes is well formed, not yet true. */
import { MAX_MARKETS, SLOT_BITS, TIME_BITS, WORD_BITS } from "../exchange/limits.ts";
import type { Point, Signature } from "../signature/request.ts";
import { ARITY, type Path } from "../state-tree/sparse-tree.ts";
import type { Dimensions } from "../state-tree/state-tree.ts";
import {
  between,
  bigUnsigned,
  type Codec,
  type Fields,
  type Json,
  list,
  nullable,
  object,
  pair,
  unsigned,
} from "./codec.ts";
import type { BatchHeader } from "./header.ts";
import type { BatchJob, JobStep, OpenedAccount } from "./job.ts";
import { MalformedValue } from "./malformed-value.ts";
import { accountCodec, fieldElement, machineCodec, marketCodec, orderNameCodec } from "./state-codec.ts";

/** Groth16 over BN254 proves at most 2^27 constraints: fewer than 4096 steps of the smallest full size. */
export const MAX_JOB_STEPS = 4096;
/** Depth of a 4-ary tree with 2^20 leaves. */
const MAX_ACCOUNT_DEPTH = 10;
/** Depth of a 4-ary tree with 256 leaves. */
const MAX_ORDER_DEPTH = SLOT_BITS / 2;

const word = bigUnsigned(WORD_BITS);
const point: Codec<Point> = pair(fieldElement, fieldElement);
const path: Codec<Path> = list(list(fieldElement, ARITY, ARITY), 1, MAX_ACCOUNT_DEPTH);

const dimensionsCodec = object<Dimensions>({
  accountDepth: between(1, MAX_ACCOUNT_DEPTH),
  orderDepth: between(1, MAX_ORDER_DEPTH),
  markets: between(1, MAX_MARKETS),
});

export const headerCodec = object<BatchHeader>({
  preRoot: fieldElement,
  postRoot: fieldElement,
  number: unsigned(53),
  epoch: unsigned(32),
  steps: between(1, MAX_JOB_STEPS),
  wordCount: between(0, MAX_JOB_STEPS),
  time: unsigned(TIME_BITS),
  l1Start: unsigned(53),
  l1End: unsigned(53),
  signaturesHash: word,
});

/** A step opens at most two accounts, each with an order; account 0 is always opened. */
export const MAX_OPENED = 2 * MAX_JOB_STEPS + 1;
/** In the paths of these accounts and orders. */
export const MAX_PATH_NODES = MAX_OPENED * ARITY * (MAX_ACCOUNT_DEPTH + MAX_ORDER_DEPTH);

export const openedIndex = between(0, ARITY ** MAX_ACCOUNT_DEPTH - 1);
export const openedSlot = unsigned(SLOT_BITS);

const openedCodec = object<OpenedAccount>({
  index: openedIndex,
  account: accountCodec,
  ordersRoot: fieldElement,
  path,
  orders: list(object({ slot: openedSlot, path }), 0, 2 ** SLOT_BITS),
});

const stepCodec = object<JobStep>({
  word,
  counterparty: nullable(orderNameCodec),
  authority: nullable(
    object({ publicKey: point, signature: object<Signature>({ r8: point, s: fieldElement }) }),
  ),
});

/** A job's fields but for what it opens. */
export const jobFields: Fields<Omit<BatchJob, "opened">> = {
  dimensions: dimensionsCodec,
  header: headerCodec,
  machine: machineCodec,
  markets: list(marketCodec, 1, MAX_MARKETS),
  accountsRoot: fieldElement,
  steps: list(stepCodec, 0, MAX_JOB_STEPS),
};

const jobCodec = object<BatchJob>({ ...jobFields, opened: list(openedCodec, 1, MAX_OPENED) });

export const encodeJob = (job: BatchJob): Json => jobCodec.encode(job);

/** Throws `MalformedValue` when it is no job. */
export function decodeJob(json: unknown): BatchJob {
  const job = jobCodec.decode(json, "job");
  checkShape(job);
  return job;
}

/** Throws `MalformedValue` unless the parts of a job fit each other. */
export function checkShape({ dimensions, header, markets, opened, steps }: BatchJob): void {
  const { accountDepth } = dimensions;
  expect(markets.length === dimensions.markets, "wrongLength", "job.markets");
  expect(steps.length <= header.steps, "wrongLength", "job.steps");
  expect(opened.length <= 2 * header.steps + 1, "wrongLength", "job.opened");
  const words = steps.filter((step) => step.word !== 0n).length;
  expect(words === header.wordCount, "inconsistent", "job.header.wordCount");
  expect(distinct(opened.map(({ index }) => index)), "duplicate", "job.opened");
  opened.forEach((entry, i) => {
    expect(entry.index < ARITY ** accountDepth, "outOfRange", `job.opened[${i}].index`);
    checkOpened(entry, dimensions, `job.opened[${i}]`);
  });
}

function checkOpened(entry: OpenedAccount, dimensions: Dimensions, at: string): void {
  const { account, orders } = entry;
  expect(entry.path.length === dimensions.accountDepth, "wrongLength", `${at}.path`);
  expect(account.sizes.length === dimensions.markets, "wrongLength", `${at}.account.sizes`);
  expect(account.fundings.length === dimensions.markets, "wrongLength", `${at}.account.fundings`);
  expect(distinct(orders.map(({ slot }) => slot)), "duplicate", `${at}.orders`);
  orders.forEach((order, i) => {
    expect(order.slot < ARITY ** dimensions.orderDepth, "outOfRange", `${at}.orders[${i}].slot`);
    expect(order.path.length === dimensions.orderDepth, "wrongLength", `${at}.orders[${i}].path`);
  });
  const opened = new Set(orders.map(({ slot }) => slot));
  const covered = [...account.orders.keys()].every((slot) => opened.has(slot));
  expect(covered, "inconsistent", `${at}.account.orders`);
}

const distinct = (values: readonly number[]): boolean => new Set(values).size === values.length;

function expect(
  holds: boolean,
  reason: "wrongLength" | "duplicate" | "outOfRange" | "inconsistent",
  at: string,
): void {
  if (!holds) throw new MalformedValue(reason, at);
}
