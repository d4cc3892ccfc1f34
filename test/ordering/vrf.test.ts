/** The verifiable random function, by vectors that other implementations agree on, and both libraries by each other. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { isScalar, loadNativePoints, type Points, purePoints } from "../../sequencer/ordering/points.ts";
import { isProof, outputOf, PROOF_BYTES, type Proven, prove } from "../../sequencer/ordering/vrf.ts";
import { Random, testSeed } from "../generate/random.ts";

const seed = testSeed("vrf");
const native = loadNativePoints();
const libraries: readonly Points[] = native === null ? [purePoints] : [purePoints, native];

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));
const hex = (of: Uint8Array): string => Buffer.from(of).toString("hex");

const ONE = "0000000000000000000000000000000000000000000000000000000000000001";
const KEY = "9828d8ebfd85e5ddd819e7a87515a882f7b0c2b664e852949eaa4028f5d83934";

/** ECVRF-SECP256K1-SHA256-TAI as four implementations of atikayda/ecvrf have it: secret, alpha, proof, value. */
const VECTORS: readonly (readonly [secret: string, alpha: string, proof: string, value: string])[] = [
  [
    ONE,
    "",
    "024192220588c4ef502f5d2ab75552edfbe0256cebb0424efb9c4c58f438c3dcb43740e701a78589f13a3577908db37b1ddb55edaf0706552da59a41b69be3740878407cf6d13675cd94802a33b5e629f7",
    "6bf7eda22a89f87fb8c8e17fa111727ca02d0a23db29fdcbe7ac84280e8bde24",
  ],
  [
    "07ae54391b81d1f1cbbeaf1389935d132295c2ac16e90f8742ee9c08cdacbf0e",
    "",
    "032e7686ba8b2cd61b75ccce93ae49cd97ff5d65009586d9db7fb0d1420f3d087b520b88c0422a7b4dbd97471b79a50393cc4400324f49c38bb308fef58fca7f81dd94f86aa0861a604fe544ab13bd7706",
    "816255bf4c87656e41e4c1c0e40ecc6e11ee86d996da843f74d49c1f80cdbcc3",
  ],
  [
    KEY,
    "ff",
    "0246439bccdfaa7d87334563225583c47bf283327e0456cb66ea974a179a98389bea519f7b06285a99fe10589873f741c5704b6cd1a2d39c9e0922ee0838f64fa1b2fb039a0f591010d5fd2323239c981e",
    "01a95d35b4cc18fa06fc8321ff134350a03fb1e30288a6b0d12608868483ac94",
  ],
  // The twenty-third counter is the first that gives a point.
  [
    KEY,
    "686967686374722d303032363835",
    "03d8825a2e5e9075e98e235a8b88af6c312ef6add7b6bea54fd57cc393ae425fc83dde7b114c11e636b7c61437eed6c6e7094f849d466d8f7edfd9521d0c97fff6c8f55efc309c6d533ab5fb63eca960a9",
    "f622fba0e7b5fc9153c53fb743e996e3e37cf6f8c995fc1241d7e753a913d800",
  ],
];

for (const library of libraries)
  test(`${library.name}: proofs and values are those of the vectors`, () => {
    for (const [secret, alpha, proof, value] of VECTORS) {
      const proven = prove(bytes(secret), bytes(alpha), library);
      assert.is(hex(proven.proof), proof);
      assert.is(hex(outputOf(proven)), value);
      assert.ok(isProof(proven, bytes(alpha), library));
    }
  });

const ORDER = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
/** Of the curve's field: coordinates are below it. */
const PRIME = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f";

