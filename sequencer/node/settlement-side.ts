/** Brings a node's batches to L1 and L1's requests to the node. */
import { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import { type ChainSide, startChainSide } from "../chain/chain-side.ts";
import { type BatchSigner, UnsignedError } from "../chain/ports.ts";
import { batchSigner, SignerError } from "./batch-signer.ts";
import { readPrivateKey } from "./private-key.ts";
import type { OrderingNode, Surroundings } from "./surroundings.ts";

export interface SettlementSide {
  readonly chain: ChainSide;
  stop(): Promise<void>;
}

/** What the signer refuses it refuses for good; that L1 could not be asked what a digest is is no refusal. */
export const tellingRefusals = (signer: BatchSigner): BatchSigner => ({
  sign: (statement) =>
    signer.sign(statement).catch((error: unknown) => {
      throw error instanceof SignerError ? new UnsignedError(error.message, { cause: error }) : error;
    }),
});

/** Null when the configuration names no chain. */
export async function startSettlement(
  { config, env, database, log, l1 }: Surroundings,
  { sequencer, evidence, quorumOf }: OrderingNode,
): Promise<SettlementSide | null> {
  const { settlement, exchange } = config;
  if (settlement === undefined || l1 === null) return null;
  const registry = config.set?.registry;
  const chainId = BigInt(exchange.chainId);
  const { deploymentBlock, deploymentBlockHash, submitterKey, validatorKey } = settlement;
  const keys = {
    submitter: await readPrivateKey("/settlement/submitterKey", submitterKey, env),
    validator: await readPrivateKey("/settlement/validatorKey", validatorKey, env),
  };
  const contract = new ExchangeContract(exchange.address, l1);
  const own = batchSigner({
    database,
    chainId,
    exchange: exchange.address,
    validatorKey: keys.validator,
    batch: (number) => sequencer.batch(number),
    published: async (number) =>
      await contract.findRecord(number, deploymentBlock, await l1.getBlockNumber()),
  });
  const quorum = quorumOf(own, contract);
  const chain = startChainSide({
    provider: l1,
    endpoints: l1,
    deployment: {
      chainId,
      exchange: exchange.address,
      blockNumber: deploymentBlock,
      blockHash: deploymentBlockHash,
    },
    submitterKey: keys.submitter,
    sequencer,
    signer: tellingRefusals(quorum.signer),
    evidence,
    log,
    onEvent: quorum.onEvent,
    ...(registry === undefined ? {} : { registered: { registry, validatorKey: keys.validator } }),
    ...(settlement.finalityBlocks === undefined ? {} : { finalityBlocks: settlement.finalityBlocks }),
    ...(settlement.pollMs === undefined ? {} : { pollMs: settlement.pollMs }),
    onFault: (fault) => log.error(fault, "the chain side has stopped"),
  });
  return {
    chain,
    stop: async () => {
      await Promise.all([quorum.stop(), chain.stop()]);
    },
  };
}
