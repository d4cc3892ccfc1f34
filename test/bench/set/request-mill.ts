/** Makes orders of some accounts without end, so many waiting at a time. Their signatures have the form of some. */
import { decodeWord, encodeWord, WordType } from "../../../sequencer/exchange/word.ts";
import type { SignedRequest } from "../../../sequencer/signature/request.ts";
import { MARKETS } from "../node/flow.ts";

/** Of each member; each has an account of its own for so many waiting requests. */
const ACCOUNTS = 240;
const WAITING = 4 * ACCOUNTS;
const SLOTS = 64;
/** Any number below the field's modulus will do for a coordinate: nobody looks at it. */
const COORDINATE = 2n ** 250n + 1n;

export class RequestMill {
  private readonly firstAccount: number;
  private made = 0;
  private waiting = 0;

  constructor(member: number) {
    this.firstAccount = 1 + member * ACCOUNTS;
  }

  /** As many as there is room for. */
  make(): SignedRequest[] {
    const requests: SignedRequest[] = [];
    for (; this.waiting < WAITING; this.waiting++) requests.push(this.next());
    return requests;
  }

  /** Some of these may have been made here. */
  done(requests: readonly SignedRequest[]): void {
    for (const { words } of requests) {
      const { account } = decodeWord(words.at(-1)!);
      if (account >= this.firstAccount && account < this.firstAccount + ACCOUNTS) this.waiting -= 1;
    }
  }

  private next(): SignedRequest {
    const number = this.made++;
    const account = this.firstAccount + (number % ACCOUNTS);
    const nonce = Math.floor(number / ACCOUNTS);
    const word = encodeWord({
      type: WordType.place,
      account,
      nonce,
      slot: nonce % SLOTS,
      market: number % MARKETS,
      side: number % 2,
      price: 20_000 + (number % 100),
      size: 1 + (number % 20),
    });
    const coordinate = COORDINATE + BigInt(account);
    const s = BigInt(number);
    return {
      words: [word],
      publicKey: [coordinate, coordinate],
      signature: { r8: [coordinate, coordinate], s },
    };
  }
}
