import { concat, sha256, toBeHex } from "ethers";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { signaturesHash } from "../../sequencer/batch/signatures-hash.ts";
import { Random, testSeed } from "../generate/random.ts";
import { boundaryNumbers, randomNumber } from "../kernel/numbers.ts";

const random = new Random(testSeed("signatures hash"));
const some = (): bigint => (random.chance(0.5) ? random.pick(boundaryNumbers) : randomNumber(random));

test("is sha256 of the signatures' numbers, its low 248 bits, whoever computes it", () => {
  for (const count of [0, 1, 2, 7, 40]) {
    const steps = Array.from({ length: count }, () => {
      const signed = { publicKey: [some(), some()], signature: { r8: [some(), some()], s: some() } } as const;
      return { authority: random.chance(0.8) ? signed : null };
    });
    const numbers = steps.flatMap(({ authority }) =>
      authority === null ? [] : [...authority.publicKey, ...authority.signature.r8, authority.signature.s],
    );
    const expected = BigInt(sha256(concat(numbers.map((number) => toBeHex(number, 32))))) % 2n ** 248n;
    assert.is(signaturesHash(steps), expected);
  }
});

test.run();
