/**
 * From agreed blocks to the log: whatever a leader puts into its block, what is logged pays, and what is left out would
 * have been refused for nothing.
 */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { LiveIndex } from "../../sequencer/exchange/book-index.ts";
import { decide } from "../../sequencer/exchange/decide.ts";
import { type Exchange, genesisExchange, readAccount } from "../../sequencer/exchange/exchange.ts";
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";
import { isFreshNonce, noncesOf } from "../../sequencer/exchange/nonce.ts";
import {
  amountFields,
  decodeTick,
  decodeWord,
  encodePayload,
  encodeWord,
  Outcome,
  Scope,
  typeOf,
  WordType,
} from "../../sequencer/exchange/word.ts";
import { type DerivationRules, entriesOf } from "../../sequencer/execution/block-entries.ts";
import { type ExecutedEntry, executeEntry, type StepWatcher } from "../../sequencer/execution/execute.ts";
import type { KeyHashes, StandingFault } from "../../sequencer/execution/standing.ts";
import { commandOf } from "../../sequencer/ordering/block-order.ts";
import type { Payload } from "../../sequencer/ordering/payload.ts";
import type { Point, SignedRequest } from "../../sequencer/signature/request.ts";
import { testGenesis } from "../generate/genesis.ts";
import { Random, testSeed } from "../generate/random.ts";

const genesis = testGenesis(2);
const rules: DerivationRules = { tickSeconds: 10, quorum: 3, expiryDepth: 8, maxExpiriesPerBlock: 3 };
const blind: StepWatcher = { entry: () => undefined, before: () => undefined, after: () => undefined };

/** A stand-in for keys: a number is a key, and what the state stores of it follows from it. */
const pointOf = (key: number): Point => [BigInt(key), 1n];
const hashOf = ([x, y]: Point): bigint => (x * 7_919n + y) % FIELD_MODULUS;
const keys: KeyHashes = { isOnCurve: ([, y]) => y === 1n, keyHash: hashOf };

const request = (words: readonly bigint[], key: number): SignedRequest => ({
  words,
  publicKey: pointOf(key),
  signature: { r8: [0n, 1n], s: 0n },
});
const halves = (hash: bigint, l1: boolean): bigint[] => [
  encodePayload(WordType.payloadHigh, hash >> 128n, l1),
  encodePayload(WordType.payloadLow, hash % (1n << 128n), l1),
];
const registration = (account: number, amount: bigint): bigint[] => [
  ...halves(hashOf(pointOf(account)), true),
  encodeWord({ type: WordType.register, l1: 1, account, ...amountFields(amount) }),
];

type Inputs = Pick<Payload, "l1" | "reports" | "requests">;

class Chain {
  readonly exchange: Exchange = genesisExchange(genesis, new LiveIndex());
  timeMs = genesis.time * 1000;

  block(inputs: Partial<Inputs>, rulesOf = rules) {
    const { exchange, timeMs } = this;
    const l1 = inputs.l1 ?? { start: exchange.machine.l1Consumed, words: [] };
    const payload: Inputs = { l1, reports: inputs.reports ?? [], requests: inputs.requests ?? [] };
    return entriesOf(payload, timeMs, exchange, keys, rulesOf);
  }

  /** Runs a block to its end; the commands that were logged, with outcomes, and the faults of those left out. */
  run(inputs: Partial<Inputs>, rulesOf = rules): { logged: bigint[]; faults: StandingFault[] } {
    const logged: bigint[] = [];
    const faults: StandingFault[] = [];
    for (const one of this.block(inputs, rulesOf)) {
      if (one.kind === "leftOut") faults.push(one.fault);
      else logged.push(executeEntry(this.exchange, one.entry, blind).words.at(-1)!.word);
    }
    return { logged, faults };
  }

  register(accounts: number, amount = 1_000_000n): void {
    const words = Array.from({ length: accounts }, (_, i) => registration(i + 1, amount)).flat();
    this.run({ l1: { start: this.exchange.machine.l1Consumed, words } });
  }
}

const reports = (...prices: (number | null)[][]) =>
  prices.map((list, signer) => ({ signer, timeMs: 0, prices: list, signature: "0x" as const }));
const place = (account: number, nonce: number, more: object = {}): SignedRequest =>
  request(
    [encodeWord({ type: WordType.place, account, nonce, slot: nonce % 16, price: 2000, size: 2, ...more })],
    account,
  );

test("L1 words, then the tick, then expiries, then the requests, each from the state before it", () => {
  const chain = new Chain();
  chain.register(2);
  chain.timeMs += 10_000;
  const dying = place(1, 0, { side: 1, expiry: genesis.time + 20 });
  const first = chain.run({ reports: reports([2000, 1000], [2001, 1001], [2002, 1002]), requests: [dying] });
  assert.equal(first.logged.map(typeOf), [WordType.tick, WordType.place]);
  assert.equal(decodeTick(first.logged[0]!).deltas.slice(0, 2), [1, 1]);
  chain.timeMs += 10_000;
  const taker = place(2, 0, { price: 2010 });
  const l1 = { start: 6, words: registration(3, 500n) };
  const second = chain.run({
    l1,
    reports: reports([2001, 1], [2001, 1], [2001, 1]),
    requests: [taker, place(3, 0)],
  });
  assert.equal(second.logged.map(typeOf), [
    WordType.register,
    WordType.tick,
    WordType.expire,
    WordType.place,
    WordType.place,
  ]);
  assert.is(readAccount(chain.exchange, 2).sizes[0], 0, "the order that expired with this tick was not met");
});

