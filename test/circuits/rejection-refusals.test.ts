/** Every outcome is proven: no refusal can be accepted, nothing acceptable refused, nothing dropped that must not be. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Exchange } from "../../sequencer/exchange/exchange.ts";
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";
import {
  COLLATERAL_BITS,
  CUSTODY_BITS,
  GENERATION_BITS,
  KEY_VERSION_BITS,
  pow2,
} from "../../sequencer/exchange/limits.ts";
import type { RefusalCode } from "../../sequencer/exchange/refusal.ts";
import type { Account, MarketParameters } from "../../sequencer/exchange/state.ts";
import type { Step } from "../../sequencer/exchange/step.ts";
import { Outcome, Scope, Side, WordType, withOutcome } from "../../sequencer/exchange/word.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { nameOf, REACHABLE } from "../generate/coverage.ts";
import { testSeed } from "../generate/random.ts";
import { Court, type Verdict } from "./court.ts";
import { type LoggedWord, SMALL } from "./history.ts";
import { recommit } from "./recommit.ts";
import { stepsOfKinds } from "./steps-of-kinds.ts";
import { type Cheat, World } from "./world.ts";

const test = suite("outcomes");
const [ALICE, BOB, CAROL] = [1, 2, 3] as const;
const { buy, sell } = Side;
const seed = testSeed("outcomes");
const court = await Court.open();
const poseidon = await loadPoseidon();

/** Everybody has cash, Alice a position of 10 and an ask at 1050 in slot 1, Bob a trading key that may only cancel. */
const world = World.genesis(poseidon).register(10_000).register(10_000).register(10_000);
world.run(world.place(CAROL, sell, 10), world.place(ALICE, buy, 10));
world.run(world.place(ALICE, sell, 5, { slot: 1, price: 1050 })).setTradingKey(BOB, Scope.cancel);

const account = (index: number, change: Partial<Account>) => (exchange: Exchange) => {
  Object.assign(exchange.accounts.get(index)!, change);
};
const parameters = (change: Partial<MarketParameters>) => (exchange: Exchange) => {
  const [market] = exchange.markets;
  Object.assign(market!, { parameters: { ...market!.parameters, ...change } });
};

interface Refusal extends Pick<Cheat, "instead" | "pretend" | "claim"> {
  readonly code: RefusalCode;
  readonly world: World;
  readonly logged: LoggedWord;
  readonly by: Exclude<Verdict, "nobody">;
}

