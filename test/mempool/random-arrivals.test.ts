/** The mempool under whatever comes: bounds hold, accounts keep their order, and nothing that was held is lost. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { isFreshNonce, withNonce } from "../../sequencer/exchange/nonce.ts";
import { emptyAccount, NO_NONCES } from "../../sequencer/exchange/state.ts";
import { encodePayload, encodeWord, nonceOf, WordType } from "../../sequencer/exchange/word.ts";
import { requestsAhead } from "../../sequencer/mempool/ahead.ts";
import type { MempoolLimits } from "../../sequencer/mempool/limits.ts";
import { Mempool } from "../../sequencer/mempool/mempool.ts";
import { accountOf, commandOf, isInSeededOrder, NonceOrder } from "../../sequencer/ordering/block-order.ts";
import { BlockRoom } from "../../sequencer/ordering/block-room.ts";
import { EntryClass, signedClass } from "../../sequencer/ordering/entry.ts";
import { hashOf } from "../../sequencer/ordering/seed.ts";
import type { SignedRequest } from "../../sequencer/signature/request.ts";
import { Random, testSeed } from "../generate/random.ts";
import { smallLimits, unsigned } from "../ordering/payload-fixture.ts";

const limits: MempoolLimits = {
  maxRequests: 60,
  reservedForRelief: 20,
  maxBytes: 60 * 200,
  maxPerAccount: 12,
  reliefPerAccount: 4,
  maxAgeMs: 400,
  maxRemembered: 2000,
  minRetryMs: 1,
  blockMs: 1,
};
const ROUNDS = 400;
const ACCOUNTS = 12;

/** What the test knows of a pool, kept apart from it. */
class World {
  readonly mempool = new Mempool(limits, smallLimits);
  readonly waiting: SignedRequest[] = [];
  readonly counts = new Map<string, number>();
  private readonly nonces = new Map<number, number>();
  private readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  request(): SignedRequest {
    const { random } = this;
    const account = random.chance(0.15) ? 1 : random.between(1, ACCOUNTS);
    const next = (this.nonces.get(account) ?? 0) + random.pick([1, 1, 1, 2, 5]);
    this.nonces.set(account, next);
    const nonce = Math.max(0, next - random.pick([0, 0, 0, 0, 3]));
    const common = { account, nonce };
    const order = { ...common, type: WordType.place, price: 1, size: 1, slot: random.below(16) };
    const words = random.weighted([
      [5, [encodeWord(order)]],
      [2, [encodeWord({ ...order, postOnly: 1 })]],
      [1, [encodeWord({ ...order, reduceOnly: 1 })]],
      [3, [encodeWord({ ...common, type: WordType.cancel })]],
      [
        1,
        [
          encodePayload(WordType.payloadHigh, 1n, false),
          encodePayload(WordType.payloadLow, 2n, false),
          encodeWord({ ...common, type: WordType.setTradingKey }),
        ],
      ],
    ] as const);
    return unsigned(words, random);
  }

  offer(nowMs: number): void {
    const { mempool, random } = this;
    const request =
      random.chance(0.1) && this.waiting.length > 0 ? random.pick(this.waiting) : this.request();
    const before = mempool.size;
    const shedsTakers = !mempool.hasRoomFor(EntryClass.taker);
    const known =
      mempool.holds(request) ||
      [...mempool.commandsOf(accountOf(commandOf(request)))].includes(commandOf(request));
    const { outcome } = mempool.offer(request, nowMs);
    this.count(outcome);
    const isRelief = signedClass(commandOf(request)) === EntryClass.relief;
    if (known) assert.is(outcome, "known");
    if (outcome === "held") this.waiting.push(request);
    else assert.equal(mempool.size, before);
    if (isRelief && outcome === "busy")
      assert.ok(
        before.requests === limits.maxRequests || before.bytes + 260 > limits.maxBytes,
        "relief was shed while there was room",
      );
    if (isRelief && outcome === "held" && shedsTakers) this.count("relief while takers are shed");
  }

  /** A block is proposed; it fails, or becomes final with other requests among its own. */
  block(round: number): void {
    const { mempool, random } = this;
    const seed = hashOf(Uint8Array.from({ length: 32 }, () => random.below(256)));
    const inFlight = new Set(this.waiting.filter(() => random.chance(0.1)).map(commandOf));
    const taken = mempool.take({ seed, limits: smallLimits, inFlight });
    this.checkBlock(seed, taken, inFlight);
    if (random.chance(0.4)) return;
    const foreign = Array.from({ length: random.below(3) }, () => this.request());
    // Requests that reached other nodes: some also wait here, the same or signed anew.
    const theirs = new Set(foreign.map(commandOf));
    const elsewhere = this.waiting.filter(
      (request) => !taken.includes(request) && (random.chance(0.02) || theirs.has(commandOf(request))),
    );
    this.gone([...taken, ...elsewhere], "included");
    mempool.included([...taken, ...elsewhere, ...foreign]);
    for (const request of foreign) assert.is(mempool.offer(request, round).outcome, "known");
  }

