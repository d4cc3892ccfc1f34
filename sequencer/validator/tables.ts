/** What a validator keeps beside the exchange's state, in the same database: its log of votes and the final blocks. */
import { type Codec, list, nullable, object, unsigned } from "../batch/codec.ts";
import { MalformedValue } from "../batch/malformed-value.ts";
import { MAX_VALIDATORS } from "../consensus/limits.ts";
import type { Block, Certificate, Hash, Peer } from "../consensus/messages.ts";
import type { LogRecord } from "../consensus/ports.ts";
import { decodeBlock, decodeLogRecord, encodeBlock, encodeLogRecord } from "../network/wire/log-record.ts";
import { decodeHead, encodeHead } from "../network/wire/snapshot.ts";
import { WireError } from "../network/wire/wire-error.ts";
import type { BlockEnd, Border } from "../node/block-runner.ts";
import type { SnapshotHead } from "../snapshot/snapshot.ts";
import { space } from "../store/space.ts";

/** The encoding of the wire, as text. */
const wire = <T>(encode: (value: T) => Uint8Array, decode: (bytes: Uint8Array) => T): Codec<T> => ({
  encode: (value) => Buffer.from(encode(value)).toString("base64"),
  decode: (json, path) => {
    if (typeof json !== "string") throw new MalformedValue("outOfRange", path);
    try {
      return decode(Buffer.from(json, "base64"));
    } catch (error) {
      if (error instanceof WireError) throw new MalformedValue("outOfRange", path);
      throw error;
    }
  },
});

const counter = unsigned(53);

const hash: Codec<Hash> = {
  encode: (value) => value,
  decode: (json, path) => {
    if (typeof json !== "string" || !/^0x[0-9a-f]{64}$/.test(json))
      throw new MalformedValue("outOfRange", path);
    return json as Hash;
  },
};

const address: Codec<Peer> = {
  encode: (value) => value,
  decode: (json, path) => {
    if (typeof json !== "string" || !/^0x[0-9a-f]{40}$/.test(json))
      throw new MalformedValue("outOfRange", path);
    return json;
  },
};

const certificate = wire<Certificate>(
  (value) => encodeLogRecord({ kind: "certificate", certificate: value }),
  (bytes) => {
    const record = decodeLogRecord(bytes);
    if (record.kind !== "certificate") throw new WireError("inconsistent");
    return record.certificate;
  },
);

/** Batches that can end in a block: each has a step at least, and a taker may meet very many makers. */
const MAX_BORDERS = 65_536;

/** A delivered block, with what came of it. */
export interface FinalBlock {
  readonly hash: Hash;
  readonly block: Block;
  /** The view whose finalization made it final. */
  readonly finalView: number;
  /** Its own finalization; null if a later block's made it final. */
  readonly finalization: Certificate | null;
  /** Over the log of outcomes up to and including this block, see state-digest.ts. */
  readonly stateDigest: Hash;
}

export const validatorTables = {
  /** place in the log */
  voteLog: space("voteLog", wire<LogRecord>(encodeLogRecord, decodeLogRecord)),
  /** height */
  finalBlock: space(
    "finalBlock",
    object<FinalBlock>({
      hash,
      block: wire<Block>(encodeBlock, decodeBlock),
      finalView: counter,
      finalization: nullable(certificate),
      stateDigest: hash,
    }),
  ),
  /** height: where its execution left the log */
  blockEnd: space(
    "blockEnd",
    object<BlockEnd>({
      sequence: counter,
      fills: counter,
      borders: list(object<Border>({ batch: counter, sequence: counter, fills: counter }), 0, MAX_BORDERS),
    }),
  ),
  /** batch: the height in which it ended */
  borderHeight: space("borderHeight", counter),
  /** number: who is in it; of the first one nothing is stored */
  epochSet: space("epochSet", list(address, 1, MAX_VALIDATORS)),
  /** always 0: the epoch that took over last from one that did not end */
  tookOver: space("tookOver", counter),
  /** The head of the snapshot that this node is about to join by; missing otherwise. */
  joining: space("joining", wire<SnapshotHead>(encodeHead, decodeHead)),
  /** block hash: its height */
  finalHeight: space("finalHeight", counter),
};
