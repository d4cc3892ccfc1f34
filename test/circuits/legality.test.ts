/** Legality of a fill is the machine's rule, on random fills and at the very edge; its one hint cannot lie. */
import { readFile } from "node:fs/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { toField } from "../../sequencer/exchange/field.ts";
import { POSITION_BITS } from "../../sequencer/exchange/limits.ts";
import {
  type Change,
  collateralAfter,
  isLegal,
  marginOf,
  withinCollateral,
} from "../../sequencer/exchange/margin.ts";
import { type Account, emptyAccount, genesisMarkets, type Market } from "../../sequencer/exchange/state.ts";
import { testGenesis } from "../generate/genesis.ts";
import { Random, testSeed } from "../generate/random.ts";
import { Gadget } from "./gadget.ts";

const test = suite("legality");
const random = new Random(testSeed("legality"));
const IDLE = {
  ...{ size: 0n, magnitude: 0n, sign: 0n, lots: 1n, price: 1n, oraclePrice: 1n, initialFraction: 0n },
  ...{ maintenanceFraction: 0n, equity: 0n, initial: 0n, maintenance: 0n, reserved: 0n, collateralFits: 1n },
};
const TEXT = `pragma circom 2.2.0;
include "margin.circom";`;
const honest = await Gadget.compile("test-legality", TEXT, "Legality", IDLE);

interface Fill {
  readonly account: Account;
  readonly markets: Market[];
  readonly change: Change;
}

/** The inputs of the template, as match.circom makes them. */
function inputsOf({ account, markets, change }: Fill) {
  const market = markets[change.market]!;
  const { equity, initial, maintenance } = marginOf(account, markets);
  const size = account.sizes[change.market]!;
  return {
    size: toField(BigInt(size)),
    magnitude: BigInt(Math.abs(size)),
    sign: size < 0 ? 1n : 0n,
    lots: toField(BigInt(change.lots)),
    price: BigInt(change.price),
    oraclePrice: BigInt(market.oraclePrice),
    initialFraction: BigInt(market.parameters.initialFraction),
    maintenanceFraction: BigInt(market.parameters.maintenanceFraction),
    equity: toField(equity),
    initial,
    maintenance,
    reserved: change.reserved,
    collateralFits: withinCollateral(collateralAfter(account, market, change)) ? 1n : 0n,
  };
}

const judge = ({ account, markets, change }: Fill): boolean =>
  isLegal(account, markets, marginOf(account, markets), 0n, change);

/** A fill whose account has about as much as it needs: the rule's two sides are apart by a few quanta. */
function someFill(): Fill {
  const markets = genesisMarkets(testGenesis(2));
  for (const market of markets)
    market.oraclePrice = random.pick([1, random.between(1, 5000), 2 ** 32 - 1, random.bits32() || 1]);
  const largest = 2 ** POSITION_BITS - 1;
  const size = () => random.pick([0, 1, -1, random.between(-50, 50), largest, -largest, random.bits32()]);
  const sizes = [size(), random.pick([0, size()])];
  const lots = random.pick([1, -1, -sizes[0]!, random.between(-60, 60), random.bits32(), -random.bits32()]);
  const price = random.pick([markets[0]!.oraclePrice, random.between(1, 5000), random.bits32() || 1]);
  const bounded = Math.max(1 - 2 ** 32, Math.min(2 ** 32 - 1, lots)) || 1;
  const reserved = random.pick([0n, BigInt(random.below(100_000))]);
  const change = { market: 0, lots: bounded, price, reserved };
  const account = { ...emptyAccount(2), sizes };
  const { equity, initial } = marginOf(account, markets);
  const gain = BigInt(bounded) * BigInt(markets[0]!.oraclePrice - price);
  const needed = random.pick([0n, initial / 10_000n, initialAfter(sizes[0]!, markets[0]!, change, initial)]);
  account.collateral = needed - equity - random.pick([0n, gain]) + BigInt(random.between(-2, 2));
  return { account, markets, change };
}

