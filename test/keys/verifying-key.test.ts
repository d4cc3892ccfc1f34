import { bn254 } from "@noble/curves/bn254.js";
import * as snarkjs from "snarkjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ensureDevelopmentKey } from "../../prover/keys/development.ts";
import type { KeyErrorCode } from "../../prover/keys/key-error.ts";
import { checkVerifyingKey, type VerifyingKey } from "../../prover/keys/verifying-key.ts";
import { forgeGammaEqualsDelta } from "./forge-proof.ts";
import { useOneThread } from "./one-thread.ts";
import { compileChain } from "./small-circuit.ts";

const test = suite("verifying keys");

await useOneThread();
const circuit = await compileChain();
const { verifyingKey: vkey } = await ensureDevelopmentKey({ r1csPath: circuit.r1csPath, name: circuit.name });
const weak: VerifyingKey = { ...vkey, vk_delta_2: vkey.vk_gamma_2 };
const lie = [12345n, 0n, 7n];

function refuses(key: VerifyingKey, code: KeyErrorCode): void {
  try {
    checkVerifyingKey(key);
  } catch (error) {
    assert.is((error as { code: string }).code, code);
    return;
  }
  assert.unreachable(`accepted a key with ${code}`);
}

test("with gamma = delta let anybody prove anything", async () => {
  const signals = lie.map(String);
  assert.ok(await snarkjs.groth16.verify(weak, signals, forgeGammaEqualsDelta(weak, lie)));
  assert.not(await snarkjs.groth16.verify(vkey, signals, forgeGammaEqualsDelta(vkey, lie)));
});

test("with gamma = delta are refused", () => refuses(weak, "gamma-equals-delta"));

test("with gamma = -delta are refused", () => {
  const [x, [c0, c1], one] = vkey.vk_gamma_2;
  const negate = (text: string) => String(bn254.fields.Fp.neg(BigInt(text)));
  refuses({ ...vkey, vk_delta_2: [x, [negate(c0), negate(c1)], one] }, "gamma-equals-delta");
});

test("with a point off its curve are refused", () => {
  refuses({ ...vkey, vk_alpha_1: ["1", "3", "1"] }, "point-off-curve");
  refuses({ ...vkey, IC: vkey.IC.with(1, ["5", "5", "1"]) }, "point-off-curve");
  refuses(
    {
      ...vkey,
      vk_delta_2: [
        ["1", "2"],
        ["3", "4"],
        ["1", "0"],
      ],
    },
    "point-off-curve",
  );
});

test("with a point of the twist outside the subgroup are refused", () => {
  const { Point } = bn254.G2;
  const { Fp } = Point;
  // Try abscissae until one has a point: nearly none of them lies in the subgroup.
  for (let c0 = 1n; ; c0++) {
    const x = { c0, c1: 0n };
    const square = Fp.add(Fp.pow(x, 3n), Point.CURVE().b);
    let y: typeof x;
    try {
      y = Fp.sqrt(square);
    } catch {
      continue;
    }
    const point = [
      [String(x.c0), "0"],
      [String(y.c0), String(y.c1)],
      ["1", "0"],
    ] as const;
    refuses({ ...vkey, vk_delta_2: point }, "point-outside-subgroup");
    return;
  }
});

test("with the point at infinity are refused", () => {
  refuses({ ...vkey, vk_alpha_1: ["0", "1", "0"] }, "point-at-infinity");
  refuses({ ...vkey, vk_alpha_1: ["0", "0", "1"] }, "point-at-infinity");
  refuses(
    {
      ...vkey,
      vk_gamma_2: [
        ["0", "0"],
        ["1", "0"],
        ["0", "0"],
      ],
    },
    "point-at-infinity",
  );
  refuses({ ...vkey, IC: vkey.IC.with(0, ["0", "1", "0"]) }, "point-at-infinity");
});

test("with a coordinate that is not reduced are refused", () => {
  const [x, y, one] = vkey.vk_alpha_1;
  const raised = String(BigInt(x) + bn254.fields.Fp.ORDER);
  refuses({ ...vkey, vk_alpha_1: [raised, y, one] }, "coordinate-out-of-range");
  refuses({ ...vkey, vk_alpha_1: ["-1", y, one] }, "bad-verifying-key");
});

test("with degenerate secrets are refused", () => {
  const { x, y } = bn254.G1.Point.BASE.toAffine();
  refuses({ ...vkey, vk_alpha_1: [String(x), String(y), "1"] }, "degenerate-key");
  refuses({ ...vkey, vk_beta_2: vkey.vk_delta_2 }, "degenerate-key");
  refuses({ ...vkey, IC: vkey.IC.with(2, vkey.IC[1] as (typeof vkey.IC)[number]) }, "degenerate-key");
});

test("of another shape are refused", () => {
  refuses({ ...vkey, protocol: "plonk" }, "bad-verifying-key");
  refuses({ ...vkey, IC: vkey.IC.slice(1) }, "bad-verifying-key");
});

test.run();
