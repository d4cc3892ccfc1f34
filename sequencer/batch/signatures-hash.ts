/** Hash of the signatures that nodes serve to provers: the chain stores it, anyone who holds them can check it. */
import { concat, keccak256, toBeHex } from "ethers";
import { pow2, WORD_BITS } from "../exchange/limits.ts";
import type { JobStep } from "./job.ts";

/** keccak256 over Ax, Ay, R8x, R8y, S of every signed step in order, 32 bytes each; its low 248 bits. */
export function signaturesHash(steps: readonly Pick<JobStep, "authority">[]): bigint {
  const parts = steps.flatMap(({ authority }) =>
    authority === null
      ? []
      : [...authority.publicKey, ...authority.signature.r8, authority.signature.s].map((value) =>
          toBeHex(value, 32),
        ),
  );
  return BigInt(keccak256(concat(parts))) % pow2(WORD_BITS);
}