/** A world in which something is the other way, and a pretence that it is not: one for each rule that can be bent. */
function* refusals(): Generator<Refusal> {
  const trading = { keySelector: 1, account: BOB } as const;
  const cancelAll = (w: World, index: number) => w.request({ type: WordType.cancelAll, account: index });

  const old = world.fork().setTradingKey(BOB, Scope.cancel);
  const stale = world.request({ type: WordType.cancelAll, ...trading, nonce: 9 });
  const undo = { pretend: account(BOB, { keyVersion: 1 }), claim: account(BOB, { keyVersion: 2 }) };
  yield { code: "staleKey", world: old, logged: stale, ...undo, by: "both" };

  const used = world.fork().run(cancelAll(world, CAROL));
  const unused = account(CAROL, { ownerNonces: { window: 0, bits: 1, previousBits: 0 } });
  yield { code: "usedNonce", world: used, logged: cancelAll(world, CAROL), pretend: unused, by: "both" };

  const poor = world.fork(account(BOB, { collateral: 2n }));
  const lent = { pretend: account(BOB, { collateral: 3n }), claim: account(BOB, { collateral: -1n }) };
  yield { code: "cannotPay", world: poor, logged: cancelAll(poor, BOB), ...lent, by: "both" };

  const { time } = world.exchange.machine;
  const expired = world.fork(account(BOB, { keyExpiry: time }));
  const forever = { pretend: account(BOB, { keyExpiry: 0 }), claim: account(BOB, { keyExpiry: time }) };
  const byKey = expired.request({ type: WordType.cancelAll, ...trading });
  yield { code: "keyExpired", world: expired, logged: byKey, ...forever, by: "both" };

  const widen = { pretend: account(BOB, { scope: 15 }), claim: account(BOB, { scope: Scope.cancel }) };
  const beyond = world.place(BOB, buy, 5, { keySelector: 1 });
  yield { code: "outOfScope", world, logged: beyond, ...widen, by: "both" };

  const own = world.tradingKeyWords(BOB, 3, 0n, { keySelector: 1 })[2]!;
  const owners = world.tradingKeyWords(BOB, 3, 0n)[2]!;
  yield { code: "ownerKeyOnly", world, logged: own, instead: owners, by: "both" };

  const place = (index: number, size: number, fields = {}) => world.place(index, buy, size, fields);
  const nowhere = place(BOB, 5, { market: SMALL.markets });
  yield { code: "unknownMarket", world, logged: nowhere, instead: place(BOB, 5), by: "both" };
  const flags = place(BOB, 5, { immediateOrCancel: 1, postOnly: 1 });
  const instead = place(BOB, 5, { immediateOrCancel: 1 });
  // Accepted, the order would find nobody and be dropped: the fee and the nonce are all that changes either way.
  yield { code: "badFlags", world, logged: flags, instead, by: "rule" };
  const free = place(BOB, 5, { price: 0 });
  yield { code: "zeroPrice", world, logged: free, instead: place(BOB, 5), by: "both" };
  const nothing = place(BOB, 0);
  yield { code: "zeroSize", world, logged: nothing, instead: place(BOB, 5), by: "both" };
  const past = place(BOB, 5, { expiry: time });
  yield { code: "expired", world, logged: past, instead: place(BOB, 5), by: "both" };

  const taken = place(ALICE, 5, { slot: 1, price: 990 });
  const emptied = (exchange: Exchange) => exchange.accounts.get(ALICE)!.orders.delete(1);
  const replaced = { pretend: emptied as unknown as (exchange: Exchange) => void };
  yield { code: "slotTaken", world, logged: taken, ...replaced, by: "both" };

  const minimum = { pretend: parameters({ minOrderValue: 1n }), claim: parameters({ minOrderValue: 2000n }) };
  yield { code: "belowMinimum", world, logged: place(BOB, 1), ...minimum, by: "both" };
  const collar = {
    pretend: parameters({ collarFraction: 9000 }),
    claim: parameters({ collarFraction: 1000 }),
  };
  const far = world.place(BOB, sell, 5, { price: 899 });
  yield { code: "outsideCollar", world, logged: far, ...collar, by: "both" };

  const short = { pretend: account(BOB, { sizes: [-5, 0] }), claim: account(BOB, { sizes: [0, 0] }) };
  const reduce = place(BOB, 5, { reduceOnly: 1, price: 990 });
  yield { code: "nothingToReduce", world, logged: reduce, ...short, by: "both" };

  const crossing = place(BOB, 5, { price: 1050, postOnly: 1 });
  yield { code: "wouldCross", world, logged: crossing, instead: place(BOB, 5, { price: 1050 }), by: "both" };

  const rich = {
    pretend: account(BOB, { collateral: 99_997n }),
    claim: account(BOB, { collateral: 9_994n }),
  };
  const { collateral } = world.exchange.accounts.get(BOB)!;
  assert.is(collateral, 9_997n);
  yield { code: "belowRequirement", world, logged: place(BOB, 200), ...rich, by: "both" };

  const last = 2 ** GENERATION_BITS - 1;
  const worn = world.fork(account(BOB, { generation: last }));
  // One more has no place in a state at all; the one that its low bits say has.
  const fresh = { pretend: account(BOB, { generation: 5 }), claim: account(BOB, { generation: 0 }) };
  yield { code: "generationExhausted", world: worn, logged: cancelAll(worn, BOB), ...fresh, by: "both" };

  const lastVersion = 2 ** KEY_VERSION_BITS - 1;
  const spent = world.fork(account(BOB, { keyVersion: lastVersion }));
  const command = spent.tradingKeyWords(BOB, 3, 0n)[2]!;
  const renewed = { pretend: account(BOB, { keyVersion: 5 }) };
  yield { code: "versionExhausted", world: spent, logged: command, ...renewed, by: "both" };

  const limit = pow2(COLLATERAL_BITS);
  const full = world.fork(account(BOB, { collateral: limit - 100n }));
  const over = { pretend: account(BOB, { collateral: 0n }), claim: account(BOB, { collateral: limit }) };
  yield { code: "collateralLimit", world: full, logged: full.deposit(BOB, 100n), ...over, by: "both" };

  const custody = (quanta: bigint) => (exchange: Exchange) => {
    exchange.machine.custody = quanta;
  };
  const empty = world.fork(custody(99n));
  const filled = { pretend: custody(100n), claim: custody(FIELD_MODULUS - 1n) };
  yield { code: "beyondCustody", world: empty, logged: empty.withdraw(BOB, 100n), ...filled, by: "both" };
  const most = pow2(CUSTODY_BITS);
  const brimful = world.fork(custody(most - 100n));
  const room = { pretend: custody(0n), claim: custody(most) };
  yield { code: "custodyLimit", world: brimful, logged: brimful.deposit(BOB, 100n), ...room, by: "both" };

  const expire = world.plain(
    world.command({ type: WordType.expire, account: ALICE, slot: 1, nonce: 0, keyVersion: 0 }),
  );
  const killed = (exchange: Exchange) => {
    exchange.accounts.get(ALICE)!.generation += 1;
  };
  const revived = (exchange: Exchange) => {
    exchange.accounts.get(ALICE)!.generation -= 1;
  };
  yield { code: "notDead", world, logged: expire, pretend: killed, claim: revived, by: "both" };

  const low = world.fork(({ markets }) => {
    markets[0]!.oraclePrice = 10;
  });
  const rise = (change: number) => (exchange: Exchange) => {
    exchange.markets[0]!.oraclePrice += change;
  };
  const fall = low.tick(5, -10, 0);
  yield { code: "priceOutOfRange", world: low, logged: fall, pretend: rise(1), claim: rise(-1), by: "both" };
}

