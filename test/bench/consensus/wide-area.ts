/**
 * A model of sixteen validators around the world, two in each of eight regions.
 *
 * - Latency: half of the round trips below, which are round numbers near those that cloud providers publish between
 *   these regions, plus up to a tenth of jitter; 0.5 ms inside a region.
 * - Bandwidth: 1 Gbit/s up for each node, one message after the other.
 * - Computing: 0.1 ms for each signature that a receiver has to check, one after the other; votes inside certificates
 *   were mostly seen before and cost nothing. A sync of the disk takes up to 3 ms (world.ts).
 * - Sizes: as on the wire, below; a block carries 64 KiB, some 400 requests with their signatures.
 */
import type { Message, Peer } from "../../../sequencer/consensus/messages.ts";
import type { Random } from "../../generate/random.ts";
import type { VirtualClock } from "../../simulate/clock.ts";
import { type Network, nameOf, type Receive } from "../../simulate/network.ts";

/** Round trips in ms: US east, US west, Ireland, Frankfurt, Tokyo, Singapore, São Paulo, Mumbai. */
const ROUND_TRIPS_MS = [
  [1, 62, 68, 90, 150, 215, 113, 190],
  [62, 1, 128, 147, 98, 168, 173, 218],
  [68, 128, 1, 26, 200, 175, 177, 122],
  [90, 147, 26, 1, 222, 160, 203, 112],
  [150, 98, 200, 222, 1, 70, 257, 128],
  [215, 168, 175, 160, 70, 1, 323, 58],
  [113, 173, 177, 203, 257, 323, 1, 300],
  [190, 218, 122, 112, 128, 58, 300, 1],
] as const;
const JITTER = 0.1;
const BITS_PER_MS = 1e6;
const CHECK_MS = 0.1;
const PAYLOAD_BYTES = 64 * 1024;
/** Kind, epoch, view, block, signer, signature, and what frame and encryption add. */
const VOTE_BYTES = 1 + 8 + 8 + 32 + 2 + 65 + 30;
const SIGNATURE_BYTES = 2 + 65;
const HEADER_BYTES = 137;

export const VALIDATORS = 16;

const certificateBytes = ({ signatures }: { readonly signatures: readonly unknown[] }): number =>
  VOTE_BYTES + signatures.length * SIGNATURE_BYTES;

export function bytesOf(message: Message): number {
  const certificates = (all: readonly { readonly signatures: readonly unknown[] }[]): number =>
    all.reduce((sum, one) => sum + certificateBytes(one), 0);
  switch (message.kind) {
    case "certificate":
      return certificateBytes(message.certificate);
    case "certificates":
      return certificates(message.certificates);
    case "proposal":
      return VOTE_BYTES + HEADER_BYTES + PAYLOAD_BYTES + certificates(message.proposal.certificates);
    case "blocks":
    case "chain":
      return message.blocks.length * (HEADER_BYTES + PAYLOAD_BYTES);
    default:
      return VOTE_BYTES;
  }
}

export class WideArea implements Network {
  private readonly clock: VirtualClock;
  private readonly random: Random;
  private readonly receive: Receive;
  private readonly uplinkFreeAtMs = new Float64Array(VALIDATORS);
  private readonly coreFreeAtMs = new Float64Array(VALIDATORS);

  constructor(clock: VirtualClock, random: Random, receive: Receive) {
    this.clock = clock;
    this.random = random;
    this.receive = receive;
  }

  send(from: number, to: number, message: Message): void {
    const sentAtMs =
      Math.max(this.clock.nowMs, this.uplinkFreeAtMs[from]!) + (8 * bytesOf(message)) / BITS_PER_MS;
    this.uplinkFreeAtMs[from] = sentAtMs;
    const jitter = 1 + (JITTER * this.random.below(1000)) / 1000;
    const latencyMs = (ROUND_TRIPS_MS[from >> 1]![to >> 1]! / 2) * jitter;
    this.clock.at(sentAtMs + latencyMs, () => this.arrive(to, nameOf(from), message));
  }

  private arrive(to: number, from: Peer, message: Message): void {
    const checks = message.kind === "vote" || message.kind === "proposal" ? 1 : 0;
    const doneAtMs = Math.max(this.clock.nowMs, this.coreFreeAtMs[to]!) + checks * CHECK_MS;
    this.coreFreeAtMs[to] = doneAtMs;
    this.clock.at(doneAtMs, () => this.receive(to, from, message));
  }
}
