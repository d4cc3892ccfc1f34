/** The calls of the contracts that the node makes, as calldata. */
import { Interface } from "ethers";
import { EXCHANGE_FUNCTIONS } from "../../verifier-contracts/abi.ts";
import { creditsOf, encodeBatchData, encodeCredit } from "../../verifier-contracts/commitment.ts";
import { type Evidence, encodeEvidence } from "../../verifier-contracts/evidence.ts";
import { type BatchRecord, contractProof } from "../../verifier-contracts/records.ts";
import { REGISTRY_ABI } from "../../verifier-contracts/registry-abi.ts";
import { headerWords } from "../batch/header.ts";
import type { CutBatch } from "./ports.ts";
import type { ProvenStatement } from "./proof.ts";

const CALLS = new Interface(EXCHANGE_FUNCTIONS);
const REGISTRY_CALLS = new Interface(REGISTRY_ABI);

/** What is posted: header words, then request words. */
export const batchData = ({ header, words }: CutBatch): string =>
  encodeBatchData([...headerWords(header), ...words]);

export const commitCall = (batch: CutBatch, signatures: readonly string[]): string =>
  CALLS.encodeFunctionData("commitBatch", [batchData(batch), batch.commitment, signatures]);

export const proveCall = (batch: CutBatch, record: BatchRecord, { proof }: ProvenStatement): string =>
  CALLS.encodeFunctionData("proveBatch", [
    record,
    contractProof(proof),
    creditsOf(batch.words).map(encodeCredit),
  ]);

export const slashCall = (evidence: Evidence): string =>
  REGISTRY_CALLS.encodeFunctionData("slash", [encodeEvidence(evidence)]);

export const affirmCall = (signer: string): string => REGISTRY_CALLS.encodeFunctionData("affirm", [signer]);

export const sealCall = (): string => REGISTRY_CALLS.encodeFunctionData("sealEpoch", []);
