/** Owner keys from L1, trading keys from their owners, and the payload words that carry both. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { keyFromHalves } from "../../sequencer/exchange/field.ts";
import { encodePayload, encodeWord, Scope, WordType } from "../../sequencer/exchange/word.ts";
import { Scenario, START } from "./scenario.ts";

const RICH = 1_000_000;
const { payloadHigh, payloadLow } = WordType;

test("registering takes the owner key from the words before it and clears them", () => {
  const scenario = new Scenario();
  scenario.run(encodePayload(payloadHigh, 3n, true));
  scenario.run(encodePayload(payloadLow, 4n, true));
  scenario.run(encodeWord({ type: WordType.register, l1: 1, account: 1, price: 50 }));
  const { ownerKey, collateral, tradingKey, keyVersion } = scenario.account(1);
  assert.equal([ownerKey, collateral, tradingKey, keyVersion], [keyFromHalves(3n, 4n), 50n, 0n, 0]);
  scenario.run(encodeWord({ type: WordType.register, l1: 1, account: 2, price: 50 }));
  assert.is(scenario.account(2).ownerKey, 0n);
  assert.is(scenario.exchange.machine.l1Consumed, 4);
});

test("payload words of traders do not reach a registration, nor those of L1 a trading key", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  scenario.run(encodePayload(payloadHigh, 1n, true));
  scenario.run(encodePayload(payloadLow, 2n, true));
  scenario.run(encodePayload(payloadHigh, 5n, false));
  scenario.run(encodePayload(payloadLow, 6n, false));
  scenario.send({ type: WordType.setTradingKey, account, slot: 15 });
  assert.is(scenario.account(account).tradingKey, keyFromHalves(5n, 6n));
  scenario.run(encodeWord({ type: WordType.register, l1: 1, account: account + 1, price: 5 }));
  assert.is(scenario.account(account + 1).ownerKey, keyFromHalves(1n, 2n));
});

test("a new trading key has the next version, its own scope and expiry, and uses its payload up", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  scenario.setTradingKey(account, Scope.place, START + 9);
  const { tradingKey, keyVersion, scope, keyExpiry } = scenario.account(account);
  assert.equal(
    [tradingKey, keyVersion, scope, keyExpiry],
    [keyFromHalves(7n, 9n), 1, Scope.place, START + 9],
  );
  scenario.send({ type: WordType.setTradingKey, account });
  assert.is(scenario.account(account).tradingKey, 0n);
  assert.is(scenario.account(account).keyVersion, 2);
});

test("the first trading key of an account signs with version 1", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  scenario.setTradingKey(account, Scope.cancel);
  const [step] = scenario.send({ type: WordType.cancelAll, account, keySelector: 1, keyVersion: 1 });
  assert.is(step!.code, null);
});

test("replacing the key makes requests signed before worthless, and cancelling still works by the owner", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  scenario.setTradingKey(account, Scope.place);
  const place = encodeWord({
    type: WordType.place,
    account,
    slot: 1,
    price: 1000,
    size: 5,
    nonce: 9,
    keySelector: 1,
    keyVersion: 1,
  });
  scenario.setTradingKey(account, Scope.place);
  assert.is(scenario.run(place)[0]!.code, "staleKey");
  scenario.buy(account, 5, { slot: 1 });
  assert.is(scenario.send({ type: WordType.cancel, account, slot: 1 })[0]!.code, null);
});

test("a word that nobody signed is dropped: nonce, money and orders stay", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  const before = structuredClone(scenario.account(account));
  const word = encodeWord({ type: WordType.place, account, slot: 1, price: 1000, size: 5 });
  assert.is(scenario.run(word, false)[0]!.outcome, 2);
  assert.equal(scenario.account(account), before);
  assert.is(scenario.run(word, true)[0]!.code, null);
});

test("the two keys count nonces apart: a trading key that jumps to the last nonce leaves the owner's all free", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  scenario.setTradingKey(account, Scope.cancel);
  const cancelAll = { type: WordType.cancelAll, account };
  const last = { ...cancelAll, keySelector: 1, keyVersion: 1, nonce: 2 ** 32 - 1 };
  assert.is(scenario.send(last)[0]!.code, null);
  assert.is(scenario.send({ ...last, nonce: 5 })[0]!.code, "usedNonce");
  assert.is(scenario.send({ ...cancelAll, nonce: 5 })[0]!.code, null);
  assert.is(scenario.send({ ...cancelAll, nonce: 5 })[0]!.code, "usedNonce");
});

test("a new trading key has used no nonce, and what the old one signed stays refused", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  scenario.setTradingKey(account, Scope.cancel);
  const by = (keyVersion: number) =>
    scenario.send({ type: WordType.cancelAll, account, keySelector: 1, keyVersion, nonce: 3 })[0]!.code;
  assert.equal([by(1), by(1)], [null, "usedNonce"]);
  scenario.send({ type: WordType.setTradingKey, account, slot: Scope.cancel, nonce: 100 });
  assert.equal([by(1), by(2), by(2)], ["staleKey", null, "usedNonce"]);
});

test.run();
