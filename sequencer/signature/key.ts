/**
 * Trading and owner keys from a wallet: the wallet signs a fixed EIP-712 text, the hash of that signature is the
 * secret. Whoever has the wallet can make the key again. It needs a wallet that signs deterministically (RFC 6979), as
 * nearly all do; `deriveSecret` asks twice and refuses one that does not.
 */
import { concat, getBytes, Signature, sha256, type TypedDataDomain, toUtf8Bytes } from "ethers";

/** What an ethers signer offers of this. */
export interface TypedDataSigner {
  signTypedData(
    domain: TypedDataDomain,
    types: Record<string, { name: string; type: string }[]>,
    value: Record<string, unknown>,
  ): Promise<string>;
}

export interface KeyName {
  readonly chainId: bigint;
  readonly contract: string;
  /** The owner key moves money and names trading keys. */
  readonly purpose: "owner" | "trading";
  /** Several keys from one wallet. */
  readonly index: number;
}

const KEY_TYPES = {
  Key: [
    { name: "statement", type: "string" },
    { name: "purpose", type: "string" },
    { name: "index", type: "uint32" },
  ],
};

const STATEMENT =
  "This signature is your Proofbook key. Sign it only on a page that you trust with your account.";
const LABEL = "Proofbook key v1";

/** The typed data that a wallet shows and signs. */
const keyTypedData = (name: KeyName) => ({
  domain: { name: "Proofbook key", version: "1", chainId: name.chainId, verifyingContract: name.contract },
  types: KEY_TYPES,
  value: { statement: STATEMENT, purpose: name.purpose, index: name.index },
});

/** 32 secret bytes from the wallet's signature; its spelling (v as 0 or 27, compact) does not matter. */
export const secretFromSignature = (signature: string): Uint8Array =>
  getBytes(sha256(concat([toUtf8Bytes(LABEL), Signature.from(signature).serialized])));

export async function deriveSecret(wallet: TypedDataSigner, name: KeyName): Promise<Uint8Array> {
  const { domain, types, value } = keyTypedData(name);
  const first = await wallet.signTypedData(domain, types, value);
  const second = await wallet.signTypedData(domain, types, value);
  if (first !== second)
    throw new Error("this wallet signs the same text differently each time: no key can be derived from it");
  return secretFromSignature(first);
}
