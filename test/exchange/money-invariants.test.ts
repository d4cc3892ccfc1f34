/** What holds of money, positions and nonces after every single step: one test for each sentence. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Exchange } from "../../sequencer/exchange/exchange.ts";
import { SCALE } from "../../sequencer/exchange/margin.ts";
import type { RefusalCode } from "../../sequencer/exchange/refusal.ts";
import { type Account, NO_NONCES } from "../../sequencer/exchange/state.ts";
import type { Step } from "../../sequencer/exchange/step.ts";
import { amountOf, decodeWord, Outcome, typeOf, WordType } from "../../sequencer/exchange/word.ts";
import { testSeed } from "../generate/random.ts";
import { everyStep, sum } from "./every-step.ts";

const seed = testSeed("invariants of money");

test("reserved is exactly what the living orders that are not reduce-only require", () =>
  everyStep(seed, () => (_, exchange) => {
    for (const account of exchange.accounts.values()) {
      const living = [...account.orders.values()].filter(
        (order) => order.generation === account.generation && !order.reduceOnly,
      );
      const required = living.map(
        (order) => BigInt(order.remaining) * BigInt(order.price) * BigInt(order.fraction),
      );
      assert.is(account.reserved, sum(required));
    }
  }));

test("no money is made or lost: collateral, insurance, fees and funding clearing are custody, deposits less withdrawals", () =>
  everyStep(seed, (exchange) => {
    let held = 0n;
    let steps = 0;
    return (step) => {
      held += inflow(step);
      const markets = exchange.markets.map(({ insurance, fundingClearing }) => insurance + fundingClearing);
      const accounts = [...exchange.accounts.values()].map(({ collateral }) => collateral);
      assert.is(sum(accounts) + sum(markets) + exchange.machine.fees, held);
      assert.is(exchange.machine.custody, held);
      assert.ok(held >= 0n);
      // Funding has no request yet; moving the index must not make money either.
      steps += 1;
      if (steps % 40 === 0) exchange.markets[0]!.fundingIndex += (steps % 7) - 3;
    };
  }));

function inflow({ word, outcome, action }: Step): bigint {
  if (outcome !== Outcome.accepted) return 0n;
  if (action.kind === "deposit" || action.kind === "register") return amountOf(word);
  return action.kind === "withdraw" ? -amountOf(word) : 0n;
}

test("every long lot has a short one, and open interest is the sum of the longs", () =>
  everyStep(seed, () => (_, exchange) => {
    exchange.markets.forEach((market, m) => {
      const sizes = [...exchange.accounts.values()].map((account) => account.sizes[m]!);
      assert.is(
        sizes.reduce((total, size) => total + size, 0),
        0,
      );
      assert.is(
        market.openInterest,
        sizes.reduce((total, size) => total + Math.max(0, size), 0),
      );
    });
  }));

test("open interest never grows beyond its cap", () =>
  everyStep(seed, (exchange) => {
    let before = exchange.markets.map(({ openInterest }) => openInterest);
    return () => {
      exchange.markets.forEach(({ openInterest, parameters }, m) => {
        assert.ok(openInterest <= before[m]! || openInterest <= parameters.openInterestCap);
      });
      before = exchange.markets.map(({ openInterest }) => openInterest);
    };
  }));

test("a fill that leaves an account short of the initial requirement only reduced a position of a solvent account", () =>
  everyStep(seed, (exchange) => {
    let before = new Map<number, number[]>();
    return ({ action, counterparty }) => {
      if (action.kind === "fill") {
        for (const index of [counterparty!.account, action.taker.account]) {
          const account = exchange.accounts.get(index)!;
          let equity = account.collateral;
          let required = account.reserved;
          account.sizes.forEach((size, m) => {
            const { oraclePrice, fundingIndex, parameters } = exchange.markets[m]!;
            equity += BigInt(size) * BigInt(oraclePrice - fundingIndex + account.fundings[m]!);
            required += BigInt(Math.abs(size)) * BigInt(oraclePrice) * BigInt(parameters.initialFraction);
          });
          if (equity * SCALE >= required) continue;
          const was = before.get(index)![action.taker.market]!;
          const is = account.sizes[action.taker.market]!;
          assert.ok(equity >= 0n && Math.abs(is) < Math.abs(was) && is * was >= 0, `${was} became ${is}`);
        }
      }
      before = new Map([...exchange.accounts].map(([index, { sizes }]) => [index, [...sizes]]));
    };
  }));

test("who holds a position in a market without a fresh price takes out no money, and no position of theirs grows or flips", () =>
  everyStep(seed, (exchange) => {
    let before = new Map<number, number[]>();
    return ({ action, active, counterparty }) => {
      const { time } = exchange.machine;
      const isStale = exchange.markets.map(
        ({ oracleTime, parameters }) => time > oracleTime + parameters.maxOracleAge,
      );
      const heldStale = (index: number) =>
        (before.get(index) ?? []).some((size, m) => size !== 0 && isStale[m]!);
      if (action.kind === "withdraw" || action.kind === "transfer") assert.not.ok(heldStale(active!.account));
      if (action.kind === "fill")
        for (const index of [counterparty!.account, action.taker.account]) {
          if (!heldStale(index)) continue;
          const was = before.get(index)![action.taker.market]!;
          const is = exchange.accounts.get(index)!.sizes[action.taker.market]!;
          assert.ok(Math.abs(is) < Math.abs(was) && is * was >= 0, `${was} became ${is}`);
        }
      before = new Map([...exchange.accounts].map(([index, { sizes }]) => [index, [...sizes]]));
    };
  }));

test("every number is whole, exact and in canonical form: no negative zero, nothing beyond its range", () =>
  everyStep(seed, (exchange) => {
    return () => {
      const numbers = [exchange.machine.time, exchange.machine.nextAccount, exchange.machine.l1Consumed];
      for (const market of exchange.markets)
        numbers.push(market.oraclePrice, market.oracleTime, market.openInterest, market.fundingIndex);
      for (const account of exchange.accounts.values()) {
        numbers.push(...account.sizes, ...account.fundings);
        numbers.push(account.generation, ...nonceNumbers(account));
        assert.ok(account.reserved >= 0n);
        for (const order of account.orders.values()) numbers.push(order.price, order.remaining, order.expiry);
      }
      for (const number of numbers) assert.ok(Number.isSafeInteger(number) && !Object.is(number, -0));
      for (const account of exchange.accounts.values())
        assert.ok(nonceNumbers(account).every((number) => number >= 0 && number < 2 ** 32));
    };
  }));

const nonceNumbers = ({ ownerNonces, tradingNonces }: Account): number[] =>
  [ownerNonces, tradingNonces].flatMap(({ window, bits, previousBits }) => [window, bits, previousBits]);

test("no nonce of a key is burned twice", () =>
  everyStep(seed, () => {
    const burned = new Set<string>();
    return (step) => {
      if (!step.burnsNonce) return;
      const { account, keySelector, keyVersion, nonce } = decodeWord(step.word);
      const name = `${account}/${keySelector}/${keyVersion}/${nonce}`;
      assert.not.ok(burned.has(name));
      burned.add(name);
    };
  }));

/** Refusals of signed words that nobody's signature may have asked for. */
const FREE: readonly (RefusalCode | null)[] = [
  "staleKey",
  "keyExpired",
  "outOfScope",
  "ownerKeyOnly",
  "usedNonce",
];

