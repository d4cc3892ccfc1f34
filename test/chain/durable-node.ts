/**
 * A sequencer as the chain side sees it, without an exchange: what a real one has on disk survives `restart`, what
 * it has in memory does not. Batches are cut from L1 words alone, with made-up roots.
 */

import type { JsonRpcApiProvider } from "ethers";
import { headerWords } from "../../sequencer/batch/header.ts";
import type { ChainLog } from "../../sequencer/chain/log.ts";
import { type BatchSigner, type CutBatch, UnsignedError } from "../../sequencer/chain/ports.ts";
import type { ProvenStatement } from "../../sequencer/chain/proof.ts";
import type { BatchSettlement } from "../../sequencer/chain/settlement-record.ts";
import { Submitter } from "../../sequencer/chain/submitter.ts";
import { TransactionSender } from "../../sequencer/chain/transaction-sender.ts";
import { Watcher } from "../../sequencer/chain/watcher.ts";
import { wholeRequests } from "../../sequencer/chain/whole-requests.ts";
import { publicInputsOf } from "../../verifier-contracts/commitment.ts";
import { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import { batchDigest, orderSignatures } from "../../verifier-contracts/typed-data.ts";
import { type SettledExchange, STEPS, snarkjsProof } from "./settled-exchange.ts";

const SILENT: ChainLog = { info: () => {}, warn: () => {}, error: () => {} };

export class DurableNode {
  readonly chain: SettledExchange;
  /** On disk. */
  readonly consumed: bigint[] = [];
  readonly cut: CutBatch[] = [];
  readonly settlements = new Map<number, BatchSettlement>();
  readonly proven = new Map<number, ProvenStatement>();
  /** In memory. */
  waiting: bigint[] = [];
  watcher!: Watcher;
  submitter!: Submitter;
  nowMs = 0;
  /** The provider that the next life uses. */
  provider: JsonRpcApiProvider;
  finalityBlocks = 2;
  maxQueueWords = 240;
  maxHeldBatches = 100;
  /** Signs with a key that is no validator's. */
  isStranger = false;
  refusesToSign = false;
  signed = 0;

  constructor(chain: SettledExchange) {
    this.chain = chain;
    this.provider = chain.provider;
    this.restart();
  }

  /** A new life on the old disk. */
  restart(): void {
    const { deployment, submitter, exchange } = this.chain;
    const { provider } = this;
    this.waiting = [];
    const common = { exchange: new ExchangeContract(exchange.address, provider), log: SILENT };
    this.watcher = new Watcher({
      ...common,
      provider,
      deployment,
      intake: this,
      settlements: this,
      finalityBlocks: this.finalityBlocks,
      maxQueueWords: this.maxQueueWords,
      maxHeldBatches: this.maxHeldBatches,
    });
    this.submitter = new Submitter({
      ...common,
      batches: this,
      settlements: this,
      proofs: { proof: async (number) => this.proven.get(number) },
      signer: this.signer(),
      nowMs: () => this.nowMs,
      sender: new TransactionSender({
        provider,
        wallet: submitter,
        chainId: deployment.chainId,
        nowMs: () => this.nowMs,
        log: SILENT,
      }),
    });
  }

  nextL1Index = (): number => this.consumed.length + this.waiting.length;

  async submitL1(words: readonly bigint[], firstIndex: number): Promise<void> {
    if (firstIndex !== this.nextL1Index())
      throw new Error(`word ${firstIndex}, wanted ${this.nextL1Index()}`);
    this.waiting.push(...words);
  }

  latestBatch = (): number => this.cut.length;
  batch = async (number: number): Promise<CutBatch | undefined> => this.cut[number - 1];

  async batchView(number: number): Promise<{ settlement: BatchSettlement } | undefined> {
    if (this.cut[number - 1] === undefined) return undefined;
    return { settlement: this.settlements.get(number) ?? { number, commit: null, prove: null } };
  }

  async recordSettlement(settlement: BatchSettlement): Promise<void> {
    this.settlements.set(settlement.number, settlement);
  }

  /** Executes up to a batch's worth of the waiting words, accepted all of them, and cuts. */
  async cutBatch(time = Math.floor(Date.now() / 1000)): Promise<void> {
    const words = wholeRequests(this.waiting.slice(0, STEPS));
    this.waiting.splice(0, words.length);
    const previous = this.cut.at(-1)?.header;
    const l1Start = this.consumed.length;
    this.consumed.push(...words);
    const number = this.cut.length + 1;
    this.cut.push({
      header: {
        preRoot: previous?.postRoot ?? this.chain.deployment.genesisRoot,
        postRoot: 1000n + BigInt(number),
        number,
        epoch: 0,
        steps: STEPS,
        wordCount: words.length,
        time,
        l1Start,
        l1End: this.consumed.length,
        signaturesHash: 0n,
      },
      words,
      commitment: 5000n + BigInt(number),
    });
  }

  /** Sees one account come from L1 and cuts a batch of it. */
  async begin(): Promise<void> {
    await this.chain.register(100n, 7n);
    await this.chain.mine(2);
    await this.watcher.look();
    await this.cutBatch();
  }

  /** So many rounds of both loops. */
  async round(times = 1): Promise<void> {
    for (let i = 0; i < times; i++) {
      await this.submitter.advance();
      await this.watcher.look();
    }
  }

  async prove(number: number): Promise<void> {
    const { header, words, commitment } = this.cut[number - 1]!;
    const publicSignals = publicInputsOf(commitment, [...headerWords(header), ...words]);
    const proof = await this.chain.circuit.prove(...publicSignals);
    this.proven.set(number, { proof: snarkjsProof(proof), publicSignals });
  }

  signer(): BatchSigner {
    return {
      sign: async (statement) => {
        const domain = await this.chain.exchange.domain();
        const digest = batchDigest(domain, statement);
        const key = this.isStranger ? this.chain.submitter : this.chain.validator;
        if (this.refusesToSign) throw new UnsignedError("signed something else");
        this.signed += 1;
        return orderSignatures(digest, [key.signingKey.sign(digest).serialized]);
      },
    };
  }
}
