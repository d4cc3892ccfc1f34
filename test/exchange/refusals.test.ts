/** One test for each refusal code but those of orders, at the edge where it begins: see place.test.ts. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { pow2 } from "../../sequencer/exchange/limits.ts";
import type { Step } from "../../sequencer/exchange/step.ts";
import {
  amountFields,
  encodeTick,
  encodeWord,
  Scope,
  TICK_FRESH_OFFSET,
  WordType,
} from "../../sequencer/exchange/word.ts";
import { FEE, PRICE, Scenario, START } from "./scenario.ts";

const RICH = 1_000_000;

/** The code of the first step; null when the word was accepted. */
const codeOf = ([step]: Step[]) => step!.code;

test("unknownRequest: types without meaning, and marks of the L1 queue where they do not belong", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  for (const type of [0, 13, 31]) {
    assert.is(codeOf(scenario.run(encodeWord({ type, account, slot: 1 }))), "unknownRequest");
    assert.is(codeOf(scenario.run(encodeWord({ type, account, l1: 1 }))), "unknownRequest");
  }
  for (const type of [
    WordType.place,
    WordType.withdraw,
    WordType.setTradingKey,
    WordType.expire,
    WordType.tick,
  ])
    assert.is(codeOf(scenario.run(encodeWord({ type, account, l1: 1 }))), "unknownRequest");
  for (const type of [WordType.deposit, WordType.register])
    assert.is(codeOf(scenario.run(encodeWord({ type, account, price: 100 }))), "unknownRequest");
  assert.is(scenario.account(account).collateral, BigInt(RICH));
});

test("staleKey: any version but the current one, for either key; nonce and money stay", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  scenario.setTradingKey(account, 15);
  scenario.setTradingKey(account, 15);
  const before = scenario.account(account).collateral;
  const cancelAll = { type: WordType.cancelAll, account, nonce: 20 };
  for (const keyVersion of [0, 1, 3])
    assert.is(codeOf(scenario.send({ ...cancelAll, keySelector: 1, keyVersion })), "staleKey");
  assert.is(codeOf(scenario.send({ ...cancelAll, keyVersion: 2 })), "staleKey");
  assert.is(scenario.account(account).collateral, before);
  assert.is(codeOf(scenario.send({ ...cancelAll, keySelector: 1, keyVersion: 2 })), null);
});

test("usedNonce: a replay changes nothing", () => {
  const scenario = new Scenario();
  const [account, target] = [scenario.register(RICH), scenario.register(0)];
  const word = encodeWord({
    type: WordType.transfer,
    account,
    nonce: 5,
    expiry: target,
    ...amountFields(100n),
  });
  assert.is(codeOf(scenario.run(word)), null);
  const before = structuredClone(scenario.account(account));
  assert.is(codeOf(scenario.run(word)), "usedNonce");
  assert.equal(scenario.account(account), before);
  assert.is(scenario.account(target).collateral, 100n);
});

test("cannotPay: less equity than the fee burns the nonce and takes nothing", () => {
  const scenario = new Scenario();
  const account = scenario.register(FEE - 1n);
  assert.is(codeOf(scenario.send({ type: WordType.cancelAll, account, nonce: 0 })), "cannotPay");
  assert.is(scenario.account(account).collateral, FEE - 1n);
  scenario.account(account).collateral = FEE;
  assert.is(codeOf(scenario.send({ type: WordType.cancelAll, account, nonce: 0 })), "usedNonce");
  assert.is(codeOf(scenario.send({ type: WordType.cancelAll, account, nonce: 1 })), null);
  assert.is(scenario.account(account).collateral, 0n);
});

test("keyExpired: a trading key signs until the second before its expiry", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  scenario.setTradingKey(account, Scope.cancel, START + 2);
  const cancelAll = { type: WordType.cancelAll, account, keySelector: 1, keyVersion: 1 };
  scenario.tick(1, 0, 0);
  assert.is(codeOf(scenario.send(cancelAll)), null);
  scenario.tick(1, 0, 0);
  assert.is(codeOf(scenario.send(cancelAll)), "keyExpired");
});

