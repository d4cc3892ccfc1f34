/** A deployed exchange on a node of its own, with real proofs of the tiny circuit. */
import { Contract, type HDNodeWallet, Signature } from "ethers";
import { TOKEN_ABI } from "../../verifier-contracts/abi.ts";
import { type Deployment, deploy } from "../../verifier-contracts/deploy/deploy.ts";
import { type DraftBatch, draftBatch } from "../../verifier-contracts/draft.ts";
import { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import type { BatchRecord } from "../../verifier-contracts/records.ts";
import { type ContractRefusal, refusalOf } from "../../verifier-contracts/refusal.ts";
import { type Anvil, startAnvil } from "./anvil.ts";
import { type TinyCircuit, tinyCircuit } from "./tiny-circuit.ts";

export const GENESIS_ROOT = (3n << 128n) | 5n;

export interface Fixture {
  readonly anvil: Anvil;
  readonly circuit: TinyCircuit;
  readonly deployment: Deployment;
  /** Speaks for the operator, who also is the only validator. */
  readonly exchange: ExchangeContract;
  readonly operator: HDNodeWallet;
  readonly alice: HDNodeWallet;
  readonly stranger: HDNodeWallet;
  /** Alice's view of the exchange; she has tokens and approved them. */
  readonly alicesExchange: ExchangeContract;
  readonly token: Contract;
  /** The next batch, good unless told otherwise. */
  draft(words: readonly bigint[], change?: Partial<DraftChange>): Promise<DraftBatch>;
  commit(words: readonly bigint[]): Promise<{ record: BatchRecord; draft: DraftBatch }>;
  prove(record: BatchRecord, draft: DraftBatch): Promise<void>;
  settle(words: readonly bigint[]): Promise<BatchRecord>;
  stop(): Promise<void>;
}

interface DraftChange {
  readonly postRoot: bigint;
  readonly commitment: bigint;
  readonly validators: readonly HDNodeWallet[];
}

export async function startExchange(): Promise<Fixture> {
  const circuit = await tinyCircuit();
  const anvil = await startAnvil();
  const [operator, alice, stranger] = [anvil.wallet(0), anvil.wallet(1), anvil.wallet(2)];
  const { verifyingKey, circuitHash } = circuit;
  const deployment = await deploy({
    signer: operator,
    tiers: [4, 16, 64, 256].map((steps) => ({ steps, verifyingKey, circuitHash })),
    validators: [operator.address],
    accountDepth: 10,
    genesisRoot: () => GENESIS_ROOT,
  });
  const exchange = new ExchangeContract(deployment.exchange, operator);
  const token = new Contract(deployment.collateral, TOKEN_ABI, alice);
  await (await token.getFunction("mint")(alice.address, 10n ** 15n)).wait();
  await (await token.getFunction("approve")(deployment.exchange, 2n ** 255n)).wait();

  let serial = 0n;
  const draft = async (words: readonly bigint[], change: Partial<DraftChange> = {}) => {
    serial++;
    const block = await anvil.provider.getBlock("latest");
    return await draftBatch({
      exchange,
      validators: [operator],
      steps: words.length > 4 ? 16 : 4,
      words,
      postRoot: 1000n + serial,
      commitment: 2000n + serial,
      time: block!.timestamp,
      ...change,
    });
  };
  const commit = async (words: readonly bigint[]) => {
    const drafted = await draft(words);
    return { draft: drafted, record: (await exchange.commitBatch(drafted)).record };
  };
  const prove = async (record: BatchRecord, drafted: DraftBatch) => {
    const proof = await circuit.prove(record.commitment, record.challenge, record.evaluation);
    await exchange.proveBatch({ record, proof, credits: drafted.credits });
  };
  return {
    anvil,
    circuit,
    deployment,
    exchange,
    operator,
    alice,
    stranger,
    alicesExchange: exchange.connect(alice),
    token,
    draft,
    commit,
    prove,
    settle: async (words) => {
      const { record, draft: drafted } = await commit(words);
      await prove(record, drafted);
      return record;
    },
    stop: async () => {
      await anvil.stop();
    },
  };
}

/** The refusal that a call ends with; throws when it succeeds or fails otherwise. */
export async function refused(call: Promise<unknown>): Promise<ContractRefusal> {
  const error = await call.then(
    () => new Error("was not refused"),
    (reason: unknown) => reason,
  );
  const refusal = refusalOf(error);
  if (!refusal) throw error;
  return refusal;
}

/** Bits of a place order: type 2, account 1, a price and a size. */
export const placeWord = (nonce: number): bigint =>
  2n | (1n << 8n) | (BigInt(nonce) << 45n) | (50_000n << 94n) | (3n << 126n);

export const withdrawWord = (account: number, amount: bigint): bigint =>
  5n | (BigInt(account) << 8n) | (amount << 94n);

/** The same signature in its other form, of which ecrecover thinks as well. */
export function malleate(signature: string): string {
  const { r, s, v } = Signature.from(signature);
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const high = (order - BigInt(s)).toString(16).padStart(64, "0");
  return `${r}${high}${(v === 27 ? 28 : 27).toString(16)}`;
}
