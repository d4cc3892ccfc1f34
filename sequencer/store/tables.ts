/** All tables of the database. One number per key part, in the order of the comment. */
import { bigBelow, type Codec, list, nullable, object, unsigned, withoutBytes } from "../batch/codec.ts";
import type { JobStep } from "../batch/job.ts";
import type { PreImage } from "../batch/open-batch.ts";
import {
  accountCodec,
  fieldElement,
  machineCodec,
  marketCodec,
  orderCodec,
  orderNameCodec,
} from "../batch/state-codec.ts";
import type { ProvenStatement } from "../chain/proof.ts";
import { SLOT_BITS, WORD_BITS } from "../exchange/limits.ts";
import {
  authorityCodec,
  fillCodec,
  jobStateCodec,
  logRecordCodec,
  opaque,
  orderRecordCodec,
  settlementCodec,
  storedBatchCodec,
  text,
} from "./records.ts";
import { space } from "./space.ts";
import { storedJobCodec } from "./stored-job.ts";

/** Grows with every change that makes older databases unreadable. */
export const FORMAT_VERSION = 6;

export interface Format {
  readonly version: number;
  /** The root before the first batch: it covers markets, fees, domain and first prices. */
  readonly genesisRoot: bigint;
  readonly accountDepth: number;
  readonly orderDepth: number;
}

const counter = unsigned(53);

/** As text, whatever the bytes of other values are: every version must be able to read which one it was. */
const formatCodec: Codec<Format> = withoutBytes(
  object<Format>({
    version: counter,
    genesisRoot: fieldElement,
    accountDepth: counter,
    orderDepth: counter,
  }),
);

/** How far everything has come. */
export interface Progress {
  /** Blocks executed. */
  readonly height: number;
  /** Words in the log. */
  readonly sequence: number;
  readonly fills: number;
  /** The batch under construction, and what was there when it began. */
  readonly openBatch: number;
  readonly openRoot: bigint;
  readonly openSteps: number;
  readonly openFills: number;
}

const progressCodec = object<Progress>({
  height: counter,
  sequence: counter,
  fills: counter,
  openBatch: counter,
  openRoot: fieldElement,
  openSteps: counter,
  openFills: counter,
});

const preImageCodec = object<PreImage>({
  account: accountCodec,
  slots: list(unsigned(SLOT_BITS), 0, 2 ** SLOT_BITS),
});

const jobStepCodec = object<JobStep>({
  word: bigBelow(1n << BigInt(WORD_BITS)),
  counterparty: nullable(orderNameCodec),
  authority: nullable(authorityCodec),
});

const provenCodec = object<ProvenStatement>({
  proof: opaque(),
  publicSignals: list(fieldElement, 3, 3) as unknown as Codec<ProvenStatement["publicSignals"]>,
});

/** A vote of this node as a validator: the digest that it signed for a batch. */
export interface Vote {
  readonly epoch: number;
  readonly digest: string;
  readonly signature: string;
}

/** Where a node's own history begins, if it joined by a snapshot: with the batch after this one. */
export interface Base {
  readonly batch: number;
}

export const tables = {
  format: space("format", formatCodec),
  progress: space("progress", progressCodec),
  /** Missing where the history is whole. */
  base: space("base", object<Base>({ batch: counter })),
  /** Fills until there. Missing where an older version joined. */
  baseFills: space("baseFills", counter),
  machine: space("machine", machineCodec),
  /** market */
  market: space("market", marketCodec),
  /** account; its orders lie in their own table */
  account: space("account", accountCodec),
  /** account, slot */
  order: space("order", orderCodec),

  /** sequence */
  log: space("log", logRecordCodec),
  /** the command word in hex: where it is in the log */
  request: space("request", counter),
  /** sequence */
  fill: space("fill", fillCodec),
  /** account, sequence of a fill */
  accountFill: space("accountFill", counter),
  /** account, slot */
  orderRecord: space("orderRecord", orderRecordCodec),

  openMachine: space("openMachine", machineCodec),
  /** market */
  openMarket: space("openMarket", marketCodec),
  /** account */
  openAccount: space("openAccount", preImageCodec),
  /** position in the batch */
  openStep: space("openStep", jobStepCodec),

  /** batch, in all that follow */
  batch: space("batch", storedBatchCodec),
  settlement: space("settlement", settlementCodec),
  job: space("job", storedJobCodec),
  jobState: space("jobState", jobStateCodec),
  proof: space("proof", provenCodec),
  /** batch, epoch, previous digest in hex */
  vote: space("vote", object<Vote>({ epoch: counter, digest: text(66), signature: text(200) })),

  /** name of a part, its key: what other parts of the node keep here */
  part: space("part", text(2 ** 20)),
};
