/** What a batch costs on L1, measured with real transactions. */
import { type BaseWallet, id } from "ethers";
import { encodeWord, WordType } from "../sequencer/exchange/word.ts";
import { draftBatch } from "./draft.ts";
import type { ExchangeContract } from "./exchange.ts";
import type { ContractProof } from "./records.ts";

export interface GasOptions {
  /** Everything committed on it must be proven; its verifier must take what `prove` makes. */
  readonly exchange: ExchangeContract;
  readonly validators: readonly BaseWallet[];
  /** 0, the only one of a fixed set, unless given. */
  readonly epoch?: number | undefined;
  /** The tier to measure, of at least as many steps as words. */
  readonly steps: number;
  readonly wordCount: number;
  /** A proof for (commitment, challenge, evaluation); without it only the commitment is measured. */
  readonly prove?: ((publicInputs: readonly [bigint, bigint, bigint]) => Promise<ContractProof>) | undefined;
  /** Machine time, Unix seconds. */
  readonly time: number;
}

export interface BatchGas {
  readonly wordCount: number;
  readonly commitGas: bigint;
  /** Zero without a prover. */
  readonly proveGas: bigint;
  /** Bytes of the whole commitment transaction's input. */
  readonly commitInputBytes: number;
}

/** Orders as they come: every field that an order uses is used. */
const orders = (count: number): bigint[] =>
  Array.from({ length: count }, (_, index) =>
    encodeWord({
      type: WordType.place,
      account: 7919 + index,
      keySelector: 1,
      keyVersion: 258,
      nonce: 0x01234567 + index,
      slot: 1 + (index % 255),
      market: 3,
      side: index % 2,
      postOnly: 1,
      price: 5_812_345 + index,
      size: 0x012345 + index,
      expiry: 1_800_000_000 + index,
    }),
  );

/** 248 bits, of which none is likely to be missing: bytes that are not zero cost four times as much. */
const someHash = (of: string): bigint => BigInt(id(of)) >> 8n;

/** Commits and proves the next batch of orders. The first batch of an exchange costs more: it fills empty slots. */
export async function measureBatchGas(options: GasOptions): Promise<BatchGas> {
  const { exchange, wordCount, prove } = options;
  // Every batch moves the state on: storing a root where it stands already would cost 2,800 gas less.
  const number = (await exchange.state()).committedBatches + 1;
  const draft = await draftBatch({
    ...options,
    words: orders(wordCount),
    signaturesHash: someHash(`signatures ${number}`),
    postRoot: someHash(`root ${number}`),
    commitment: someHash(`commitment ${number}`),
  });
  const { record, receipt } = await exchange.commitBatch(draft);
  const transaction = await receipt.getTransaction();
  const proof = await prove?.([record.commitment, record.challenge, record.evaluation]);
  const proven = proof && (await exchange.proveBatch({ record, proof, credits: draft.credits }));
  return {
    wordCount,
    commitGas: receipt.gasUsed,
    proveGas: proven?.gasUsed ?? 0n,
    commitInputBytes: (transaction.data.length - 2) / 2,
  };
}