test("outOfScope: each scope lets through its own requests and no others", () => {
  const requests: [number, number][] = [
    [WordType.place, Scope.place],
    [WordType.cancel, Scope.cancel],
    [WordType.cancelAll, Scope.cancel],
    [WordType.withdraw, Scope.withdraw],
    [WordType.transfer, Scope.transfer],
  ];
  for (let scope = 0; scope < 16; scope++) {
    const scenario = new Scenario();
    const account = scenario.register(RICH);
    scenario.setTradingKey(account, scope);
    for (const [type, needed] of requests) {
      const code = codeOf(scenario.send({ type, account, keySelector: 1, keyVersion: 1 }));
      assert.is(code === "outOfScope", (scope & needed) === 0, `scope ${scope} type ${type}: ${code}`);
    }
  }
});

test("ownerKeyOnly: no trading key names its successor, whatever its scope", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  scenario.setTradingKey(account, 255);
  const request = { type: WordType.setTradingKey, account, keySelector: 1, keyVersion: 1 };
  assert.is(codeOf(scenario.send(request)), "ownerKeyOnly");
});

test("keyExpired, outOfScope, ownerKeyOnly: a trading key that may not sign burns neither nonce nor money", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  scenario.setTradingKey(account, Scope.cancel, START + 1);
  const byKey = { account, keySelector: 1, keyVersion: 1, nonce: 0 };
  const before = structuredClone(scenario.account(account));
  const [outOfScope] = scenario.send({ type: WordType.place, ...byKey });
  const [ownerKeyOnly] = scenario.send({ type: WordType.setTradingKey, ...byKey });
  scenario.tick(1, 0, 0);
  const [keyExpired] = scenario.send({ type: WordType.cancelAll, ...byKey });
  assert.equal(
    [outOfScope, ownerKeyOnly, keyExpired].map((step) => step!.code),
    ["outOfScope", "ownerKeyOnly", "keyExpired"],
  );
  assert.equal(scenario.account(account), before);
});

test("staleMarket: who holds a position there withdraws and transfers nothing until a fresh price lands", () => {
  const scenario = new Scenario();
  const [account, other] = [scenario.register(RICH), scenario.register(RICH)];
  scenario.takePosition(account, 5);
  scenario.tick(60, null, 0);
  assert.is(codeOf(scenario.withdraw(account, 1n)), null);
  scenario.tick(1, null, 0);
  assert.is(codeOf(scenario.withdraw(account, 1n)), "staleMarket");
  assert.is(codeOf(scenario.transfer(account, other, 1n)), "staleMarket");
  assert.is(codeOf(scenario.withdraw(other, 1n)), null);
  assert.is(codeOf(scenario.transfer(other, account, 1n)), null);
  scenario.tick(1, 0, 0);
  assert.is(codeOf(scenario.withdraw(account, 1n)), null);
});

test("versionExhausted: the last version stays for ever", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  scenario.account(account).keyVersion = 2 ** 16 - 2;
  assert.is(codeOf(scenario.setTradingKey(account, 15)), null);
  assert.is(codeOf(scenario.setTradingKey(account, 15)), "versionExhausted");
});

test("belowRequirement: the largest withdrawal passes and one quantum more does not", () => {
  const scenario = new Scenario();
  const account = scenario.register(5000n);
  scenario.takePosition(account, 7);
  scenario.buy(account, 3, { price: 901 });
  scenario.tick(1, 3, 0);
  // Required: 7 * 1003 * 10% and 3 * 901 * 10%, together 972.4, so 973 have to stay.
  const equity = scenario.account(account).collateral + 7n * 1003n;
  const most = equity - 2n * FEE - 973n;
  assert.is(codeOf(scenario.withdraw(account, most + FEE + 1n)), "belowRequirement");
  const before = scenario.account(account).collateral;
  assert.is(codeOf(scenario.withdraw(account, most)), null);
  assert.is(scenario.account(account).collateral, before - FEE - most);
  assert.is(codeOf(scenario.withdraw(account, 1n)), "belowRequirement");
});

test("belowRequirement: a transfer obeys the same edge", () => {
  const scenario = new Scenario();
  const [account, target] = [scenario.register(1000n + 2n * FEE), scenario.register(0)];
  assert.is(codeOf(scenario.transfer(account, target, 1001n + FEE)), "belowRequirement");
  assert.is(codeOf(scenario.transfer(account, target, 1000n)), null);
  assert.is(scenario.account(account).collateral, 0n);
  assert.is(scenario.account(target).collateral, 1000n);
});

/** Bought 150 lots at 1000 of somebody who had 20,000 and owes 45,000 since the price is 1300. */
function withInsolventShort() {
  const scenario = new Scenario();
  const [long, short] = [scenario.register(20_000), scenario.register(20_000)];
  scenario.sell(short, 150);
  scenario.buy(long, 150);
  scenario.tick(3, 300, 0);
  return { scenario, long, short };
}

