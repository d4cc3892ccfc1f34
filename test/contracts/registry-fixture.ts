/** A deployed exchange whose batches a registry's members order, on a node of its own. */
import { Contract, type HDNodeWallet, keccak256, toUtf8Bytes, Wallet } from "ethers";
import { TOKEN_ABI } from "../../verifier-contracts/abi.ts";
import { deploy } from "../../verifier-contracts/deploy/deploy.ts";
import { type DraftBatch, draftBatch } from "../../verifier-contracts/draft.ts";
import { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import type { BatchRecord } from "../../verifier-contracts/records.ts";
import { RegistryContract } from "../../verifier-contracts/registry.ts";
import type { RegistryTerms } from "../../verifier-contracts/registry-records.ts";
import { joinDigest } from "../../verifier-contracts/typed-data.ts";
import { type Anvil, startAnvil } from "./anvil.ts";
import { type TinyCircuit, tinyCircuit } from "./tiny-circuit.ts";

export interface RegistryFixture {
  readonly anvil: Anvil;
  readonly circuit: TinyCircuit;
  readonly exchange: ExchangeContract;
  /** Speaks for the operator, who owns every stake. */
  readonly registry: RegistryContract;
  readonly operator: HDNodeWallet;
  readonly token: Contract;
  /** The keys that sign. */
  readonly signers: readonly Wallet[];
  readonly deploymentBlock: number;
  join(signer: Wallet, stake: bigint): Promise<bigint>;
  /** The next batch of an epoch, signed by these. */
  draft(epoch: number, signers: readonly Wallet[]): Promise<DraftBatch>;
  commit(epoch: number, signers: readonly Wallet[]): Promise<BatchRecord>;
  prove(record: BatchRecord): Promise<void>;
  passSeconds(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

export const signerAt = (index: number): Wallet => new Wallet(keccak256(toUtf8Bytes(`signer ${index}`)));

export const peerKeyOf = (signer: Wallet): string => keccak256(toUtf8Bytes(`peer of ${signer.address}`));

/** `count` signers exist; none of them joined yet. */
export async function startRegistry(
  count: number,
  terms: Partial<RegistryTerms> = {},
): Promise<RegistryFixture> {
  const circuit = await tinyCircuit();
  const { verifyingKey, circuitHash } = circuit;
  const anvil = await startAnvil();
  const operator = anvil.wallet(0);
  const deployment = await deploy({
    signer: operator,
    tiers: [4, 16].map((steps) => ({ steps, verifyingKey, circuitHash })),
    validators: { terms },
    accountDepth: 10,
    genesisRoot: () => 5n,
  });
  const exchange = new ExchangeContract(deployment.exchange, operator);
  const registry = new RegistryContract(await exchange.validators(), operator);
  const token = new Contract(deployment.collateral, TOKEN_ABI, operator);
  await (await token.getFunction("mint")(operator.address, 10n ** 18n)).wait();
  await (await token.getFunction("approve")(registry.address, 10n ** 18n)).wait();
  const domain = await exchange.domain();

  let serial = 0n;
  const draft = async (epoch: number, by: readonly Wallet[]) => {
    serial++;
    const { timestamp: time } = (await anvil.provider.getBlock("latest"))!;
    const roots = { postRoot: 1000n + serial, commitment: 2000n + serial };
    return await draftBatch({ exchange, validators: by, epoch, steps: 4, words: [], time, ...roots });
  };
  return {
    anvil,
    circuit,
    exchange,
    registry,
    operator,
    token,
    signers: Array.from({ length: count }, (_, index) => signerAt(index)),
    deploymentBlock: deployment.blockNumber,
    join: async (signer, stake) => {
      const peerKey = peerKeyOf(signer);
      const digest = joinDigest(domain, { owner: operator.address, peerKey });
      const consent = signer.signingKey.sign(digest).serialized;
      return (await registry.join({ signer: signer.address, peerKey, stake, consent })).gasUsed;
    },
    draft,
    commit: async (epoch, by) => (await exchange.commitBatch(await draft(epoch, by))).record,
    prove: async (record) => {
      const proof = await circuit.prove(record.commitment, record.challenge, record.evaluation);
      await exchange.proveBatch({ record, proof, credits: [] });
    },
    passSeconds: async (seconds) => {
      await anvil.provider.send("evm_increaseTime", [seconds]);
      await anvil.provider.send("evm_mine", []);
    },
    stop: async () => {
      await anvil.stop();
    },
  };
}
