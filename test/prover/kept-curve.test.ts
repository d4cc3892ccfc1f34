/** The curve as it is shipped is the one that ffjavascript would build. */
import { buildBn128 } from "ffjavascript";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { keptCurve } from "../../prover/backend/kept-curve.ts";

test("the shipped WebAssembly, and where things lie in it, are what is built", async () => {
  const [kept, built] = [await keptCurve(true), await buildBn128(true)];
  assert.equal(Buffer.from(kept.tm.code), Buffer.from(built.tm.code));
  const { code: _, ...addresses } = kept.tm;
  for (const name of ["pq", "pr", "pG1gen", "pG1zero", "pG2gen", "pG2zero", "pOneT", "initalPFree"] as const)
    assert.is(addresses[name], built.tm[name], name);
  for (const group of ["G1", "G2"] as const) {
    assert.equal(kept[group].b, built[group].b);
    assert.equal(kept[group].cofactor, built[group].cofactor);
  }
  assert.equal([kept.q, kept.r], [built.q, built.r]);
  assert.equal([kept.prePSize, kept.preQSize], [built.prePSize, built.preQSize]);
  assert.is(kept.Gt.eq(kept.pairing(kept.G1.g, kept.G2.g), built.pairing(built.G1.g, built.G2.g)), true);
});

test.run();