test("every signed word that is not dropped burns its nonce and pays the fee, but for the codes that change nothing", () =>
  everyStep(seed, (exchange) => {
    let fees = 0n;
    return ({ word, outcome, code, fee, burnsNonce }) => {
      const type = typeOf(word);
      const isSigned = type >= WordType.place && type <= WordType.setTradingKey && (word & 128n) === 0n;
      const free = FREE.includes(code);
      const burns = isSigned && outcome !== Outcome.dropped && !free;
      assert.is(burnsNonce, burns);
      assert.is(fee, burns && code !== "cannotPay" ? exchange.machine.requestFee : 0n);
      fees += fee;
      assert.is(exchange.machine.fees, fees);
    };
  }));

test("a refused or dropped word changes nothing but nonce, fee and the count of L1 words", () =>
  everyStep(seed, (exchange) => {
    let before = withoutAuthority(exchange, null);
    return (step) => {
      if (step.outcome !== Outcome.accepted) assert.equal(withoutAuthority(exchange, step), before);
      before = withoutAuthority(exchange, null);
    };
  }));

/** The state as it would be had the last step burned no nonce, taken no fee and counted no L1 word. */
function withoutAuthority(exchange: Exchange, last: Step | null) {
  const { accounts, markets, machine } = exchange;
  const kept = [...accounts].map(([index, account]) => {
    const refund = last !== null && last.active?.account === index ? last.fee : 0n;
    const collateral = account.collateral + refund;
    return [index, { ...account, collateral, ownerNonces: NO_NONCES, tradingNonces: NO_NONCES }];
  });
  return structuredClone({ kept, markets, machine: { ...machine, l1Consumed: 0, fees: 0n } });
}

test.run();
