/** The next batch of an exchange without its machine: for measurements and tests, where any root will do. */
import type { BaseWallet } from "ethers";
import { headerWords } from "../sequencer/batch/header.ts";
import { isL1 } from "../sequencer/exchange/word.ts";
import { type Credit, creditsOf, dataHashOf, encodeBatchData, publicInputsOf } from "./commitment.ts";
import type { CommitParams, ExchangeContract } from "./exchange.ts";
import { batchDigest, orderSignatures } from "./typed-data.ts";

export interface DraftOptions {
  readonly exchange: ExchangeContract;
  readonly validators: readonly BaseWallet[];
  /** 0, the only one of a fixed set, unless given. */
  readonly epoch?: number | undefined;
  readonly steps: number;
  /** Request words with their outcomes; those from L1 as the queue has them. */
  readonly words: readonly bigint[];
  readonly postRoot: bigint;
  /** What stands for the sponge over the words. */
  readonly commitment: bigint;
  /** Of what is served beside the batch; the contract only binds it. */
  readonly signaturesHash?: bigint | undefined;
  /** Machine time, Unix seconds. */
  readonly time: number;
}

export interface DraftBatch extends CommitParams {
  /** Header and request words. */
  readonly allWords: readonly bigint[];
  readonly publicInputs: readonly [commitment: bigint, challenge: bigint, evaluation: bigint];
  readonly credits: readonly Credit[];
  readonly digest: string;
}

/** A batch that the contract will take, if the words are right. */
export async function draftBatch(options: DraftOptions): Promise<DraftBatch> {
  const { exchange, validators, words, commitment, epoch = 0, signaturesHash = 0n } = options;
  const state = await exchange.state();
  const header = headerWords({
    preRoot: state.committedRoot,
    postRoot: options.postRoot,
    number: state.committedBatches + 1,
    epoch,
    steps: options.steps,
    wordCount: words.length,
    time: options.time,
    l1Start: state.committedRequests,
    l1End: state.committedRequests + words.filter(isL1).length,
    signaturesHash,
  });
  const allWords = [...header, ...words];
  const data = encodeBatchData(allWords);
  const digest = batchDigest(await exchange.domain(), {
    epoch,
    number: state.committedBatches + 1,
    previousDigest: state.committedDigest,
    commitment,
    dataHash: dataHashOf(data),
  });
  const signatures = validators.map((validator) => validator.signingKey.sign(digest).serialized);
  return {
    data,
    commitment,
    signatures: orderSignatures(digest, signatures),
    allWords,
    publicInputs: publicInputsOf(commitment, allWords),
    credits: creditsOf(words),
    digest,
  };
}