test("beyondCustody: an account takes out all that was paid in, and no quantum more, whatever it has won on paper", () => {
  const { scenario, long } = withInsolventShort();
  assert.is(scenario.exchange.machine.custody, 40_000n);
  // Equity of 64,990 leaves 45,490 beside the requirement of 19,500; but no more than 40,000 was ever paid in.
  assert.is(codeOf(scenario.withdraw(long, 45_000n)), "beyondCustody");
  assert.is(codeOf(scenario.withdraw(long, 40_001n)), "beyondCustody");
  assert.is(codeOf(scenario.withdraw(long, 40_000n)), null);
  assert.is(scenario.exchange.machine.custody, 0n);
  assert.is(codeOf(scenario.withdraw(long, 1n)), "beyondCustody");
  assert.is(codeOf(scenario.withdraw(long, 0n)), null);
});

test("beyondCustody: what others pay in can be taken out, a transfer takes nothing out, and the requirement comes first", () => {
  const { scenario, long, short } = withInsolventShort();
  scenario.withdraw(long, 40_000n);
  scenario.run(encodeWord({ type: WordType.deposit, l1: 1, account: short, ...amountFields(7n) }));
  scenario.register(100n);
  assert.is(codeOf(scenario.transfer(long, short, 200n)), null);
  assert.is(codeOf(scenario.withdraw(long, 108n)), "beyondCustody");
  assert.is(codeOf(scenario.withdraw(long, 107n)), null);
  assert.is(codeOf(scenario.withdraw(long, 1_000_000n)), "belowRequirement");
});

test("custodyLimit: deposits fill custody up to 2^96 - 1; registrations are never refused, and money still leaves", () => {
  const scenario = new Scenario();
  const [account, other] = [scenario.register(RICH), scenario.register(RICH)];
  const { machine } = scenario.exchange;
  const deposit = (amount: bigint) =>
    codeOf(scenario.run(encodeWord({ type: WordType.deposit, l1: 1, account, ...amountFields(amount) })));
  machine.custody = pow2(96) - 10n;
  scenario.account(account).collateral = pow2(94) - 10n;
  assert.is(deposit(10n), "collateralLimit");
  scenario.account(account).collateral = 0n;
  assert.is(deposit(10n), "custodyLimit");
  assert.is(deposit(9n), null);
  assert.is(machine.custody, pow2(96) - 1n);
  scenario.register(pow2(64) - 1n);
  assert.is(machine.custody, pow2(96) + pow2(64) - 2n);
  assert.is(deposit(0n), "custodyLimit");
  assert.is(codeOf(scenario.withdraw(other, 5n)), null);
  assert.is(machine.custody, pow2(96) + pow2(64) - 7n);
});

test("badTarget: nobody, oneself, or an account that does not exist yet", () => {
  const scenario = new Scenario();
  const [account, target] = [scenario.register(RICH), scenario.register(0)];
  for (const wrong of [0, account, target + 1, 2 ** 20 - 1])
    assert.is(codeOf(scenario.transfer(account, wrong, 1n)), "badTarget");
  assert.is(codeOf(scenario.transfer(account, target, 1n)), null);
});

test("noSuchOrder: an empty slot cannot be cancelled or expired, nor a slot twice", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  const cancel = { type: WordType.cancel, account, slot: 4 };
  assert.is(codeOf(scenario.send(cancel)), "noSuchOrder");
  assert.is(codeOf(scenario.run(encodeWord({ ...cancel, type: WordType.expire }))), "noSuchOrder");
  scenario.buy(account, 2, { slot: 4 });
  assert.is(codeOf(scenario.send(cancel)), null);
  assert.is(codeOf(scenario.send(cancel)), "noSuchOrder");
});

test("notDead: anyone may sweep up an order from its expiry on, not a second before", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  scenario.buy(account, 2, { slot: 4, expiry: START + 2 });
  const expire = encodeWord({ type: WordType.expire, account, slot: 4 });
  scenario.tick(1, 0, 0);
  assert.is(codeOf(scenario.run(expire)), "notDead");
  scenario.tick(1, 0, 0);
  assert.is(codeOf(scenario.run(expire)), null);
  assert.is(scenario.account(account).reserved, 0n);
});

test("generationExhausted: the last generation cannot be cancelled away", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  scenario.account(account).generation = 2 ** 24 - 2;
  assert.is(codeOf(scenario.send({ type: WordType.cancelAll, account })), null);
  assert.is(codeOf(scenario.send({ type: WordType.cancelAll, account })), "generationExhausted");
});

