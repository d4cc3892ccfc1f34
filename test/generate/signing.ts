/** Real keys and signatures for generated histories. */
import { publicKeyOf, sign } from "../../sequencer/signature/eddsa.ts";
import {
  keyHash,
  type Point,
  requestMessage,
  type SignedRequest,
} from "../../sequencer/signature/request.ts";
import type { Poseidon } from "../../sequencer/state-tree/poseidon.ts";
import type { KeyHashes, KeyName } from "./keys.ts";
import { Random } from "./random.ts";
import type { GeneratedWord } from "./requests.ts";

interface KeyPair {
  readonly secret: Uint8Array;
  readonly publicKey: Point;
  readonly hash: bigint;
}

/** BabyJubJub key pairs made from a seed, each when it is first asked for. */
export class SigningKeys implements KeyHashes {
  private readonly poseidon: Poseidon;
  private readonly domain: bigint;
  private readonly seed: number;
  private readonly pairs = new Map<string, KeyPair>();

  /** `domain` is the one of the genesis that the history starts from. */
  constructor(poseidon: Poseidon, domain: bigint, seed: number) {
    this.poseidon = poseidon;
    this.domain = domain;
    this.seed = seed;
  }

  hashOf = (name: KeyName): bigint => this.pair(name).hash;

  /** The signed request that ends with this word; undefined when nobody signs it. */
  sign({ signer, signs }: GeneratedWord): SignedRequest | undefined {
    if (signer === null) return undefined;
    const { secret, publicKey } = this.pair(signer);
    const message = requestMessage(this.poseidon.hash, this.domain, signs);
    return { words: signs, publicKey, signature: sign(this.poseidon, secret, message) };
  }

  private pair({ account, key, version }: KeyName): KeyPair {
    const id = `${account} ${key} ${version}`;
    let pair = this.pairs.get(id);
    if (pair === undefined) {
      const random = new Random(
        this.seed ^ Math.imul(account * 65_537 + version * 2 + (key === "owner" ? 0 : 1), 2_654_435_761),
      );
      const secret = Uint8Array.from({ length: 32 }, () => random.below(256));
      const publicKey = publicKeyOf(this.poseidon, secret);
      pair = { secret, publicKey, hash: keyHash(this.poseidon.hash, publicKey) };
      this.pairs.set(id, pair);
    }
    return pair;
  }
}
