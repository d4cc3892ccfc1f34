/** Stakes for the members of a first set and seals it: for whoever runs all of them, as a development chain does. */
import { type ContractTransaction, Interface, type Signer, type SigningKey } from "ethers";
import { TOKEN_ABI } from "../abi.ts";
import { ExchangeContract } from "../exchange.ts";
import { RegistryContract } from "../registry.ts";
import { REGISTRY_ABI } from "../registry-abi.ts";
import { joinDigest } from "../typed-data.ts";
import type { Deployment } from "./deploy.ts";

/** Spare: nothing can be estimated on transactions that are not in a block yet. What is not used is not paid. */
const CALL_GAS = 500_000n;
const SEAL_GAS_PER_MEMBER = 60_000n;

export interface FirstMember {
  readonly address: string;
  readonly signingKey: SigningKey;
  /** Ed25519 public key of its node on the network. */
  readonly peerKey: string;
}

export interface FirstSetOptions {
  /** With a registry as its validator set, and a token that anybody mints. */
  readonly deployment: Pick<Deployment, "exchange" | "validatorSet" | "collateral">;
  /** Owner of all stakes; must not send anything else meanwhile. */
  readonly owner: Signer;
  readonly members: readonly FirstMember[];
}

const TOKEN = new Interface(TOKEN_ABI);
const REGISTRY = new Interface(REGISTRY_ABI);

/** The number of the epoch, whose members keep the order in which they are given. */
export async function sealFirstSet({ deployment, owner, members }: FirstSetOptions): Promise<number> {
  const { collateral, validatorSet } = deployment;
  const registry = new RegistryContract(validatorSet, owner);
  const { minimumStake: stake } = await registry.terms();
  const domain = await new ExchangeContract(deployment.exchange, owner).domain();
  const address = await owner.getAddress();
  const total = stake * BigInt(members.length);
  const joined = members.map(({ address: signer, signingKey, peerKey }) => {
    const consent = signingKey.sign(joinDigest(domain, { owner: address, peerKey })).serialized;
    return call(validatorSet, REGISTRY, "join", [signer, peerKey, stake, consent]);
  });
  await sendAll(owner, [
    call(collateral, TOKEN, "mint", [address, total]),
    call(collateral, TOKEN, "approve", [validatorSet, total]),
    ...joined,
    {
      ...call(validatorSet, REGISTRY, "sealEpoch", []),
      gasLimit: CALL_GAS + SEAL_GAS_PER_MEMBER * BigInt(members.length),
    },
  ]);
  return (await registry.orderingEpochs()).latest;
}

type Call = Pick<ContractTransaction, "to" | "data"> & { readonly gasLimit: bigint };

const call = (to: string, of: Interface, name: string, args: readonly unknown[]): Call => ({
  to,
  data: of.encodeFunctionData(name, args),
  gasLimit: CALL_GAS,
});

/** All at once: a chain that makes its blocks by the clock would take one for each. Throws when one was refused. */
async function sendAll(signer: Signer, calls: readonly Call[]): Promise<void> {
  const first = await signer.getNonce("latest");
  const sent = [];
  for (const [i, one] of calls.entries())
    sent.push(await signer.sendTransaction({ ...one, nonce: first + i }));
  await Promise.all(sent.map((response) => response.wait()));
}
