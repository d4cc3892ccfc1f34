/** A payload's bytes; see payload-layout.ts. What does not fit the layout is a bug of the caller and throws. */
import type { SignedReport } from "../oracle/report.ts";
import type { Point } from "../signature/request.ts";
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

class Writer {
  private readonly buffer = Buffer.alloc(MAX_PAYLOAD_BYTES);
  private length = 0;

  number(value: number, bytes: number): void {
    this.length = this.buffer.writeUIntBE(value, this.length, bytes);
  }

  bigint(value: bigint, bytes: number): void {
    this.hex(value.toString(16).padStart(2 * bytes, "0"), bytes);
  }

  /** Digits without 0x. */
  hex(digits: string, bytes: number): void {
    const written = this.buffer.write(digits, this.length, "hex");
    if (digits.length !== 2 * bytes || written !== bytes)
      throw new RangeError(`${digits.length} digits are not ${bytes} bytes of hex`);
    this.length += bytes;
  }

  count(items: readonly unknown[]): void {
    this.number(items.length, COUNT_BYTES);
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.buffer.subarray(0, this.length));
  }
}

export function encodePayload({ seed, reveal, l1, reports, requests, next }: Payload): Uint8Array {
  const out = new Writer();
  out.number(PAYLOAD_VERSION, 1);
  out.hex(seed.slice(2), HASH_BYTES);
  out.hex(reveal.publicKey.slice(2), PUBLIC_KEY_BYTES);
  out.hex(reveal.proof.slice(2), PROOF_BYTES);
  out.number(l1.start, L1_INDEX_BYTES);
  out.count(l1.words);
  for (const word of l1.words) out.bigint(word, WORD_BYTES);
  out.count(reports);
  for (const report of reports) writeReport(out, report);
  const keys = new KeyNumbers();
  for (const { publicKey } of requests) keys.of(publicKey);
  out.count(keys.points);
  for (const point of keys.points) writePoint(out, point);
  out.count(requests);
  for (const { words, publicKey, signature } of requests) {
    out.number(words.length, 1);
    for (const word of words) out.bigint(word, WORD_BYTES);
    out.number(keys.of(publicKey), COUNT_BYTES);
    writePoint(out, signature.r8);
    out.bigint(signature.s, FIELD_BYTES);
  }
  out.count(next ?? []);
  for (const address of next ?? []) out.hex(address.slice(2), ADDRESS_BYTES);
  return out.bytes();
}

function writeReport(out: Writer, { signer, timeMs, prices, signature }: SignedReport): void {
  out.number(signer, COUNT_BYTES);
  out.number(timeMs, TIME_BYTES);
  out.number(prices.length, 1);
  for (const price of prices) out.number(price ?? 0, PRICE_BYTES);
  out.hex(signature.slice(2), SIGNATURE_BYTES);
}

function writePoint(out: Writer, [x, y]: Point): void {
  out.bigint(x, FIELD_BYTES);
  out.bigint(y, FIELD_BYTES);
}

/** Numbers keys in the order in which they are asked for. */
class KeyNumbers {
  readonly points: Point[] = [];
  private readonly numbers = new Map<string, number>();

  of(point: Point): number {
    const name = nameOf(point);
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.points.push(point) - 1;
      this.numbers.set(name, number);
    }
    return number;
  }
}

export const nameOf = ([x, y]: Point): string => `${x.toString(16)},${y.toString(16)}`;