test("a pretence gets no refused request accepted", async () => {
  const codes = new Set<string>();
  for (const { code, world, logged, by, ...lie } of refusals()) {
    await court.accepts(world, logged, code);
    const cheat = { logged, ...lie };
    const claimed = world.cheat(cheat);
    assert.is(claimed.step.outcome, Outcome.accepted, `${code}: the liar's step is refused as well`);
    // What another word would have done is shown under the outcome that it had.
    await court.rejects(world, cheat, by, code);
    codes.add(code);
  }
  assert.is(codes.size, 24);
});

/** Refusals that check no signature and change nothing: whether such a word is refused or dropped is nobody's loss. */
const isVoid = (name: string): boolean =>
  /^refused (staleKey|keyExpired|outOfScope|ownerKeyOnly|usedNonce)$/.test(name);

/** Steps that no word stands for: only a taker that has met somebody before comes to them. */
const LATER = ["stopTaker nothingToReduce", "dropTaker nothingToReduce", "dropTaker underMargined"];
const ACCEPTED_OR_REFUSED = REACHABLE.filter((name) => name !== "dropped" && !LATER.includes(name));

test("the outcome in a word is the only one that its step proves", async () => {
  const kindOf = (step: Step): string => (step.word === 0n ? "without a word" : nameOf(step));
  for (const [name, proven] of stepsOfKinds(poseidon, seed, ACCEPTED_OR_REFUSED, kindOf)) {
    const { word, outcome: honest } = proven.step;
    for (const claimed of [0, 1, 2, 3].filter((bits) => bits !== honest)) {
      const claim = recommit(poseidon, proven, (inputs) => {
        inputs.words[0] = withOutcome(word, claimed);
      });
      const isFree = claimed === Outcome.dropped && isVoid(name);
      assert.is(await court.isProven(claim), isFree, `SEED=${seed} ${name}, claimed as ${claimed}`);
    }
  }
});

test.run();
