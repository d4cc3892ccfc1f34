/**
 * Signatures and hashes of the simulation: quick mixing functions instead of cryptography. Nobody can sign for others
 * because nobody else is handed the key: a script gets a `sign` of its own key, and `verify`, nothing more.
 */
import type { Epoch } from "../../sequencer/consensus/epoch.ts";
import type { Hash, Header, Peer, Signature, Subject, Vote } from "../../sequencer/consensus/messages.ts";
import type { Random } from "../generate/random.ts";

/** Two multiplicative hashes side by side, 64 bits in all: collisions do not happen by chance. */
export class Mixer {
  private a: number;
  private b: number;

  constructor(label: number) {
    this.a = (0x811c9dc5 ^ label) | 0;
    this.b = (0x2545f491 + label) | 0;
  }

  number(value: number): this {
    const low = (value % 2 ** 32) | 0;
    const high = Math.floor(value / 2 ** 32) | 0;
    this.a = Math.imul(this.a ^ low, 0x01000193) ^ (this.a >>> 15);
    this.b = Math.imul(this.b ^ low, 0x5bd1e995) ^ (this.b >>> 13);
    this.a = Math.imul(this.a ^ high, 0x85ebca6b) ^ (this.a >>> 16);
    this.b = Math.imul(this.b + high, 0x27d4eb2f) ^ (this.b >>> 11);
    return this;
  }

  text(value: string): this {
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      this.a = Math.imul(this.a ^ code, 0x01000193);
      this.b = Math.imul(this.b ^ code, 0x5bd1e995) ^ (this.b >>> 13);
    }
    return this.number(value.length);
  }

  bytes(value: Uint8Array): this {
    for (const byte of value) this.a = Math.imul(this.a ^ byte, 0x01000193);
    return this.number(value.length);
  }

  digest(): Hash {
    this.number(0x9e37);
    const hex = (part: number): string => (part >>> 0).toString(16).padStart(8, "0");
    return `0x${hex(this.a)}${hex(this.b)}`;
  }
}

const KINDS = { notarize: 1, nullify: 2, finalize: 3 } as const;

export const hashHeader = (header: Header): Hash =>
  new Mixer(1)
    .number(header.epoch)
    .number(header.view)
    .number(header.height)
    .text(header.parent)
    .number(header.timeMs)
    .number(header.stateRootHeight)
    .text(header.stateRoot)
    .text(header.payloadHash)
    .number(header.lastOfEpoch ? 1 : 0)
    .digest();

export const hashPayload = (payload: Uint8Array): Hash => new Mixer(2).bytes(payload).digest();

/** The state after a block depends on all blocks so far. */
export const stateRootAfter = (before: Hash, block: Hash): Hash =>
  new Mixer(3).text(before).text(block).digest();

export type Sign = (subject: Subject) => Signature;

export class KeyRing {
  private readonly secrets = new Map<Peer, number>();

  constructor(names: readonly Peer[], random: Random) {
    for (const name of names) this.secrets.set(name, random.bits32());
  }

  signerOf(name: Peer): Sign {
    const secret = this.secrets.get(name)!;
    return (subject) => signatureOf(secret, subject);
  }

  readonly verify = (epoch: Epoch, vote: Vote): boolean => {
    const name = epoch.validators[vote.signer];
    const secret = name === undefined ? undefined : this.secrets.get(name);
    return secret !== undefined && signatureOf(secret, vote) === vote.signature;
  };
}

const signatureOf = (secret: number, { kind, epoch, view, block }: Subject): Signature =>
  new Mixer(secret)
    .number(KINDS[kind])
    .number(epoch)
    .number(view)
    .text(block ?? "")
    .digest();