test("a tick is due after its time, without reports after twice of it, and never twice in a second", () => {
  const full = reports([2000, 1000], [2000, 1000], [2000, 1000]);
  for (const [seconds, given, ticks] of [
    [9, full, false],
    [10, full, true],
    [10, [], false],
    [19, [], false],
    [20, [], true],
  ] as const) {
    const chain = new Chain();
    chain.timeMs += seconds * 1000 + 999;
    assert.is(chain.run({ reports: given }).logged.length === 1, ticks, `${seconds} ${given.length}`);
    assert.is(chain.exchange.machine.time, genesis.time + (ticks ? seconds : 0));
    assert.equal(chain.run({ reports: given }).logged, [], "again at the same time");
    assert.equal(chain.run({ reports: given }, { ...rules, tickSeconds: 0 }).logged.length, ticks ? 0 : 1);
  }
});

test("too few prices for a market leave it without a fresh one; far ones move as far as they may", () => {
  const chain = new Chain();
  chain.timeMs += 10_000;
  const [market] = chain.exchange.markets;
  const { logged } = chain.run({ reports: reports([9999, 1000], [9999, null], [9999, 1000]) });
  const { fresh, deltas } = decodeTick(logged[0]!);
  assert.equal(fresh.slice(0, 2), [true, false]);
  assert.equal(deltas.slice(0, 2), [10 * market!.parameters.maxMovePerSecond, 0]);
  chain.timeMs += 20_000;
  const alone = decodeTick(chain.run({}).logged[0]!);
  assert.equal(alone.fresh.slice(0, 2), [false, false]);
});

test("the machine takes every tick, whatever is reported and however long it was silent", () => {
  const random = new Random(testSeed("ticks"));
  const chain = new Chain();
  for (let round = 0; round < 300; round++) {
    chain.timeMs += random.pick([1, 500, 10_000, 100_000, 10_000_000]);
    const price = () => random.pick([null, 1, 2, 1000, random.between(1, 2 ** 32 - 1), 2 ** 32 - 1]);
    const { logged } = chain.run({
      reports: reports(...Array.from({ length: 4 }, () => [price(), price()])),
    });
    for (const word of logged) assert.is(decodeWord(word).outcome, Outcome.accepted);
  }
});

test("expire words are bounded", () => {
  const chain = new Chain();
  chain.register(1, 10_000_000n);
  const quotes = Array.from({ length: 5 }, (_, i) => place(1, i, { side: 1, expiry: genesis.time + 5 }));
  chain.run({ requests: quotes });
  chain.timeMs += 20_000;
  const first = chain.run({});
  assert.equal(first.logged.map(typeOf), [WordType.tick, ...Array(3).fill(WordType.expire)]);
  assert.equal(chain.run({}).logged.map(typeOf), Array(2).fill(WordType.expire));
});

test("a block that does not continue the L1 queue is a bug, not an outcome", () => {
  const chain = new Chain();
  assert.throws(() => chain.run({ l1: { start: 1, words: [] } }), /L1 word 1 came, 0 is next/);
});

test("a request is judged where it stands: a key that the block itself replaces signs nothing more", () => {
  const chain = new Chain();
  chain.register(1);
  const setKey = (nonce: number, key: number) =>
    request(
      [
        ...halves(hashOf(pointOf(key)), false),
        encodeWord({ type: WordType.setTradingKey, account: 1, nonce, slot: Scope.place }),
      ],
      1,
    );
  const byKey = (key: number, keyVersion: number, nonce: number) =>
    request(
      [
        encodeWord({
          type: WordType.place,
          account: 1,
          keySelector: 1,
          keyVersion,
          nonce,
          slot: nonce,
          price: 2000,
          size: 2,
        }),
      ],
      key,
    );
  const requests = [
    byKey(50, 1, 0),
    setKey(0, 50),
    byKey(50, 1, 0),
    setKey(1, 51),
    byKey(50, 1, 1),
    byKey(51, 2, 2),
    byKey(50, 2, 3),
    setKey(1, 52),
  ];
  const { logged, faults } = chain.run({ requests });
  assert.is(logged.length, 4);
  assert.equal(faults, ["staleKey", "staleKey", "unknownKey", "usedNonce"]);
});

