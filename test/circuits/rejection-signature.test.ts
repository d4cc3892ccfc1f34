/** Forged signatures: of strangers, over other words, off the curve, out of range, by keys of low order. */
import { babyjubjub } from "@noble/curves/misc.js";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Exchange } from "../../sequencer/exchange/exchange.ts";
import { Scope, WordType } from "../../sequencer/exchange/word.ts";
import { SUBGROUP_ORDER } from "../../sequencer/kernel/kernel.ts";
import { isOnCurve } from "../../sequencer/signature/eddsa.ts";
import { keyHash, type Point, type Signature } from "../../sequencer/signature/request.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { SigningKeys } from "../generate/signing.ts";
import { Court } from "./court.ts";
import { type Cheat, World } from "./world.ts";

const test = suite("forged signatures");
const [ALICE, BOB] = [1, 2] as const;
const court = await Court.open();
const poseidon = await loadPoseidon();
const world = World.genesis(poseidon).register(10_000).register(10_000);
const logged = world.withdraw(ALICE, 100n);
const { publicKey, signature } = logged.authority!;
const owner = (account: number) => ({ account, key: "owner" as const, version: 0 });

const Curve = babyjubjub.Point;

/** A point of order 8: the generator of the whole curve (EIP-2494), times the order of the subgroup. */
function pointOfOrderEight(): InstanceType<typeof Curve> {
  const generator = Curve.fromAffine({
    x: 995203441582195749578291179787384436505546430278305826713579947235728471134n,
    y: 5472060717959818805561601436314318772137091100104008585924551046643952123905n,
  });
  return generator.multiplyUnsafe(SUBGROUP_ORDER - 1n).add(generator);
}

const affine = (point: InstanceType<typeof Curve>): Point => {
  const { x, y } = point.toAffine();
  return [x, y];
};

/** All eight points whose order divides 8. */
function lowOrderPoints(): Point[] {
  const generator = pointOfOrderEight();
  const points = [Curve.ZERO];
  while (points.length < 8) points.push(points.at(-1)!.add(generator));
  return points.map(affine);
}

/** Shows another key or another signature for the same word. */
const shows = (authority: { publicKey?: Point; signature?: Signature }): Cheat => {
  const changed = { publicKey, signature, ...authority };
  return { logged: { ...logged, authority: changed } };
};

const refused = (cheat: Cheat, title: string, in_ = world) => court.rejects(in_, cheat, "rule", title);

/** Refused, and by constraints of these signals. */
async function refusedBy(cheat: Cheat, in_: World, title: string): Promise<string[]> {
  const claimed = in_.cheat(cheat);
  assert.is(await court.judge(claimed), "rule", title);
  return await court.brokenNames(claimed);
}

test("of a stranger, with the stranger's key or the owner's", async () => {
  await court.accepts(world, logged, "withdraw");
  const stranger = world.signed(logged.word, owner(BOB));
  await refused({ logged: stranger }, "own key");
  await refused(shows({ signature: stranger.authority!.signature }), "owner's key");
  await refused(shows({ publicKey: stranger.authority!.publicKey }), "owner's signature");
});

test("over another word, for another exchange, with another payload", async () => {
  const other = world.withdraw(ALICE, 99n).authority!;
  await refused(shows({ signature: other.signature }), "another amount");
  const keys = new SigningKeys(poseidon, world.exchange.machine.domain + 1n, 1);
  const abroad = keys.sign({
    word: logged.word,
    signer: owner(ALICE),
    signs: [logged.word],
    authentic: true,
  })!;
  assert.equal(abroad.publicKey, publicKey);
  await refused(shows({ signature: abroad.signature }), "another domain");
  const [high, low, command] = world.tradingKeyWords(ALICE, Scope.place, 777n);
  await court.accepts(world.fork().run(high!, low!), command!, "setTradingKey");
  for (const [h, l] of [
    [1n, 777n],
    [0n, 778n],
    [777n, 0n],
  ] as const) {
    const swapped = world.fork().run(world.payload(11, h, false), world.payload(12, l, false));
    await refused({ logged: command! }, `payload ${h}, ${l}`, swapped);
  }
  const queued = world.fork().run(world.payload(11, 0n, true), world.payload(12, 777n, true));
  await refused({ logged: command! }, "a payload of the L1 queue", queued);
});

test("of a trading key that is no longer the account's, or of the owner in its name", async () => {
  const two = world.fork().setTradingKey(ALICE, 15).setTradingKey(ALICE, 15);
  const word = two.command({ type: WordType.cancelAll, account: ALICE, keySelector: 1 });
  const key = (version: number) => ({ account: ALICE, key: "trading" as const, version });
  await court.accepts(two, two.signed(word, key(2)), "cancelAll");
  await refused({ logged: two.signed(word, key(1)) }, "the key before", two);
  await refused({ logged: two.signed(word, owner(ALICE)) }, "the owner", two);
  const asOwner = two.command({ type: WordType.cancelAll, account: ALICE });
  await refused({ logged: two.signed(asOwner, key(2)) }, "the trading key as owner", two);
});

test("with S above the order: the same signature written twice", async () => {
  const s = signature.s + SUBGROUP_ORDER;
  assert.ok(s < 2n ** 253n);
  await refused(shows({ signature: { ...signature, s } }), "S + order");
  await refused(shows({ signature: { ...signature, s: signature.s + 1n } }), "S + 1");
});

test("with R8 or A off the curve", async () => {
  const [x, y] = signature.r8;
  await refused(shows({ signature: { ...signature, r8: [x + 1n, y] } }), "R8");
  const off: Point = [publicKey[0], publicKey[1] + 1n];
  const owned = world.fork(({ accounts }: Exchange) => {
    accounts.get(ALICE)!.ownerKey = keyHash(poseidon.hash, off);
  });
  const cheat = shows({ publicKey: off });
  const names = await refusedBy(cheat, owned, "A");
  assert.ok(
    names.some((name) => name.includes("BabyCheck")),
    names.join(" "),
  );
});

/** With 8A the identity any R8 = S*B8 fits any word: whoever can show such a key needs no secret. */
const forgeryWithout = (secret: bigint): Signature => ({
  r8: affine(Curve.BASE.multiply(secret)),
  s: secret,
});

test("by a key of low order, under which every word is signed", async () => {
  for (const point of lowOrderPoints()) {
    assert.ok(isOnCurve(poseidon, point));
    const owned = world.fork(({ accounts }: Exchange) => {
      accounts.get(ALICE)!.ownerKey = keyHash(poseidon.hash, point);
    });
    const cheat = shows({ publicKey: point, signature: forgeryWithout(12345n) });
    const names = await refusedBy(cheat, owned, `A = ${point[0]}`);
    assert.ok(
      names.every((name) => !name.includes("eqCheck")),
      "the equation itself holds",
    );
  }
});

test.run();
