/** A seeded flow of signed requests for the node's bench: 30% cancels, 30% of the orders crossing, many accounts. */

import type { Genesis } from "../../../sequencer/exchange/state.ts";
import { encodePayload, encodeWord, type WordFields, WordType } from "../../../sequencer/exchange/word.ts";
import { publicKeyOf, sign } from "../../../sequencer/signature/eddsa.ts";
import { keyHash, requestMessage } from "../../../sequencer/signature/request.ts";
import type { Poseidon } from "../../../sequencer/state-tree/poseidon.ts";
import { Random } from "../../generate/random.ts";

export const ACCOUNTS = 64;
export const MARKETS = 8;
const PRICE = 20_000;
const SPREAD = 5;
const SLOTS = 64;

export const benchGenesis: Genesis = {
  domain: 1n,
  requestFee: 1n,
  time: 1_700_000_000,
  markets: Array.from({ length: MARKETS }, () => ({
    oraclePrice: PRICE,
    parameters: {
      initialFraction: 1000,
      maintenanceFraction: 500,
      collarFraction: 5000,
      maxMovePerSecond: 100,
      maxOracleAge: 2 ** 31,
      minOrderValue: 1n,
      openInterestCap: 2 ** 40,
    },
  })),
};

const secretOf = (account: number): Uint8Array => new Uint8Array(32).fill(account);

/** The L1 words that open every account with plenty of money. */
export const registrations = (poseidon: Poseidon, accounts = ACCOUNTS): bigint[] =>
  Array.from({ length: accounts }, (_, i) => i + 1).flatMap((account) => {
    const key = keyHash(poseidon.hash, publicKeyOf(poseidon, secretOf(account)));
    return [
      encodePayload(WordType.payloadHigh, key >> 128n, true),
      encodePayload(WordType.payloadLow, key % (1n << 128n), true),
      encodeWord({ type: WordType.register, l1: 1, account, price: 0, size: 2 ** 30 }),
    ];
  });

/** What one account still has to send: bodies of POST /v1/requests, in their order. */
export type Lane = string[];

/** So many requests in all, an own lane for every account. */
export function signedFlow(poseidon: Poseidon, seed: number, count: number, accounts = ACCOUNTS): Lane[] {
  const random = new Random(seed);
  const flows = Array.from({ length: accounts }, (_, i) => new FlowAccount(poseidon, i + 1, random));
  for (let i = 0; i < count; i++) flows[i % accounts]!.add();
  return flows.map(({ lane }) => lane);
}

class FlowAccount {
  readonly lane: Lane = [];
  private nonce = 0;
  private slot = 0;
  private readonly poseidon: Poseidon;
  private readonly account: number;
  private readonly random: Random;

  constructor(poseidon: Poseidon, account: number, random: Random) {
    this.poseidon = poseidon;
    this.account = account;
    this.random = random;
  }

  add(): void {
    const { random } = this;
    const cancels = this.nonce > 4 && random.chance(0.3);
    if (cancels) this.push({ type: WordType.cancel, slot: random.below(Math.min(this.slot, SLOTS)) });
    else {
      const side = random.below(2);
      const away = random.chance(0.3) ? -random.between(1, SPREAD) : random.between(1, SPREAD);
      const price = PRICE + (side === 0 ? -away : away);
      const slot = this.slot++ % SLOTS;
      this.push({
        type: WordType.place,
        slot,
        market: random.below(MARKETS),
        side,
        price,
        size: random.between(1, 20),
      });
    }
  }

  private push(fields: Partial<WordFields> & { type: number }): void {
    const word = encodeWord({ account: this.account, nonce: this.nonce++, ...fields });
    const secret = secretOf(this.account);
    const message = requestMessage(this.poseidon.hash, benchGenesis.domain, [word]);
    const [x, y] = publicKeyOf(this.poseidon, secret);
    const { r8, s } = sign(this.poseidon, secret, message);
    const hex = (value: bigint): string => `0x${value.toString(16)}`;
    this.lane.push(
      JSON.stringify({
        words: [`0x${word.toString(16).padStart(62, "0")}`],
        publicKey: { x: hex(x), y: hex(y) },
        signature: { r8x: hex(r8[0]), r8y: hex(r8[1]), s: hex(s) },
      }),
    );
  }
}
