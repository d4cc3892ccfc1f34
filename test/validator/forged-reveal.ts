/** A leader whose blocks show another value than that of its key: on their way they are changed, and signed anew. */
import { hashHeader, hashPayload } from "../../sequencer/consensus/header.ts";
import type { Hash, Message, Proposal } from "../../sequencer/consensus/messages.ts";
import { signDigest } from "../../sequencer/consensus/secp256k1.ts";
import { voteDigest } from "../../sequencer/consensus/vote.ts";
import { encodePayload } from "../../sequencer/ordering/encode-payload.ts";
import { revealOf, seedAfter } from "../../sequencer/ordering/seed.ts";
import { openPayload } from "../../sequencer/validator/payloads.ts";

export class RevealForger {
  /** From now on the liar's blocks are changed. */
  isLying = false;
  /** Of every block that was proposed: what the next one's seed follows from. */
  private readonly seeds = new Map<Hash, Hash>();
  private readonly separator: Uint8Array;
  private readonly secretKey: Uint8Array;

  constructor(separator: Uint8Array, secretKey: Uint8Array) {
    this.separator = separator;
    this.secretKey = secretKey;
  }

  /** Notes anybody's proposals; changes the liar's. */
  pass(message: Message, isLiars: boolean): Message {
    if (message.kind !== "proposal") return message;
    const { block, vote } = message.proposal;
    this.seeds.set(vote.block!, openPayload(block.payload).seed);
    const parent = this.seeds.get(block.header.parent);
    if (!isLiars || !this.isLying || parent === undefined) return message;
    return { kind: "proposal", proposal: this.forged(message.proposal, parent) };
  }

  /** Good in all but the value, which is that of the view before. */
  private forged(proposal: Proposal, parentSeed: Hash): Proposal {
    const { separator, secretKey } = this;
    const { epoch, view, block, vote } = proposal;
    const reveal = revealOf(secretKey, { separator, epoch, view: view - 1 });
    const seed = seedAfter(parentSeed, reveal);
    // Requests would not be in this seed's order.
    const payload = encodePayload({ ...openPayload(block.payload), reveal, seed, requests: [] });
    const header = { ...block.header, payloadHash: hashPayload(payload) };
    const subject = { kind: vote.kind, epoch, view, block: hashHeader(header) };
    const signature = signDigest(voteDigest(separator, subject), secretKey);
    return {
      ...proposal,
      block: { header, payload },
      vote: { ...subject, signer: vote.signer, signature },
    };
  }
}
