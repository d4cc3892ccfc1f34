/** A node that is a validator of a set, from its configuration. */

import type { Provider } from "ethers";
import type { ExchangeEvent } from "../../verifier-contracts/events.ts";
import type { Evidence } from "../../verifier-contracts/evidence.ts";
import { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import { exchangeDomain } from "../../verifier-contracts/typed-data.ts";
import { DEFAULT_FINALITY_BLOCKS, DEFAULT_POLL_MS } from "../chain/limits.ts";
import { addressOf } from "../consensus/secp256k1.ts";
import { peerIdOf } from "../network/libp2p-node.ts";
import { ConfigError, DEFAULT_TICK_SECONDS, type NodeConfig, readSecret } from "../node/config.ts";
import { systemClock } from "../node/settings.ts";
import type { OrderingNode, QuorumSigner, Surroundings } from "../node/surroundings.ts";
import type { ProvenBatch } from "../snapshot/check-head.ts";
import { watchDistance } from "../snapshot/far-behind.ts";
import type { EpochOf } from "../snapshot/join.ts";
import { FAR_BEHIND_LOOKS, FAR_BEHIND_MS, MIN_BATCHES_BEHIND } from "../snapshot/limits.ts";
import { provenOnL1 } from "../snapshot/proven-on-l1.ts";
import { BatchEpochs } from "./batch-epochs.ts";
import { startBatchSigning } from "./batch-signing.ts";
import { BatchVotes, DEFAULT_TURN_MS } from "./batch-votes.ts";
import { BirthMark } from "./birth-mark.ts";
import { type SetOf, watchEvidence } from "./evidence-watch.ts";
import { exchangeName } from "./exchange-name.ts";
import { identitySeed, secretKeyFromHex } from "./identity.ts";
import { fixedMembership, type Membership } from "./membership.ts";
import { validatorMetrics } from "./metrics.ts";
import { openRegistry } from "./open-registry.ts";
import { PostedVotes } from "./posted-votes.ts";
import { fixedSetOf, type SetConfig, separatorOf, validatorSettingsOf } from "./set-config.ts";
import type { ValidatorSettings } from "./settings.ts";
import { ValidatorNode } from "./validator-node.ts";

export async function openValidator(set: SetConfig, surroundings: Surroundings): Promise<OrderingNode> {
  const { config, log, registry, observers, threads: work, l1 } = surroundings;
  const { exchange, prices } = config;
  const { validator, membership, epochOf, earliest } = await validatorOf(set, surroundings);
  const minBehind = set.joinBehind ?? MIN_BATCHES_BEHIND;
  const birth = new BirthMark(config.data);
  const metrics = validatorMetrics(registry);
  let setOf: SetOf = (epoch) => (epoch === validator.epoch.number ? validator.epoch.validators : undefined);
  const evidence = await watchEvidence({
    database: surroundings.database,
    address: addressOf(validator.secretKey),
    setOf: (epoch) => setOf(epoch),
    nowMs: () => systemClock.nowMs(),
    registry,
    log,
  });
  const node = await ValidatorNode.start({
    ...surroundings,
    set,
    membership,
    validator,
    join: {
      proven: () => provenBatch(config, l1!),
      epochOf,
      minBehind,
    },
    work,
    exchangeName: exchangeName(exchange, surroundings.settings, validator),
    isBorn: await birth.isThere(),
    prices: prices ?? { kind: "fixed" },
    firstPrices: exchange.markets.map(({ oraclePrice }) => oraclePrice),
    clock: systemClock,
    random: Math.random,
    observers: {
      ...observers,
      onFinality: metrics.onFinality,
      onFinal: metrics.onFinal,
      onEvidence: (votes) => {
        metrics.onEvidence(votes.kind);
        evidence.onVotes(votes);
      },
      onInvalid: (leader, fault) => {
        metrics.onInvalid();
        log.warn({ leader, fault }, "a leader's block breaks the rule");
      },
    },
  });
  // What it signs from now on is in its log: an empty one would be a loss.
  await birth.remove();
  metrics.watch(node);
  setOf = (epoch) => node.sequencer.setOf(epoch);
  const stopWatching = watchDistance({
    minBehind,
    proven: async () => (await provenBatch(config, l1!))?.batch ?? 0,
    latest: () => node.sequencer.latestBatch(),
    ageMs: () => systemClock.nowMs() - node.sequencer.consensus().timeMs,
    intervalMs: (set.farBehindMs ?? FAR_BEHIND_MS) / FAR_BEHIND_LOOKS,
    onFarBehind: surroundings.onFarBehind,
    log,
  });
  return {
    sequencer: node.sequencer,
    evidence: evidence.desk,
    quorumOf: (own, contract) => {
      const onEvidence = (found: Evidence, signer: string): void => {
        metrics.onEvidence(found.offence);
        evidence.onBatches(found, signer);
      };
      return batchQuorum(node, surroundings, earliest, onEvidence, own, contract);
    },
    begin: () => undefined,
    end: () => node.sequencer.leave(),
    close: async () => {
      await stopWatching();
      await node.stop();
    },
  };
}

function batchQuorum(
  node: ValidatorNode,
  { config, log }: Surroundings,
  earliest: ValidatorOfSet["earliest"],
  onEvidence: (evidence: Evidence, signer: string) => void,
  ...[own, contract]: Parameters<OrderingNode["quorumOf"]>
): QuorumSigner {
  const { exchange, settlement } = config;
  const { sequencer, network } = node;
  const domain = exchangeDomain(BigInt(exchange.chainId), exchange.address);
  const votes = new BatchVotes({
    domain,
    setOf: (epoch) => sequencer.setOf(epoch),
    self: sequencer.address,
    own,
    batch: (number) => sequencer.batch(number),
    broadcast: (vote) => network.publishNotice({ kind: "batchVote", vote }),
    nowMs: () => systemClock.nowMs(),
    turnMs: config.set?.turnMs ?? DEFAULT_TURN_MS,
    onDivergence: (batch, theirs, ours) =>
      log.error({ batch, theirs, ours }, "a quorum signed another batch than this node"),
    onEvidence,
  });
  node.collectBatchVotes(votes);
  const posted = new PostedVotes({ domain, contract, take: (vote) => votes.take(vote) });
  const epochs = new BatchEpochs({
    restate: (number, epoch) => sequencer.restateBatch(number, epoch),
    onRestated: (number, epoch) => {
      votes.restated(number);
      log.info({ batch: number, epoch }, "a batch stands under another epoch now");
    },
    batchEpoch: async (number) => (await sequencer.batch(number))?.header.epoch,
  });
  const stop = startBatchSigning({
    votes,
    posted,
    epochs,
    earliest,
    state: () => contract.state(),
    latestBatch: () => sequencer.latestBatch(),
    intervalMs: settlement?.pollMs ?? DEFAULT_POLL_MS,
    log,
  });
  const onEvent = (event: ExchangeEvent): void => {
    posted.note(event);
    epochs.note(event);
  };
  return { signer: votes, onEvent, stop };
}

/** As far as L1 has proven, and it is final. */
async function provenBatch(
  { exchange, settlement }: NodeConfig,
  provider: Provider,
): Promise<ProvenBatch | null> {
  const { deploymentBlock, finalityBlocks = DEFAULT_FINALITY_BLOCKS } = settlement!;
  const contract = new ExchangeContract(exchange.address, provider);
  return await provenOnL1({ provider, exchange: contract, deploymentBlock, finalityBlocks });
}

/** A mistake that no other node would ever tell this one about. */
async function checkOwnCard({ validators }: SetConfig, secretKey: Uint8Array): Promise<void> {
  const own = validators.find(({ address }) => address.toLowerCase() === addressOf(secretKey));
  const peerId = await peerIdOf(identitySeed(secretKey));
  if (own !== undefined && own.peerId !== peerId)
    throw new ConfigError(
      `/set/validators: this node's card has peer id ${own.peerId}, its key gives ${peerId}`,
    );
}

interface ValidatorOfSet {
  readonly validator: ValidatorSettings;
  readonly membership: Membership;
  readonly epochOf: EpochOf;
  /** The earliest epoch whose batches L1 takes. */
  readonly earliest: () => Promise<number>;
}

async function validatorOf(set: SetConfig, surroundings: Surroundings): Promise<ValidatorOfSet> {
  const { config, env, settings } = surroundings;
  const { exchange, settlement, tickSeconds = DEFAULT_TICK_SECONDS } = config;
  const { expiryDepth, maxExpiriesPerBlock } = settings.limits;
  try {
    const secretKey = secretKeyFromHex(await readSecret(settlement!.validatorKey, env));
    await checkOwnCard(set, secretKey);
    const facts = {
      chainId: BigInt(exchange.chainId),
      exchange: exchange.address,
      secretKey,
      tickSeconds,
      expiryDepth,
      maxExpiriesPerBlock,
    };
    if (set.registry === undefined) {
      const epoch = fixedSetOf(set, settings.epoch, secretKey);
      return {
        validator: validatorSettingsOf(set, epoch, facts),
        membership: fixedMembership(set),
        epochOf: async (number) => (number === epoch.number ? epoch : undefined),
        earliest: async () => epoch.number,
      };
    }
    const own = { address: addressOf(secretKey), secretKey, separator: separatorOf(facts) };
    const { first, ...registry } = await openRegistry(set, set.registry, own, surroundings);
    return { validator: validatorSettingsOf(set, first, facts), ...registry };
  } catch (error) {
    if (error instanceof RangeError) throw new ConfigError(`/set: ${error.message}`);
    throw error;
  }
}