/** What no honest prover hands out: what is changed, and to what. */
const tampered = (good: Proven, stranger: Uint8Array): readonly (readonly [string, Proven])[] => {
  const at = (place: number, part: string): Proven => {
    const proof = good.proof.slice();
    proof.set(bytes(part), place);
    return { ...good, proof };
  };
  const key = (point: string): Proven => ({ ...good, publicKey: bytes(point) });
  return [
    ["gamma's other half", at(0, good.proof[0] === 2 ? "03" : "02")],
    ["gamma with another sign", at(0, "04")],
    ["gamma beyond the field", at(1, PRIME)],
    ["gamma nowhere", at(0, "00".repeat(33))],
    ["gamma another point", at(0, hex(stranger))],
    ["no challenge", at(33, "00".repeat(16))],
    ["another challenge", at(48, good.proof[48] === 7 ? "08" : "07")],
    ["no s", at(49, "00".repeat(32))],
    ["s the order", at(49, ORDER)],
    ["s above it", at(49, "ff".repeat(32))],
    ["nothing", { ...good, proof: new Uint8Array(PROOF_BYTES) }],
    ["too short", { ...good, proof: good.proof.slice(0, -1) }],
    ["too long", { ...good, proof: Uint8Array.of(...good.proof, 0) }],
    ["another key", { ...good, publicKey: stranger }],
    ["no key", key("02".concat("00".repeat(32)))],
    ["a key beyond the field", key(`02${PRIME}`)],
  ];
};

test("both libraries make the same, take it, and refuse the same", () => {
  const random = new Random(seed);
  const randomBytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => random.below(256));
  const stranger = purePoints.baseTimes(randomBytes(32));
  for (let round = 0; round < 3; round++) {
    const [secret, alpha] = [randomBytes(32), randomBytes(random.below(60))];
    const made = libraries.map((library) => prove(secret, alpha, library));
    const good = made[0]!;
    for (const one of made) assert.is(hex(one.proof), hex(good.proof), `SEED=${seed}`);
    for (const library of libraries) {
      assert.ok(isProof(good, alpha, library), `${library.name}, SEED=${seed}`);
      assert.not.ok(isProof(good, Uint8Array.of(...alpha, 0), library), "another input");
      for (const [what, bad] of tampered(good, stranger))
        assert.not.ok(isProof(bad, alpha, library), `${library.name}: ${what}, SEED=${seed}`);
    }
  }
});

test("any changed byte spoils a proof", () => {
  const random = new Random(seed + 1);
  const alpha = bytes("0102");
  const good = prove(bytes(KEY), alpha);
  for (let at = 0; at < PROOF_BYTES; at++) {
    const proof = good.proof.slice();
    proof[at]! ^= random.between(1, 255);
    assert.not.ok(isProof({ ...good, proof }, alpha), `byte ${at}, SEED=${seed}`);
  }
});

test("a scalar is above zero and below the order", () => {
  const scalars = [ONE, ORDER.slice(0, -1).concat("0"), `7f${"ff".repeat(31)}`, `01${"00".repeat(31)}`];
  for (const good of scalars) assert.ok(isScalar(bytes(good)), good);
  const others = ["00".repeat(32), ORDER, ORDER.slice(0, -1).concat("2"), "ff".repeat(32)];
  for (const bad of others) assert.not.ok(isScalar(bytes(bad)), bad);
  const random = new Random(seed + 2);
  for (let round = 0; round < 1_000; round++) {
    const near = BigInt(`0x${ORDER}`) + random.pick([-1n, 1n]) * random.bigint(random.between(1, 127));
    assert.is(isScalar(bytes(near.toString(16))), near < BigInt(`0x${ORDER}`), `${near}, SEED=${seed}`);
  }
});

test("the arithmetic is the same in both libraries, at its edges too", () => {
  const edge = bytes(ORDER.slice(0, -1).concat("0"));
  const [a, b] = [purePoints.baseTimes(edge), purePoints.baseTimes(bytes(ONE))];
  for (const library of libraries) {
    assert.is(library.minus(a, a), null);
    // (n - 1)B = -B
    assert.is(hex(library.minus(a, b)!), hex(library.times(a, bytes(ONE.slice(0, -1).concat("2")))));
    assert.is(hex(library.timesSecret(a, edge)), hex(b));
    assert.is(hex(library.addProduct(edge, edge, bytes(ONE))), ORDER.slice(0, -3).concat("13f"));
    assert.is(hex(library.addProduct(bytes(ONE), edge, edge)), ONE.slice(0, -1).concat("2"));
    assert.is(hex(library.uncompressed(b)).slice(0, 66), `04${hex(b).slice(2)}`);
  }
});

test.run();
