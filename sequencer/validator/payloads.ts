/** What is known of the payloads of blocks that are not final, and of the last final one: what the next builds on. */
import type { Hash } from "../consensus/messages.ts";
import { decodePayload, isDecodeFault } from "../ordering/decode-payload.ts";
import { type ChainPoint, type Payload, pointAfter } from "../ordering/payload.ts";

/** As many as the blocks that the core may hold open; the oldest is forgotten, and read again when it is asked for. */
const MAX_POINTS = 2048;

/** A final block's payload that does not decode was voted for by a quorum: nothing can be relied on any more. */
export function openPayload(bytes: Uint8Array): Payload {
  const payload = decodePayload(bytes);
  if (isDecodeFault(payload)) throw new Error(`a certified block has a payload that is ${payload}`);
  return payload;
}

export class Payloads {
  private readonly points = new Map<Hash, ChainPoint>();
  /** What was decoded, as long as the core holds the bytes: judged first, and executed later. */
  private readonly opened = new WeakMap<Uint8Array, Payload>();

  constructor(floor: Hash, point: ChainPoint) {
    this.points.set(floor, point);
  }

  after(block: Hash): ChainPoint | undefined {
    return this.points.get(block);
  }

  /** Of a block that a quorum or this node itself vouches for. */
  open(bytes: Uint8Array): Payload {
    const payload = this.opened.get(bytes) ?? openPayload(bytes);
    this.opened.set(bytes, payload);
    return payload;
  }

  /** What these bytes were found to be. */
  know(bytes: Uint8Array, payload: Payload): void {
    this.opened.set(bytes, payload);
  }

  add(block: Hash, payload: Payload): void {
    // Newest last: what is asked for again stays.
    this.points.delete(block);
    this.points.set(block, pointAfter(payload));
    if (this.points.size > MAX_POINTS) this.points.delete(this.points.keys().next().value!);
  }
}