  private checkBlock(
    seed: `0x${string}`,
    taken: readonly SignedRequest[],
    inFlight: ReadonlySet<bigint>,
  ): void {
    assert.ok(isInSeededOrder(seed, taken));
    const room = new BlockRoom(smallLimits);
    const nonces = new NonceOrder();
    for (const request of taken) {
      const command = commandOf(request);
      assert.not.ok(inFlight.has(command));
      assert.ok(this.waiting.includes(request), "taken without being held");
      assert.is(room.take(command), null);
      assert.ok(nonces.rises(command));
      nonces.add(command);
    }
    for (let account = 1; account <= ACCOUNTS; account++) {
      const own = (all: readonly SignedRequest[]) =>
        all.filter((request) => accountOf(commandOf(request)) === account);
      const arrived = own(this.waiting).filter((request) => !inFlight.has(commandOf(request)));
      assert.equal(own(taken), arrived.slice(0, own(taken).length), "not the first that came");
    }
  }

  expire(nowMs: number): void {
    const givenUp = this.mempool.expire(nowMs, new Set(), () =>
      this.random.chance(0.06) ? "usedNonce" : null,
    );
    this.gone(
      givenUp.map(({ request }) => request),
      "given up",
    );
  }

  private gone(requests: readonly SignedRequest[], how: string): void {
    for (const request of requests) {
      const at = this.waiting.indexOf(request);
      assert.ok(at >= 0, `${how} without being held`);
      this.waiting.splice(at, 1);
      this.count(how);
    }
  }

  checkBounds(): void {
    const { requests, risk, bytes } = this.mempool.size;
    assert.is(requests, this.waiting.length);
    assert.ok(requests <= limits.maxRequests && bytes <= limits.maxBytes);
    assert.ok(risk <= limits.maxRequests - limits.reservedForRelief);
    assert.is(
      risk,
      this.waiting.filter((request) => signedClass(commandOf(request)) !== EntryClass.relief).length,
    );
    for (let account = 1; account <= ACCOUNTS; account++) {
      const own = this.waiting.map(commandOf).filter((command) => accountOf(command) === account);
      assert.equal([...this.mempool.commandsOf(account)], own);
      assert.ok(own.length <= limits.maxPerAccount);
    }
    for (const request of this.waiting)
      assert.ok(this.mempool.holds(request), "an acknowledged request is gone");
  }
}

test("random arrivals, failed and final blocks, expiry", () => {
  const random = new Random(testSeed("mempool"));
  const world = new World(random);
  for (let round = 0; round < ROUNDS; round++) {
    // Quiet and overloaded times take turns.
    const arrivals = random.below(round % 100 < 50 ? 6 : 60);
    for (let i = 0; i < arrivals; i++) world.offer(round);
    world.checkBounds();
    world.block(round);
    if (random.chance(0.1)) world.expire(round);
    world.checkBounds();
  }
  console.log([...world.counts].map(([name, n]) => `${name} ${n}`).join(", "));
  for (const name of ["held", "known", "busy", "tooManyPending", "included", "given up"])
    assert.ok((world.counts.get(name) ?? 0) > 0, name);
  assert.ok((world.counts.get("relief while takers are shed") ?? 0) > 0, "relief while takers are shed");
});

test("with nothing new coming, all that is held gets into blocks, whoever goes first", () => {
  const random = new Random(testSeed("drain"));
  const world = new World(random);
  for (let i = 0; i < 200; i++) world.offer(0);
  const held = world.waiting.length;
  let blocks = 0;
  const seed = hashOf(new Uint8Array(32));
  while (world.mempool.size.requests > 0 && blocks <= held) {
    const taken = world.mempool.take({ seed, limits: smallLimits, inFlight: new Set() });
    assert.ok(taken.length > 0, "a block without progress");
    world.mempool.included(taken);
    blocks += 1;
  }
  assert.is(world.mempool.size.requests, 0);
});

test("the door counts what waits as used, per key", () => {
  const mempool = new Mempool(limits, smallLimits);
  const random = new Random(2);
  const ahead = requestsAhead(mempool);
  const account = { ...emptyAccount(1), ownerNonces: withNonce(NO_NONCES, 70) };
  const offer = (fields: object) =>
    mempool.offer(unsigned([encodeWord({ type: WordType.cancel, account: 1, ...fields })], random), 0);
  // 69 was used meanwhile through another node, 33 is below the window by now.
  for (const nonce of [69, 33, 71]) offer({ nonce });
  offer({ nonce: 5, keySelector: 1 });
  assert.is(ahead.of(1).length, 4);
  const fresh = (keySelector: number, nonce: number) => ahead.isFreshNonce(account, 1, keySelector, nonce);
  for (const nonce of [69, 70, 71]) assert.not.ok(fresh(0, nonce), `${nonce}`);
  assert.ok(fresh(0, 72) && fresh(0, 65));
  assert.ok(isFreshNonce(account.ownerNonces, 71));
  assert.not.ok(fresh(1, 5));
  assert.ok(fresh(1, 71));
  assert.not.ok(ahead.changesKey(1));
  const words = [
    encodePayload(WordType.payloadHigh, 1n, false),
    encodePayload(WordType.payloadLow, 2n, false),
    encodeWord({ type: WordType.setTradingKey, account: 1, nonce: 80 }),
  ];
  mempool.offer(unsigned(words, random), 0);
  assert.ok(ahead.changesKey(1));
  assert.not.ok(ahead.changesKey(2));
  assert.is(nonceOf(words[2]!), 80);
});

test.run();
