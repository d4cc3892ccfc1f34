/**
 * The chain side of a node: watcher and submitter in their loops, until they are stopped or a fault ends them. Evidence
 * is reported all the same after a fault: a quorum of liars is just what would have caused one. So is that this node is
 * there, when its set is silent.
 */
import { setTimeout as wait } from "node:timers/promises";
import { type JsonRpcApiProvider, Wallet } from "ethers";
import type { ExchangeEvent } from "../../verifier-contracts/events.ts";
import { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import { RegistryContract } from "../../verifier-contracts/registry.ts";
import { EvidenceReporter } from "./evidence-reporter.ts";
import { type ChainFault, ChainFaultError } from "./fault.ts";
import { DEFAULT_FINALITY_BLOCKS, DEFAULT_POLL_MS, SUCCESSION_POLLS } from "./limits.ts";
import type { ChainLog } from "./log.ts";
import { loop } from "./loop.ts";
import type {
  BatchSigner,
  CutBatches,
  DeployedExchange,
  EvidenceDesk,
  L1Intake,
  Proofs,
  Settlements,
} from "./ports.ts";
import { Submitter } from "./submitter.ts";
import { Succession } from "./succession.ts";
import { TransactionSender } from "./transaction-sender.ts";
import { type Endpoints, turnAfterFailures } from "./turning.ts";
import { Watcher } from "./watcher.ts";

export interface ChainSideOptions {
  readonly provider: JsonRpcApiProvider;
  /** Those of the provider; left out where there is one only. */
  readonly endpoints?: Endpoints;
  readonly deployment: DeployedExchange;
  /** Pays for commitments and proofs; nobody else sends with it. */
  readonly submitterKey: string;
  readonly sequencer: L1Intake & CutBatches & Settlements & { readonly jobs: Proofs };
  readonly signer: BatchSigner;
  /** Null: this node finds none. */
  readonly evidence: EvidenceDesk | null;
  /** The key of this node's votes, and who names the sets; left out where one set stands for ever. */
  readonly registered?: { readonly validatorKey: string; readonly registry: string };
  readonly log: ChainLog;
  readonly finalityBlocks?: number;
  readonly pollMs?: number;
  readonly onEvent?: (event: ExchangeEvent) => void;
  /** The chain side has stopped for good. */
  readonly onFault?: (fault: ChainFault) => void;
}

export interface ChainSide {
  readonly chainId: bigint;
  readonly exchange: string;
  readonly headBlock: number;
  readonly finalBlock: number;
  readonly fault: ChainFault | null;
  /** Resolves when nothing of it runs any more; what is on its way to the chain stays on its way. */
  stop(): Promise<void>;
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  wait(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });

/** With one key for votes and payments there is one account, and what leaves it leaves in one order. */
function successionOf(
  { provider, deployment, log, finalityBlocks = DEFAULT_FINALITY_BLOCKS }: ChainSideOptions,
  { validatorKey, registry }: NonNullable<ChainSideOptions["registered"]>,
  { wallet, sender }: { wallet: Wallet; sender: TransactionSender },
): Succession {
  const own = new Wallet(validatorKey);
  const { chainId } = deployment;
  const ownSender =
    own.address === wallet.address
      ? sender
      : new TransactionSender({ provider, wallet: own, chainId, nowMs: Date.now, log });
  return new Succession({
    ...{ provider, sender, ownSender, finalityBlocks, log },
    registry: new RegistryContract(registry, provider),
    deploymentBlock: deployment.blockNumber,
    validator: own.address,
  });
}

export function startChainSide(options: ChainSideOptions): ChainSide {
  const { provider, deployment, sequencer, signer, evidence, log, onEvent } = options;
  const finalityBlocks = options.finalityBlocks ?? DEFAULT_FINALITY_BLOCKS;
  const exchange = new ExchangeContract(deployment.exchange, provider);
  const watcher = new Watcher({
    provider,
    exchange,
    deployment,
    intake: sequencer,
    settlements: sequencer,
    finalityBlocks,
    log,
    ...(onEvent === undefined ? {} : { onEvent }),
  });
  const wallet = new Wallet(options.submitterKey);
  const { chainId } = deployment;
  const sender = new TransactionSender({ provider, wallet, chainId, nowMs: Date.now, log });
  const submitter = new Submitter({
    exchange,
    batches: sequencer,
    settlements: sequencer,
    proofs: sequencer.jobs,
    signer,
    sender,
    nowMs: Date.now,
    log,
  });

  const reporter =
    evidence === null
      ? null
      : new EvidenceReporter({
          ...{ provider, exchange, sender, log, finalityBlocks },
          desk: evidence,
          nowMs: Date.now,
        });

  const succession =
    options.registered === undefined ? null : successionOf(options, options.registered, { wallet, sender });

  const closing = new AbortController();
  const stopping = new AbortController();
  let fault: ChainFault | null = null;
  const pollMs = options.pollMs ?? DEFAULT_POLL_MS;
  const repeat = (
    name: string,
    step: () => Promise<unknown>,
    signal: AbortSignal,
    intervalMs = pollMs,
  ): Promise<void> => {
    const failed = turnAfterFailures(options.endpoints);
    return loop({
      step: async () => void (await step()),
      intervalMs,
      signal,
      sleep: pause,
      onError: (error, pauseMs, failures) => {
        log.warn({ err: error, pauseMs }, `${name} failed and tries again`);
        failed(error, failures);
      },
    });
  };
  const run = (name: string, step: () => Promise<unknown>): Promise<void> =>
    repeat(name, step, stopping.signal).catch((error: unknown) => {
      if (!(error instanceof ChainFaultError)) throw error;
      fault ??= error.fault;
      stopping.abort();
      log.error(error.fault.facts, error.message);
      options.onFault?.(error.fault);
    });
  const running = Promise.all([
    run("L1 watcher", () => watcher.look()),
    run("submitter", () => submitter.advance()),
    ...(succession === null
      ? []
      : [repeat("succession", () => succession.advance(), closing.signal, pollMs * SUCCESSION_POLLS)]),
    ...(reporter === null ? [] : [repeat("reporter", () => reporter.advance(), closing.signal)]),
  ]);

  return {
    chainId,
    exchange: exchange.address,
    get headBlock() {
      return watcher.headBlock;
    },
    get finalBlock() {
      return watcher.finalBlock;
    },
    get fault() {
      return fault;
    },
    async stop() {
      stopping.abort();
      closing.abort();
      await running;
    },
  };
}