function initialAfter(size: number, market: Market, { lots, reserved }: Change, initial: bigint): bigint {
  const grown = BigInt(Math.abs(size + lots) - Math.abs(size)) * BigInt(market.oraclePrice);
  return (initial + grown * BigInt(market.parameters.initialFraction) + reserved) / 10_000n;
}

test("a fill is legal in the circuit exactly when it is in the machine", async () => {
  const seen = { legal: 0, illegal: 0 };
  for (let i = 0; i < 1500; i++) {
    const fill = someFill();
    const answer = await honest.ask(inputsOf(fill));
    const legal = judge(fill);
    assert.ok(answer !== null, "no witness for a hypothetical fill");
    const what = JSON.stringify(fill, (_, value) => (typeof value === "bigint" ? `${value}` : value));
    assert.is(answer!("isLegal"), legal ? 1n : 0n, what);
    const after = fill.account.sizes[0]! + fill.change.lots;
    assert.is(answer!("magnitudeAfter"), BigInt(Math.abs(after)), what);
    assert.is(answer!("signAfter"), after < 0 ? 1n : 0n, what);
    seen[legal ? "legal" : "illegal"] += 1;
  }
  console.log(seen);
  assert.ok(seen.legal > 200 && seen.illegal > 200);
});

test("one quantum decides: covered, solvent, ratio kept", async () => {
  const markets = genesisMarkets(testGenesis(1));
  const [market] = markets;
  const { oraclePrice } = market!;
  const at = async (sizes: number[], collateral: bigint, lots: number, price = oraclePrice) => {
    const fill: Fill = {
      account: { ...emptyAccount(1), sizes, collateral },
      markets,
      change: { market: 0, lots, price, reserved: 0n },
    };
    const answer = (await honest.ask(inputsOf(fill)))!("isLegal");
    assert.is(answer, judge(fill) ? 1n : 0n);
    return answer === 1n;
  };
  // 10% of 10 lots at the oracle price.
  const needed = BigInt(oraclePrice);
  assert.ok(await at([0], needed, 10));
  assert.not(await at([0], needed - 1n, 10));
  // Long 10 with nothing but its worth: any equity from 0 on may reduce at the oracle price, a negative one never.
  const worth = -10n * BigInt(oraclePrice);
  assert.ok(await at([10], worth, -5));
  assert.not(await at([10], worth - 1n, -5));
  // Selling below the oracle price costs equity: with 10 left per lot at most 1 a lot, or the ratio falls.
  assert.ok(await at([10], worth + 100n, -5, oraclePrice - 10));
  assert.not(await at([10], worth + 100n, -5, oraclePrice - 11));
  // A reduction that goes through zero is no reduction.
  assert.not(await at([10], worth + 100n, -11));
});

test("the size after a fill has one sign and one magnitude, whatever the generator hints", async () => {
  const source = await readFile(new URL("../../circuits/margin.circom", import.meta.url), "utf8");
  const hint = "signAfter <-- sizeAfter < 0 ? 1 : 0;";
  assert.ok(source.includes(hint));
  const text = source.replace(hint, "signAfter <-- sizeAfter < 0 ? 0 : 1;");
  const lying = await Gadget.compile("test-lying-legality", text, "Legality", IDLE);
  assert.is(lying.hash, honest.hash, "a hint is no constraint");
  const cases = [
    { size: 5, lots: 3 },
    { size: -5, lots: 3 },
    { size: 5, lots: -5 },
    { size: -5, lots: 5 },
    { size: 0, lots: 2 ** 32 - 1 },
  ];
  for (const { size, lots } of cases) {
    const inputs = {
      size: toField(BigInt(size)),
      magnitude: BigInt(Math.abs(size)),
      sign: size < 0 ? 1n : 0n,
      lots: toField(BigInt(lots)),
    };
    assert.ok((await honest.ask(inputs)) !== null, `${size} + ${lots}`);
    assert.is(await lying.ask(inputs), null, `${size} + ${lots}: the other sign`);
  }
});

test.run();
