/**
 * Reads a payload's bytes; see payload-layout.ts. Bytes come from anybody: whatever they are, the answer is a payload
 * that encodes to exactly these bytes, or a fault. Counts are checked before anything is made of them.
 */
import { MAX_VALIDATORS } from "../consensus/limits.ts";
import type { Hash, Signature } from "../consensus/messages.ts";
import { FIELD_MODULUS } from "../exchange/field.ts";
import { MAX_MARKETS } from "../exchange/limits.ts";
import type { SignedReport } from "../oracle/report.ts";
import type { Point, SignedRequest } from "../signature/request.ts";
import { nameOf } from "./encode-payload.ts";
import { BLOCK_LIMITS, MAX_REQUEST_WORDS } from "./limits.ts";
import type { Payload } from "./payload.ts";
import {
  ADDRESS_BYTES,
  COUNT_BYTES,
  FIELD_BYTES,
  HASH_BYTES,
  L1_INDEX_BYTES,
  MAX_PAYLOAD_BYTES,
  PAYLOAD_VERSION,
  PRICE_BYTES,
  SIGNATURE_BYTES,
  TIME_BYTES,
  WORD_BYTES,
} from "./payload-layout.ts";
import { PROOF_BYTES, PUBLIC_KEY_BYTES } from "./vrf.ts";

export type DecodeFault =
  /** Longer than any payload. */
  | "tooLong"
  /** The bytes end too early. */
  | "truncated"
  /** Bytes follow after the end. */
  | "trailingBytes"
  /** Another version of the layout. */
  | "unknownVersion"
  /** A count above its limit. */
  | "tooMany"
  /** A coordinate that is not below the field's modulus: the same point would have two spellings. */
  | "notCanonical"
  /** The keys are not each used, named once and in the order of their first use. */
  | "keyTable";

/** Never leaves this file. */
class Malformed extends Error {
  readonly fault: DecodeFault;

  constructor(fault: DecodeFault) {
    super(fault);
    this.fault = fault;
  }
}

class Reader {
  private readonly buffer: Buffer;
  private position = 0;

  constructor(bytes: Uint8Array) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  number(bytes: number): number {
    return this.buffer.readUIntBE(this.advance(bytes), bytes);
  }

  /** A number of items up to a limit. */
  count(most: number, bytes = COUNT_BYTES): number {
    const count = this.number(bytes);
    if (count > most) throw new Malformed("tooMany");
    return count;
  }

  hex(bytes: number): `0x${string}` {
    const from = this.advance(bytes);
    return `0x${this.buffer.toString("hex", from, from + bytes)}`;
  }

  bigint(bytes: number): bigint {
    return BigInt(this.hex(bytes));
  }

  field(): bigint {
    const value = this.bigint(FIELD_BYTES);
    if (value >= FIELD_MODULUS) throw new Malformed("notCanonical");
    return value;
  }

  end(): void {
    if (this.position !== this.buffer.length) throw new Malformed("trailingBytes");
  }

  /** Where the next bytes begin. */
  private advance(bytes: number): number {
    const from = this.position;
    if (from + bytes > this.buffer.length) throw new Malformed("truncated");
    this.position = from + bytes;
    return from;
  }
}

const times = <T>(count: number, read: () => T): T[] => {
  const items: T[] = [];
  for (let i = 0; i < count; i++) items.push(read());
  return items;
};

export const isDecodeFault = (decoded: Payload | DecodeFault): decoded is DecodeFault =>
  typeof decoded === "string";

export function decodePayload(bytes: Uint8Array): Payload | DecodeFault {
  if (bytes.length > MAX_PAYLOAD_BYTES) return "tooLong";
  try {
    return readPayload(new Reader(bytes));
  } catch (error) {
    if (error instanceof Malformed) return error.fault;
    throw error;
  }
}

function readPayload(from: Reader): Payload {
  if (from.number(1) !== PAYLOAD_VERSION) throw new Malformed("unknownVersion");
  const seed: Hash = from.hex(HASH_BYTES);
  const reveal = { publicKey: from.hex(PUBLIC_KEY_BYTES), proof: from.hex(PROOF_BYTES) };
  const start = from.number(L1_INDEX_BYTES);
  const words = times(from.count(BLOCK_LIMITS.maxL1Words), () => from.bigint(WORD_BYTES));
  const reports = times(from.count(MAX_VALIDATORS), () => readReport(from));
  const requests = readRequests(from);
  const next = times(from.count(MAX_VALIDATORS), () => from.hex(ADDRESS_BYTES));
  from.end();
  return { seed, reveal, l1: { start, words }, reports, requests, next: next.length === 0 ? null : next };
}

function readReport(from: Reader): SignedReport {
  const signer = from.number(COUNT_BYTES);
  const timeMs = from.number(TIME_BYTES);
  const prices = times(from.count(MAX_MARKETS, 1), () => from.number(PRICE_BYTES) || null);
  const signature: Signature = from.hex(SIGNATURE_BYTES);
  return { signer, timeMs, prices, signature };
}

function readRequests(from: Reader): SignedRequest[] {
  const keys = times(from.count(BLOCK_LIMITS.maxRequests), () => readPoint(from));
  if (new Set(keys.map(nameOf)).size !== keys.length) throw new Malformed("keyTable");
  let used = 0;
  const requests = times(from.count(BLOCK_LIMITS.maxRequests), (): SignedRequest => {
    const words = times(from.count(MAX_REQUEST_WORDS, 1), () => from.bigint(WORD_BYTES));
    const number = from.number(COUNT_BYTES);
    const publicKey = keys[number];
    if (publicKey === undefined || number > used) throw new Malformed("keyTable");
    if (number === used) used += 1;
    const r8 = readPoint(from);
    return { words, publicKey, signature: { r8, s: from.field() } };
  });
  if (used !== keys.length) throw new Malformed("keyTable");
  return requests;
}

const readPoint = (from: Reader): Point => [from.field(), from.field()];