test("collateralLimit: deposits and transfers fill an account up to 2^94 - 1", () => {
  const limit = pow2(94);
  const scenario = new Scenario();
  const [rich, poor] = [scenario.register(RICH), scenario.register(RICH)];
  const deposit = (amount: bigint) =>
    codeOf(
      scenario.run(encodeWord({ type: WordType.deposit, l1: 1, account: rich, ...amountFields(amount) })),
    );
  scenario.account(rich).collateral = limit - 10n;
  assert.is(deposit(10n), "collateralLimit");
  assert.is(codeOf(scenario.transfer(poor, rich, 10n)), "collateralLimit");
  assert.is(deposit(9n), null);
  assert.is(scenario.account(rich).collateral, limit - 1n);
});

test("unknownAccount: only registered accounts receive deposits", () => {
  const scenario = new Scenario();
  const account = scenario.register(0);
  const deposit = (to: number) =>
    codeOf(scenario.run(encodeWord({ type: WordType.deposit, l1: 1, account: to, price: 5 })));
  for (const wrong of [0, account + 1, 2 ** 20 - 1]) assert.is(deposit(wrong), "unknownAccount");
  assert.is(deposit(account), null);
  assert.is(scenario.account(account).collateral, 5n);
});

test("outOfTurn: accounts are registered one after another, never again", () => {
  const scenario = new Scenario();
  const first = scenario.register(77);
  const register = (account: number) =>
    codeOf(scenario.run(encodeWord({ type: WordType.register, l1: 1, account, price: 5 })));
  for (const wrong of [0, first, first + 2]) assert.is(register(wrong), "outOfTurn");
  assert.is(scenario.account(first).collateral, 77n);
  assert.is(register(first + 1), null);
});

test("outOfTurn: the last account number can be given, and then none", () => {
  const scenario = new Scenario();
  scenario.exchange.machine.nextAccount = 2 ** 20 - 1;
  const register = (account: number) =>
    codeOf(scenario.run(encodeWord({ type: WordType.register, l1: 1, account, price: 5 })));
  assert.is(register(2 ** 20 - 1), null);
  assert.is(register(0), "outOfTurn");
  assert.is(register(2 ** 20 - 1), "outOfTurn");
});

test("clockNotAdvanced: the clock only goes forward", () => {
  const scenario = new Scenario();
  for (const elapsed of [0, -1, -START]) assert.is(codeOf(scenario.tick(elapsed, 0, 0)), "clockNotAdvanced");
  assert.is(codeOf(scenario.tick(1, 0, 0)), null);
});

test("moveTooLarge: the most per elapsed second passes, one tick more does not, either way", () => {
  for (const sign of [-1, 1]) {
    const scenario = new Scenario();
    assert.is(codeOf(scenario.tick(3, sign * 301, 0)), "moveTooLarge");
    assert.is(codeOf(scenario.tick(3, 0, sign * 301)), "moveTooLarge");
    assert.is(codeOf(scenario.tick(3, sign * 300, 0)), null);
    assert.is(scenario.market().oraclePrice, PRICE + sign * 300);
  }
});

test("moveTooLarge: a market without a fresh price does not move at all", () => {
  const scenario = new Scenario();
  const word = encodeTick({ time: START + 5, deltas: [1, 0] });
  const notFresh = word & ~(1n << BigInt(TICK_FRESH_OFFSET));
  assert.is(codeOf(scenario.run(notFresh)), "moveTooLarge");
  assert.is(scenario.market().oraclePrice, PRICE);
});

test("moveTooLarge: one bad move refuses the whole tick", () => {
  const scenario = new Scenario();
  scenario.tick(1, 50, 101);
  assert.is(scenario.market(0).oraclePrice, PRICE);
  assert.is(scenario.exchange.machine.time, START);
});

test("priceOutOfRange: the price stays between 1 and 2^32 - 1", () => {
  const scenario = new Scenario();
  assert.is(codeOf(scenario.tick(10, -PRICE, 0)), "priceOutOfRange");
  assert.is(codeOf(scenario.tick(10, -PRICE + 1, 0)), null);
  scenario.market().oraclePrice = 2 ** 32 - 2;
  assert.is(codeOf(scenario.tick(1, 2, 0)), "priceOutOfRange");
  assert.is(codeOf(scenario.tick(1, 1, 0)), null);
});

test.run();
