/**
 * The kernel on one core, beside circomlibjs and noble in the same run: microseconds of a signature check (a new key's, a
 * busy key's) and of Poseidon of 2, 4 and 16 inputs, alone and in plans; and the state tree, 1,000 random accounts of 2^20 changed at a time
 * (100 by noble, of which each then shares fewer nodes with others: a tenth more hashes).
 */
import { poseidon as noblePoseidon } from "@noble/curves/abstract/poseidon.js";
import { babyjubjub } from "@noble/curves/misc.js";
import { buildEddsa, buildPoseidon } from "circomlibjs";
import { HashDomain } from "../../sequencer/exchange/encode.ts";
import { HashPlan } from "../../sequencer/kernel/hash-plan.ts";
import { partialRounds, plainConstants } from "../../sequencer/kernel/poseidon-constants.ts";
import { publicKeyOf, sign } from "../../sequencer/signature/eddsa.ts";
import type { Point } from "../../sequencer/signature/request.ts";
import { type Hash, loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { Random } from "../generate/random.ts";
import { randomNumber } from "../kernel/numbers.ts";
import { microseconds } from "./kernel/timing.ts";
import { kernelTreeUpdates, plainTreeUpdates } from "./kernel/tree.ts";
import type { Report } from "./report.ts";

const SEED = 1;
const INPUTS = [2, 4, 16];
/** Hashes of a plan, which are computed in pairs. */
const PAIRED = 20;

export async function run(report: Report): Promise<void> {
  const random = new Random(SEED);
  const us = (name: string, value: number): void => report({ name: `kernel.${name}`, value, unit: "us" });
  await checks(random, us);
  await hashes(random, us);
  await tree(random, report);
}

type ReportUs = (name: string, value: number) => void;

async function checks(random: Random, us: ReportUs): Promise<void> {
  const poseidon = await loadPoseidon();
  const { kernel } = poseidon;
  const secret = Uint8Array.from({ length: 32 }, () => random.below(256));
  const key = publicKeyOf(poseidon, secret);
  const message = randomNumber(random);
  const signature = sign(poseidon, secret, message);
  us(
    "eddsaVerifyUs",
    microseconds(() => kernel.verify(message, key, signature)),
  );
  const table = kernel.allocateKeyTable();
  kernel.makeKeyTable(table, key);
  us(
    "eddsaVerifyCachedUs",
    microseconds(() => kernel.verify(message, key, signature, table)),
  );
  us(
    "eddsaSignUs",
    microseconds(() => sign(poseidon, secret, message)),
  );

  const theirs = await buildEddsa();
  const element = ([x, y]: Point): [Uint8Array, Uint8Array] => [theirs.F.e(x), theirs.F.e(y)];
  const shown = { R8: element(signature.r8), S: signature.s };
  us(
    "circomlibjsEddsaVerifyUs",
    microseconds(() => theirs.verifyPoseidon(theirs.F.e(message), shown, element(key))),
  );

  // The equation on noble's curve, with the table that it makes of the base point; Poseidon is the kernel's.
  const Curve = babyjubjub.Point;
  Curve.BASE.precompute(8);
  const order = Curve.CURVE().n;
  const point = ([x, y]: Point) => Curve.fromAffine({ x, y });
  us(
    "nobleEddsaVerifyUs",
    microseconds(() => {
      const h = poseidon.plainHash([...signature.r8, ...key, message]) % order;
      const cleared = point(key).double().double().double();
      const right = point(signature.r8).add(cleared.multiplyUnsafe(h));
      return Curve.BASE.multiplyUnsafe(signature.s).equals(right);
    }),
  );
}

/** noble's Poseidon of so many inputs, made of its constants. */
function nobleOf(inputs: number): (state: bigint[]) => bigint[] {
  const { rounds, matrix } = plainConstants(inputs + 1);
  return noblePoseidon({
    Fp: babyjubjub.Point.Fp,
    t: inputs + 1,
    roundsFull: 8,
    roundsPartial: partialRounds(inputs + 1),
    sboxPower: 5,
    mds: matrix,
    roundConstants: rounds,
  });
}

async function tree(random: Random, report: Report): Promise<void> {
  const updates = (name: string, value: number): void =>
    report({ name: `kernel.${name}`, value, unit: "accounts/s" });
  updates("treeUpdatesPerSecond", await kernelTreeUpdates(random, { blocks: 6, accounts: 1000 }));
  const circomlibjs = await buildPoseidon();
  const { F } = circomlibjs;
  const theirs: Hash = (kind, inputs) => F.toObject(circomlibjs(inputs, F.e(HashDomain[kind])));
  const theirLoad = { blocks: 2, accounts: 1000 };
  updates("circomlibjsTreeUpdatesPerSecond", await plainTreeUpdates(random, theirLoad, theirs));
  const made = new Map<number, ReturnType<typeof nobleOf>>();
  const noble: Hash = (kind, inputs) => {
    const hash = made.get(inputs.length) ?? nobleOf(inputs.length);
    made.set(inputs.length, hash);
    return hash([HashDomain[kind], ...inputs])[0]!;
  };
  const nobleLoad = { blocks: 1, accounts: 100 };
  updates("nobleTreeUpdatesPerSecond", await plainTreeUpdates(random, nobleLoad, noble));
}

async function hashes(random: Random, us: ReportUs): Promise<void> {
  const { kernel } = await loadPoseidon();
  const circomlibjs = await buildPoseidon();
  for (const count of INPUTS) {
    const inputs = Array.from({ length: count }, () => randomNumber(random));
    us(
      `poseidon${count}Us`,
      microseconds(() => kernel.hash(0n, inputs)),
    );
    const plan = new HashPlan();
    for (let i = 0; i < PAIRED; i++) plan.hash(0n, inputs);
    const buffers = plan.buffers();
    us(`poseidon${count}PairedUs`, microseconds(() => kernel.run(buffers)) / PAIRED);
    us(
      `circomlibjsPoseidon${count}Us`,
      microseconds(() => circomlibjs.F.toObject(circomlibjs(inputs))),
    );
    const noble = nobleOf(count);
    us(
      `noblePoseidon${count}Us`,
      microseconds(() => noble([0n, ...inputs])),
    );
  }
}