test("fees are counted as they are paid", () => {
  const chain = new Chain();
  chain.register(1, 2n * genesis.requestFee);
  const cancels = [0, 1, 2].map((nonce) =>
    request([encodeWord({ type: WordType.cancel, account: 1, nonce })], 1),
  );
  const { logged, faults } = chain.run({ requests: cancels });
  assert.is(logged.length, 2);
  assert.equal(faults, ["unfunded"]);
  assert.is(chain.exchange.machine.fees, 2n * genesis.requestFee);
});

/** What a faulty leader may have gathered: all that is well-formed, of any key, version, nonce, account. */
function anyRequest({ exchange }: Chain, random: Random): SignedRequest {
  const account = random.weighted([
    [20, random.between(1, 4)],
    [1, 0],
    [1, 77],
  ]);
  const { keyVersion: version, ownerNonces } = readAccount(exchange, account);
  const byTradingKey = random.chance(0.4);
  const keyVersion = byTradingKey
    ? Math.max(0, version + random.pick([0, 0, 0, 1, -1]))
    : random.pick([0, 0, 0, 0, 1]);
  const nonce =
    Math.max(0, 32 * ownerNonces.window + random.between(-40, 60)) + (random.chance(0.02) ? 2 ** 31 : 0);
  const common = { account, nonce, keyVersion, keySelector: byTradingKey ? 1 : 0, slot: random.below(16) };
  const key = random.chance(0.05) ? 999 : byTradingKey ? 100 + account * 50 + (keyVersion % 50) : account;
  const word = (fields: Parameters<typeof encodeWord>[0]) =>
    request([encodeWord({ ...common, ...fields })], key);
  const order = {
    type: WordType.place,
    market: random.below(2),
    side: random.below(2),
    price: random.between(900, 2200),
    size: random.between(1, 40),
  };
  return random.pick([
    () => word(order),
    () => word({ ...order, expiry: exchange.machine.time + random.between(-5, 20) }),
    () => word({ type: WordType.cancel }),
    () => word({ type: WordType.withdraw, slot: 0, ...amountFields(BigInt(random.between(1, 3000))) }),
    () => {
      const hash = hashOf(pointOf(100 + account * 50 + ((version + 1) % 50)));
      const command = {
        ...common,
        type: WordType.setTradingKey,
        slot: random.below(16),
        expiry: random.pick([0, exchange.machine.time + 15]),
      };
      return request([...halves(hash, false), encodeWord(command)], key);
    },
  ])();
}

/** Refused by the machine without a fee: what the log must never hold. */
const FREE = [
  "unknownRequest",
  "staleKey",
  "keyExpired",
  "outOfScope",
  "ownerKeyOnly",
  "usedNonce",
  "cannotPay",
];

test("whatever a leader proposes: what is logged burns its nonce and pays, what is left out would not have", () => {
  const random = new Random(testSeed("hostile blocks"));
  const chain = new Chain();
  chain.register(4, 20_000n);
  const { exchange } = chain;
  const counts = new Map<string, number>();
  const count = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
  for (let round = 0; round < 150; round++) {
    chain.timeMs += random.between(0, 8000);
    const requests = Array.from({ length: random.below(30) }, () => anyRequest(chain, random));
    const prices = reports(
      ...Array.from({ length: 3 }, () => [random.between(1800, 2200), random.between(900, 1100)]),
    );
    let feesBefore = exchange.machine.fees;
    for (const one of chain.block({ reports: prices, requests })) {
      if (one.kind === "leftOut") {
        count(one.fault);
        const { code } = decide(exchange, commandOf(one.request), true);
        // The machine does not see keys, nor how far a nonce is ahead.
        if (!["unknownKey", "nonceTooFar"].includes(one.fault))
          assert.ok(FREE.includes(code!), `${one.fault}: ${code}`);
        continue;
      }
      const executed = executeEntry(exchange, one.entry, blind);
      if (one.request === null) continue;
      count(checkPaid(exchange, executed, feesBefore));
      feesBefore = exchange.machine.fees;
    }
  }
  console.log([...counts].map(([name, n]) => `${name} ${n}`).join(", "));
  for (const name of [
    "accepted",
    "refused",
    "unknownAccount",
    "unknownKey",
    "staleKey",
    "outOfScope",
    "usedNonce",
    "nonceTooFar",
  ])
    assert.ok((counts.get(name) ?? 0) > 0, name);
});

function checkPaid(exchange: Exchange, { words, steps }: ExecutedEntry, feesBefore: bigint): string {
  const command = words.at(-1)!;
  const { account, keySelector, nonce, type } = decodeWord(command.word);
  assert.is.not(command.outcome, Outcome.dropped);
  assert.not.ok(FREE.includes(command.code ?? ""), `logged and refused as ${command.code}`);
  assert.ok(steps[0]!.burnsNonce);
  assert.is(exchange.machine.fees - feesBefore, genesis.requestFee);
  // A new trading key begins with no nonce used; the command that set it was signed by the owner.
  if (type !== WordType.setTradingKey || keySelector === 0)
    assert.not.ok(isFreshNonce(noncesOf(readAccount(exchange, account), keySelector), nonce));
  return command.outcome === Outcome.accepted ? "accepted" : "refused";
}

test.run();
