/** A validator that is on the mesh like the others, hears them, and says what it likes. */

import type { Hash, Signature, Subject } from "../../sequencer/consensus/messages.ts";
import { signDigest } from "../../sequencer/consensus/secp256k1.ts";
import { domainSeparator, voteDigest } from "../../sequencer/consensus/vote.ts";
import { openNetwork } from "../../sequencer/network/network.ts";
import type { Network } from "../../sequencer/network/ports.ts";
import { type NodeConfig, readConfig, settingsOf } from "../../sequencer/node/config.ts";
import { systemClock } from "../../sequencer/node/settings.ts";
import { exchangeName } from "../../sequencer/validator/exchange-name.ts";
import { identitySeed, secretKeyFromHex } from "../../sequencer/validator/identity.ts";
import { fixedSetOf, validatorSettingsOf } from "../../sequencer/validator/set-config.ts";
import { batchDigest, exchangeDomain } from "../../verifier-contracts/typed-data.ts";
import type { NodeSet } from "./node-set.ts";

const EPOCH = 1;

/** Of the mesh: the liar claims to go by the rules. */
function nameOf(config: NodeConfig, secretKey: Uint8Array): string {
  const { exchange, tickSeconds } = config;
  const settings = settingsOf(config);
  const { expiryDepth, maxExpiriesPerBlock } = settings.limits;
  const validator = validatorSettingsOf(config.set!, fixedSetOf(config.set!, EPOCH, secretKey), {
    chainId: BigInt(exchange.chainId),
    exchange: exchange.address,
    tickSeconds: tickSeconds!,
    ...{ secretKey, expiryDepth, maxExpiriesPerBlock },
  });
  return exchangeName(exchange, settings, validator);
}

export class Liar {
  readonly network: Network;
  /** The newest view that it heard of. */
  view = 0;
  private readonly set: NodeSet;
  private readonly index: number;
  private readonly secretKey: Uint8Array;

  /** In the place of the validator with this index, whose node must not run. */
  static async join(set: NodeSet, index: number, privateKey: string): Promise<Liar> {
    const secretKey = secretKeyFromHex(privateKey);
    const config = await readConfig(set.node(index).configPath);
    const { listen, validators } = config.set!;
    const network = await openNetwork({
      identitySeed: identitySeed(secretKey),
      exchange: nameOf(config, secretKey),
      listen,
      validators,
      maxReaders: 0,
      clock: systemClock,
      random: Math.random,
      log: { info: () => undefined, warn: () => undefined },
    });
    return new Liar(set, index, secretKey, network);
  }

  private constructor(set: NodeSet, index: number, secretKey: Uint8Array, network: Network) {
    this.set = set;
    this.index = index;
    this.secretKey = secretKey;
    this.network = network;
    network.onMessage((_, message) => {
      if (message.kind === "vote") this.view = Math.max(this.view, message.vote.view);
    });
  }

  /** How many hear it. */
  get hearers(): number {
    return this.network.metrics().peers.filter(({ canSend }) => canSend).length;
  }

  /** Tells all that it finalizes this block of the view. */
  finalize(epoch: number, view: number, block: Hash): void {
    const { deployment } = this.set;
    const separator = domainSeparator({
      chainId: deployment.chainId,
      verifyingContract: deployment.exchange.toLowerCase() as Hash,
    });
    const subject: Subject = { kind: "finalize", epoch, view, block };
    const signature = signDigest(voteDigest(separator, subject), this.secretKey);
    this.network.broadcast({ kind: "vote", vote: { ...subject, signer: this.index, signature } });
  }

  /** Votes for a batch that nobody cut. */
  voteForBatch(epoch: number, number: number, dataHash: Hash): void {
    const { deployment } = this.set;
    const domain = exchangeDomain(deployment.chainId, deployment.exchange);
    const previousDigest: Hash = `0x${"00".repeat(32)}`;
    const statement = { epoch, number, previousDigest, commitment: 1n, dataHash };
    const digest = new Uint8Array(Buffer.from(batchDigest(domain, statement).slice(2), "hex"));
    const signature: Signature = signDigest(digest, this.secretKey);
    this.network.publishNotice({ kind: "batchVote", vote: { ...statement, signature } });
  }

  close(): Promise<void> {
    return this.network.close();
  }
}
