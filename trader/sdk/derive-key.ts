/** Keys that sign requests, made from a wallet's signature: whoever has the wallet has them again on any machine. */
import { publicKeyOf } from "../../sequencer/signature/eddsa.ts";
import { deriveSecret, type TypedDataSigner } from "../../sequencer/signature/key.ts";
import { keyHash, type Point } from "../../sequencer/signature/request.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { TraderError } from "./trader-error.ts";

export interface RequestKey {
  /** Signs; never leaves this process. */
  readonly secret: Uint8Array;
  readonly publicKey: Point;
  /** What the exchange stores of it, and what `register` takes. */
  readonly hash: bigint;
}

export interface DeriveKeyOptions {
  /** Anything of ethers that signs typed data. */
  readonly wallet: TypedDataSigner;
  readonly chainId: bigint;
  /** Address of the exchange contract. */
  readonly exchange: string;
  /** `owner` moves money and names trading keys, `trading` is what a program holds. */
  readonly purpose: "owner" | "trading";
  /** Several keys of a purpose from one wallet. */
  readonly index?: number | undefined;
}

/** The key of 32 secret bytes. */
export async function keyOfSecret(secret: Uint8Array): Promise<RequestKey> {
  const poseidon = await loadPoseidon();
  const publicKey = publicKeyOf(poseidon, secret);
  return { secret, publicKey, hash: keyHash(poseidon.hash, publicKey) };
}

/**
 * Derives a key from a wallet: it signs a text that names chain and exchange, so keys differ between exchanges.
 *
 * @example
 * import { equal } from "node:assert/strict";
 * import { Wallet } from "ethers";
 * import { deriveKey } from "./derive-key.ts";
 *
 * const wallet = Wallet.createRandom();
 * const exchange = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
 * const owner = await deriveKey({ wallet, chainId: 31337n, exchange, purpose: "owner" });
 * const again = await deriveKey({ wallet, chainId: 31337n, exchange, purpose: "owner" });
 * equal(owner.hash, again.hash);
 */
export async function deriveKey(options: DeriveKeyOptions): Promise<RequestKey> {
  const { wallet, chainId, exchange, purpose, index = 0 } = options;
  let secret: Uint8Array;
  try {
    secret = await deriveSecret(wallet, { chainId, contract: exchange, purpose, index });
  } catch (cause) {
    throw new TraderError("NO_WALLET", {
      message: `the wallet did not sign: ${(cause as Error).message}`,
      whatToDo: "Unlock it, and use one that signs deterministically (RFC 6979).",
      cause,
    });
  }
  return await keyOfSecret(secret);
}
