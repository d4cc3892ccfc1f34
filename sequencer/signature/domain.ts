/** What ties a signature to one exchange on one chain. */
import { concat, getAddress, keccak256, toBeHex, toUtf8Bytes } from "ethers";
import { pow2, WORD_BITS } from "../exchange/limits.ts";

const LABEL = "Proofbook signed request v1";

/** keccak256(label, chain id as 32 bytes, contract address as 20), its low 248 bits: a field element. */
export function signatureDomain(chainId: bigint, contract: string): bigint {
  const bytes = concat([toUtf8Bytes(LABEL), toBeHex(chainId, 32), getAddress(contract)]);
  return BigInt(keccak256(bytes)) % pow2(WORD_BITS);
}
