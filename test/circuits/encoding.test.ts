/** Circuits and machine pack and hash the state alike: random values through both. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  accountInputs,
  machineInputs,
  marketInputs,
  orderLeaf,
  packedKey,
  packedLink,
  packedNonces,
  packedSigns,
  packedTaker,
  positionsInputs,
} from "../../sequencer/exchange/encode.ts";
import { toField } from "../../sequencer/exchange/field.ts";
import { pow2 } from "../../sequencer/exchange/limits.ts";
import {
  type Account,
  emptyAccount,
  type Machine,
  type Market,
  type Order,
  type Taker,
} from "../../sequencer/exchange/state.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { StateTree } from "../../sequencer/state-tree/state-tree.ts";
import { Random, testSeed } from "../generate/random.ts";
import { Gadget } from "./gadget.ts";

const test = suite("encoding");
const random = new Random(testSeed("encoding"));
const poseidon = await loadPoseidon();

const MARKETS = 3;
const bits = (width: number): number => Number(random.bigint(width));
const signed = (width: number): bigint => random.bigint(width) * random.pick([1n, -1n]);
const someLink = () => ({ account: bits(20), slot: bits(8), price: bits(32) });
const order = (): Order => ({
  ...{ market: bits(4), side: random.pick([0, 1]), reduceOnly: random.chance(0.5), price: bits(32) },
  ...{ remaining: bits(32), expiry: bits(32), generation: bits(24), fraction: bits(14) },
  next: random.chance(0.7) ? someLink() : null,
});
const usedNonces = () => ({ window: bits(27), bits: bits(32), previousBits: bits(32) });
const account = (): Account => ({
  ...emptyAccount(MARKETS),
  ...{ ownerKey: random.bigint(253), tradingKey: random.bigint(253), reserved: random.bigint(86) },
  ...{ keyVersion: bits(16), scope: bits(8), keyExpiry: bits(32), collateral: signed(94) },
  ...{ generation: bits(24), ownerNonces: usedNonces(), tradingNonces: usedNonces() },
  sizes: Array.from({ length: MARKETS }, () => Number(signed(40))),
  fundings: Array.from({ length: MARKETS }, () => Number(signed(40))),
});
const market = (): Market => ({
  parameters: {
    ...{ initialFraction: bits(14), maintenanceFraction: bits(14), collarFraction: bits(14) },
    ...{ maxMovePerSecond: bits(32), maxOracleAge: bits(32), minOrderValue: random.bigint(64) },
    openInterestCap: bits(52),
  },
  ...{ oraclePrice: bits(32), oracleTime: bits(32), fundingIndex: Number(signed(40)) },
  ...{ fundingClearing: signed(90), premiumAccumulator: signed(90), openInterest: bits(52) },
  ...{ insurance: signed(90), bestBid: someLink(), bestAsk: random.chance(0.5) ? someLink() : null },
});
const taker = (): Taker => ({
  ...{ ...someLink(), market: bits(4), side: random.pick([0, 1]) },
  ...{ immediateOrCancel: random.chance(0.5), reduceOnly: random.chance(0.5) },
  ...{ remaining: bits(32), expiry: bits(32) },
});
const machine = (): Machine => ({
  ...{ domain: random.bigint(248), requestFee: random.bigint(64), time: bits(32), nextAccount: bits(20) },
  ...{ l1Consumed: bits(50), fees: random.bigint(90), custody: random.bigint(97) },
  payloadHigh: random.bigint(128),
  ...{ payloadLow: random.bigint(128), l1PayloadHigh: random.bigint(128), l1PayloadLow: random.bigint(128) },
  taker: random.chance(0.7) ? taker() : null,
});

const ORDER_FIELDS = "occupied market side reduceOnly price remaining expiry generation fraction".split(" ");
const TAKER_FIELDS =
  "active account slot market side immediateOrCancel reduceOnly price remaining expiry".split(" ");
const PARAMETERS = (
  "initialFraction maintenanceFraction collarFraction maxMovePerSecond maxOracleAge minOrderValue " +
  "openInterestCap"
).split(" ");
const LINK_FIELDS = "has account slot price packed".split(" ");

const outputs = (prefix: string, from: string, names: readonly string[]): string =>
  names.map((name) => `    signal output ${prefix}_${name} <== ${from}.${name};`).join("\n");

const STATE_TEXT = `pragma circom 2.2.0;
include "account.circom";
include "globals.circom";
include "order.circom";
template State() {
    signal input orderLeaf;
    component order = UnpackOrder();
    order.in <== orderLeaf;
${outputs("order", "order.out", ORDER_FIELDS)}
${outputs("next", "order.out.next", LINK_FIELDS)}
    signal input link;
    component unpacked = UnpackLink();
    unpacked.in <== link;
${outputs("link", "unpacked.out", LINK_FIELDS)}
    signal output repacked <== PackLink()(unpacked.out.account, unpacked.out.slot, unpacked.out.price);
    signal input account[ACCOUNT_FIELDS(${MARKETS})];
    signal input ordersRoot;
    component opened = AccountFromFields(${MARKETS});
    opened.in <== account;
    signal output accountLeaf <== AccountLeaf(${MARKETS})(opened.out, ordersRoot);
    component signs = UnpackSigns(${MARKETS});
    signs.account <== opened.out;
    signal output sizes[${MARKETS}] <== signs.sizes;
    signal output generation <== signs.generation;
    component key = UnpackKey();
    key.in <== opened.out.packedKey;
    signal output keyVersion <== key.version;
    signal output keyExpiry <== key.expiry;
    signal output tradingNonces <== key.nonces;
    signal output scope[4] <== key.scope;
    signal input accountsRoot;
    signal input machine[MACHINE_FIELDS()];
    signal input market[${MARKETS}][MARKET_FIELDS()];
    component state = StateRoot(${MARKETS});
    component registers = MachineFromFields();
    registers.in <== machine;
    state.machine <== registers.out;
    state.accountsRoot <== accountsRoot;
    component markets[${MARKETS}];
    for (var m = 0; m < ${MARKETS}; m++) {
        markets[m] = MarketFromFields();
        markets[m].in <== market[m];
        state.market[m] <== markets[m].out;
    }
    signal output stateRoot <== state.out;
${outputs("taker", "registers.out.taker", TAKER_FIELDS)}
${outputs("parameters", "markets[0].out.parameters", PARAMETERS)}
}
`;

const numbers = (value: unknown): bigint => BigInt(value as number | bigint | boolean);

const tree = new StateTree({ accountDepth: 3, orderDepth: 2, markets: MARKETS }, poseidon.hash);

const inputsOf = (a: Account, o: Order | undefined, markets: Market[], registers: Machine) => ({
  orderLeaf: orderLeaf(o),
  link: packedLink(o?.next ?? null),
  account: [...accountInputs(a, 0n, 0n).slice(0, 7), ...positionsInputs(a)],
  ordersRoot: 0n,
  accountsRoot: tree.accountsRoot,
  machine: machineInputs(registers),
  market: markets.map(marketInputs),
});
const idle = inputsOf(account(), undefined, [market(), market(), market()], machine());
const circuit = await Gadget.compile("test-state", STATE_TEXT, "State", idle);

test("what is packed, what is hashed, in which order", async () => {
  for (let i = 0; i < 40; i++) {
    const [a, o, m, reg] = [account(), order(), [market(), market(), market()], machine()];
    const ordersRoot = random.bigint(253);
    const answer = (await circuit.ask({ ...inputsOf(a, o, m, reg), ordersRoot }))!;
    for (const name of ORDER_FIELDS.slice(1))
      assert.is(answer(`order_${name}`), numbers(o[name as keyof Order]), name);
    assert.is(answer("order_occupied"), 1n);
    for (const prefix of ["next", "link"]) {
      const { account, slot, price } = o.next ?? { account: 0, slot: 0, price: 0 };
      const expected = { has: o.next !== null, account, slot, price, packed: packedLink(o.next) };
      for (const [name, value] of Object.entries(expected))
        assert.is(answer(`${prefix}_${name}`), numbers(value), `${prefix} ${name}`);
    }
    if (o.next !== null) assert.is(answer("repacked"), packedLink(o.next));
    assert.is(answer("accountLeaf"), tree.accountLeaf(a, ordersRoot));
    for (const [at, size] of a.sizes.entries()) assert.is(answer(`sizes[${at}]`), toField(BigInt(size)));
    for (const name of ["generation", "keyVersion", "keyExpiry"] as const)
      assert.is(answer(name), numbers(a[name]), name);
    assert.is(answer("tradingNonces"), packedNonces(a.tradingNonces));
    for (let bit = 0; bit < 4; bit++) assert.is(answer(`scope[${bit}]`), BigInt((a.scope >> bit) & 1));
    const exchange = { accounts: new Map(), markets: m, machine: reg } as never;
    assert.is(answer("stateRoot"), tree.stateRoot(exchange));
    const expected = reg.taker ?? ({} as Partial<Taker>);
    for (const name of TAKER_FIELDS.slice(1))
      assert.is(answer(`taker_${name}`), numbers(expected[name as keyof Taker] ?? 0), `taker ${name}`);
    assert.is(answer("taker_active"), reg.taker === null ? 0n : 1n);
    for (const name of PARAMETERS)
      assert.is(
        answer(`parameters_${name}`),
        numbers(m[0]!.parameters[name as keyof Market["parameters"]]),
        name,
      );
  }
});

test("a packed value with a bit too many has no witness", async () => {
  const a = account();
  const inputs = inputsOf(a, undefined, [market(), market(), market()], machine());
  assert.ok((await circuit.ask(inputs)) !== null);
  const account_ = (at: number, value: bigint) => ({ account: inputs.account.with(at, value) });
  const wide: Record<string, Record<string, unknown>> = {
    orderLeaf: { orderLeaf: pow2(202) },
    link: { link: pow2(61) },
    packedKey: account_(2, packedKey(a) + pow2(147)),
    packedSigns: account_(6, packedSigns(a) + pow2(32)),
    taker: { machine: inputs.machine.with(11, packedTaker(taker()) + pow2(132)) },
    parameters: { market: [inputs.market[0]!.with(9, pow2(222)), ...inputs.market.slice(1)] },
  };
  for (const [name, change] of Object.entries(wide))
    assert.is(await circuit.ask({ ...inputs, ...change }), null, name);
});

test.run();
