import { test } from "uvu";
import * as assert from "uvu/assert";
import { encodeWord, WordType } from "../../sequencer/exchange/word.ts";
import {
  accountOf,
  commandOf,
  inSeededOrder,
  isInSeededOrder,
  NonceOrder,
} from "../../sequencer/ordering/block-order.ts";
import { signedClass } from "../../sequencer/ordering/entry.ts";
import { hashOf } from "../../sequencer/ordering/seed.ts";
import { Random, testSeed } from "../generate/random.ts";
import { someRequests } from "./payload-fixture.ts";

const seedOf = (random: Random) => hashOf(Uint8Array.from({ length: 32 }, () => random.below(256)));
const place = (account: number, more: object = {}) => ({
  words: [encodeWord({ type: WordType.place, account, ...more })],
});
const cancel = (account: number, more: object = {}) => ({
  words: [encodeWord({ type: WordType.cancel, account, ...more })],
});
const zero = hashOf(new Uint8Array(32));

test("relief, then post-only, then takers; a cancel stays behind the order it cancels", () => {
  const [taker, quote, relief, reducing] = [
    place(1),
    place(2, { postOnly: 1 }),
    cancel(3),
    place(4, { reduceOnly: 1 }),
  ];
  const ordered = inSeededOrder(zero, [taker, quote, relief, reducing]);
  assert.equal(ordered.slice(2), [quote, taker]);
  const [late, free] = [cancel(1, { nonce: 1 }), cancel(2)];
  assert.equal(inSeededOrder(zero, [taker, late, free]), [free, taker, late]);
});

test("an order that is made is one that is accepted; accounts keep theirs, in one piece per class", () => {
  const random = new Random(testSeed("seeded order"));
  for (let round = 0; round < 100; round++) {
    const seed = seedOf(random);
    const requests = someRequests(random, random.below(20));
    const ordered = inSeededOrder(seed, requests);
    assert.ok(isInSeededOrder(seed, ordered));
    assert.is(new Set(ordered).size, requests.length);
    for (let account = 1; account <= 6; account++) {
      const own = (all: typeof requests) =>
        all.filter((request) => accountOf(commandOf(request)) === account);
      assert.equal(own(ordered), own(requests));
    }
    // Any other arrangement that keeps the accounts' own orders is no block order.
    const i = random.below(Math.max(1, ordered.length - 1));
    const [a, b] = [ordered[i], ordered[i + 1]];
    if (a === undefined || b === undefined || accountOf(commandOf(a)) === accountOf(commandOf(b))) continue;
    const swapped = ordered.with(i, b).with(i + 1, a);
    assert.not.ok(isInSeededOrder(seed, swapped), `round ${round}`);
  }
});

test("the seed decides between accounts, not their numbers and not who came first", () => {
  const random = new Random(testSeed("seeds"));
  const requests = Array.from({ length: 8 }, (_, i) => cancel(i + 1));
  const orders = new Set<string>();
  for (let round = 0; round < 20; round++) {
    const seed = seedOf(random);
    const ordered = inSeededOrder(seed, requests);
    assert.equal(inSeededOrder(seed, random.shuffled(requests)), ordered);
    orders.add(ordered.map((request) => accountOf(commandOf(request))).join());
  }
  // Twenty times the same of 40,320 orders does not happen; neither does less than this.
  assert.ok(orders.size > 10, `${orders.size} orders`);
});

test("nonces rise per key: other accounts, keys and versions count apart", () => {
  const nonces = new NonceOrder();
  const word = (nonce: number, more: object = {}) => commandOf(cancel(1, { nonce, ...more }));
  const goes = (command: bigint): boolean => {
    const rises = nonces.rises(command);
    if (rises) nonces.add(command);
    return rises;
  };
  assert.ok(goes(word(0)));
  assert.not.ok(goes(word(0)));
  assert.ok(goes(word(7)));
  assert.not.ok(goes(word(6)));
  assert.ok(goes(word(0, { account: 2 })));
  assert.ok(goes(word(0, { keySelector: 1 })));
  assert.ok(goes(word(0, { keySelector: 1, keyVersion: 1 })));
  assert.not.ok(goes(word(0, { keySelector: 1, keyVersion: 1 })));
  assert.ok(goes(word(2 ** 32 - 1)));
});

test("what a request says about class and account is read from its command", () => {
  const word = commandOf(place(2 ** 20 - 1, { nonce: 2 ** 32 - 1, postOnly: 1 }));
  assert.is(accountOf(word), 2 ** 20 - 1);
  assert.is(signedClass(word), 3);
});

test.run();
