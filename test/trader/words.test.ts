import { test } from "uvu";
import * as assert from "uvu/assert";
import { amountOf, decodeWord, targetOf } from "../../sequencer/exchange/word.ts";
import { hasSpareBits } from "../../sequencer/ordering/word-masks.ts";
import { cancelAllWord } from "../../trader/sdk/cancel-all-word.ts";
import { cancelWord } from "../../trader/sdk/cancel-word.ts";
import { countUnits, formatUnits } from "../../trader/sdk/decimal.ts";
import { formatQuanta, toQuanta } from "../../trader/sdk/money.ts";
import { type PlaceOptions, placeWord } from "../../trader/sdk/place-word.ts";
import { TraderError } from "../../trader/sdk/trader-error.ts";
import { tradingKeyWords } from "../../trader/sdk/trading-key-words.ts";
import { transferWord } from "../../trader/sdk/transfer-word.ts";
import { withdrawWord } from "../../trader/sdk/withdraw-word.ts";

const units = { market: 1, symbol: "ETH-USD", tickSize: "0.05", lotSize: "0.00002" };
const signer = { account: 2 ** 20 - 1, nonce: 2 ** 32 - 1, tradingKeyVersion: 2 ** 16 - 1 };
const order: PlaceOptions = { ...signer, units, slot: 255, side: "sell", price: "2500.05", size: "1.5" };

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof TraderError) return error.code;
    throw error;
  }
  return "nothing thrown";
}

test("an order's word holds what was said, in ticks and lots", () => {
  const expiry = 2 ** 32 - 1;
  const fields = decodeWord(placeWord({ ...order, reduceOnly: true, postOnly: true, expiry }));
  assert.equal(
    [fields.account, fields.nonce, fields.keySelector, fields.keyVersion],
    [2 ** 20 - 1, 2 ** 32 - 1, 1, 65_535],
  );
  assert.equal(
    [fields.slot, fields.market, fields.side, fields.price, fields.size],
    [255, 1, 1, 50_001, 75_000],
  );
  assert.equal(
    [fields.reduceOnly, fields.postOnly, fields.immediateOrCancel, fields.expiry],
    [1, 1, 0, expiry],
  );
});

test("the owner's key is selector 0 with version 0", () => {
  const { keySelector, keyVersion } = decodeWord(cancelWord({ account: 1, nonce: 0, slot: 0 }));
  assert.equal([keySelector, keyVersion], [0, 0]);
});

test("a price between two ticks and a size between two lots are refused, whatever is near", () => {
  for (const price of ["2500.04", "2500.051", "0.01", "2500.0500000001"])
    assert.is(
      codeOf(() => placeWord({ ...order, price })),
      "OFF_TICK",
      price,
    );
  for (const size of ["0.00001", "1.000001"])
    assert.is(
      codeOf(() => placeWord({ ...order, size })),
      "OFF_LOT",
      size,
    );
  assert.is(decodeWord(placeWord({ ...order, price: "2500.0500" })).price, 50_001);
});

test("zero, and what does not fit 32 bits, are refused; the largest that fits passes", () => {
  const largest = formatUnits({ count: 2 ** 32 - 1, unit: units.tickSize });
  const tooLarge = formatUnits({ count: 2 ** 32, unit: units.tickSize });
  assert.is(decodeWord(placeWord({ ...order, price: largest })).price, 2 ** 32 - 1);
  for (const price of ["0", "0.00", tooLarge, "9".repeat(40)])
    assert.match(
      codeOf(() => placeWord({ ...order, price })),
      /OUT_OF_RANGE|OFF_TICK/,
      price,
    );
  assert.is(
    codeOf(() => placeWord({ ...order, slot: 256 })),
    "OUT_OF_RANGE",
  );
  assert.is(
    codeOf(() => placeWord({ ...order, account: 2 ** 20 })),
    "OUT_OF_RANGE",
  );
  assert.is(
    codeOf(() => placeWord({ ...order, nonce: -1 })),
    "OUT_OF_RANGE",
  );
  assert.is(
    codeOf(() => placeWord({ ...order, expiry: 1.5 })),
    "OUT_OF_RANGE",
  );
});

test("what is no number is not guessed at", () => {
  for (const price of ["", "1e3", "-5", "+5", "1,000", ".5", "5.", "0x10", " 5", "NaN", "1".repeat(41)])
    assert.is(
      codeOf(() => placeWord({ ...order, price })),
      "BAD_NUMBER",
      price,
    );
});

test("an immediate order is never post-only", () => {
  assert.is(
    codeOf(() => placeWord({ ...order, time: "immediate", postOnly: true })),
    "BAD_FLAGS",
  );
  assert.is(decodeWord(placeWord({ ...order, time: "immediate" })).immediateOrCancel, 1);
});

test("amounts of money take 64 bits and no more", () => {
  const most = 2n ** 64n - 1n;
  assert.is(amountOf(withdrawWord({ ...signer, quanta: most })), most);
  assert.is(
    codeOf(() => withdrawWord({ ...signer, quanta: most + 1n })),
    "OUT_OF_RANGE",
  );
  const transfer = transferWord({ ...signer, quanta: most, to: 2 ** 20 - 1 });
  assert.equal([amountOf(transfer), targetOf(transfer)], [most, 2 ** 20 - 1]);
  assert.is(
    codeOf(() => transferWord({ ...signer, quanta: 1n, to: 2 ** 20 })),
    "OUT_OF_RANGE",
  );
  assert.is(toQuanta({ amount: "18446744073709.551615", decimals: 6 }), most);
  assert.is(
    codeOf(() => toQuanta({ amount: "18446744073709.551616", decimals: 6 })),
    "OUT_OF_RANGE",
  );
  assert.is(
    codeOf(() => toQuanta({ amount: "0.0000001", decimals: 6 })),
    "OFF_QUANTUM",
  );
  assert.is(
    codeOf(() => toQuanta({ amount: "0", decimals: 6 })),
    "OUT_OF_RANGE",
  );
});

test("every word of the SDK passes the sequencer's masks: no bit is set that its type does not use", () => {
  const words = [
    placeWord({ ...order, postOnly: true, reduceOnly: true, expiry: 2 ** 32 - 1 }),
    placeWord({ ...order, time: "immediate" }),
    cancelWord({ ...signer, slot: 255 }),
    cancelAllWord(signer),
    withdrawWord({ ...signer, quanta: 2n ** 64n - 1n }),
    transferWord({ ...signer, quanta: 2n ** 64n - 1n, to: 2 ** 20 - 1 }),
    ...tradingKeyWords({
      account: 2 ** 20 - 1,
      nonce: 2 ** 32 - 1,
      keyHash: 2n ** 254n,
      scope: ["place", "cancel", "withdraw", "transfer"],
      expiry: 2 ** 32 - 1,
    }),
  ];
  for (const word of words) assert.not.ok(hasSpareBits(Number(word & 31n), word), word.toString(16));
});

test("units count and print exactly, also below zero and without decimals", () => {
  const cases: [count: bigint, unit: string, text: string][] = [
    [0n, "0.5", "0.0"],
    [-1n, "0.05", "-0.05"],
    [7n, "25", "175"],
    [2n ** 64n, "0.000001", "18446744073709.551616"],
  ];
  for (const [count, unit, text] of cases) {
    assert.is(formatUnits({ count, unit }), text);
    if (count >= 0n) assert.is(countUnits({ value: text, unit }), count);
  }
  assert.is(formatQuanta({ quanta: 5n, decimals: 0 }), "5");
});

test.run();
