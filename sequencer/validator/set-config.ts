/** The part of a node's configuration that makes it a validator of a set, and what is made of it. */
import { type Static, Type } from "typebox";
import { makeEpoch, quorumOf } from "../consensus/epoch.ts";
import { MAX_VALIDATORS } from "../consensus/limits.ts";
import type { Hash } from "../consensus/messages.ts";
import { addressOf } from "../consensus/secp256k1.ts";
import { domainSeparator } from "../consensus/vote.ts";
import { MEMPOOL_LIMITS } from "../mempool/limits.ts";
import { BLOCK_LIMITS } from "../ordering/limits.ts";
import { REVEAL_DEPTH } from "../ordering/seed.ts";
import { DEFAULT_TIMING, type ValidatorSettings } from "./settings.ts";

const closed = { additionalProperties: false } as const;
const Milliseconds = Type.Integer({ minimum: 1, maximum: 600_000 });

/** What the others have to know of a validator: `proofbook node init` prints it. */
export const ValidatorCard = Type.Object(
  {
    /** Of the key that votes. */
    address: Type.String({ pattern: "^0x[0-9a-fA-F]{40}$" }),
    peerId: Type.String({ minLength: 1, maxLength: 128 }),
    /** Where it listens, TCP; tried in this order. */
    multiaddrs: Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { minItems: 1, maxItems: 8 }),
    /** Root of what it reveals in this epoch; left out, it adds nothing to the order inside blocks. */
    commitment: Type.Optional(Type.String({ pattern: "^0x[0-9a-f]{64}$" })),
  },
  closed,
);
export type ValidatorCard = Static<typeof ValidatorCard>;

export const SetSchema = Type.Object(
  {
    /** In the order in which they lead; the same in the configuration of each of them. */
    validators: Type.Array(ValidatorCard, { minItems: 1, maxItems: MAX_VALIDATORS }),
    /** Multiaddrs that this node listens on. */
    listen: Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { minItems: 1, maxItems: 8 }),
    /** The longest that a message should take between two of them, and what follows from it. */
    timing: Type.Optional(
      Type.Object(
        {
          delayMs: Type.Optional(Milliseconds),
          heartbeatMs: Type.Optional(Milliseconds),
          retryMs: Type.Optional(Milliseconds),
          clockDriftMs: Type.Optional(Milliseconds),
        },
        closed,
      ),
    ),
    /** Nodes that are no validators and may ask for blocks; 16 unless given. */
    maxReaders: Type.Optional(Type.Integer({ minimum: 0, maximum: 256 })),
  },
  closed,
);
export type SetConfig = Static<typeof SetSchema>;

export const DEFAULT_MAX_READERS = 16;

export interface SetFacts {
  readonly chainId: bigint;
  /** Address of the contract. */
  readonly exchange: string;
  readonly epoch: number;
  readonly secretKey: Uint8Array;
  readonly tickSeconds: number;
  /** Of the door and of execution: the same for every validator of the set. */
  readonly expiryDepth: number;
  readonly maxExpiriesPerBlock: number;
}

/** Throws RangeError for a set that cannot be one, or that this validator is not in. */
export function validatorSettingsOf(set: SetConfig, facts: SetFacts): ValidatorSettings {
  const addresses = set.validators.map(({ address }) => address.toLowerCase());
  if (new Set(addresses).size !== addresses.length)
    throw new RangeError("a validator stands in the set twice");
  const own = addressOf(facts.secretKey);
  if (!addresses.includes(own)) throw new RangeError(`the key of this node, ${own}, is none of the set's`);
  const { tickSeconds, expiryDepth, maxExpiriesPerBlock } = facts;
  return {
    epoch: makeEpoch(facts.epoch, addresses),
    secretKey: facts.secretKey,
    separator: domainSeparator({
      chainId: facts.chainId,
      verifyingContract: facts.exchange.toLowerCase() as `0x${string}`,
    }),
    commitments: set.validators.map(({ commitment }) => (commitment as Hash | undefined) ?? null),
    revealDepth: REVEAL_DEPTH,
    timing: { ...DEFAULT_TIMING, ...set.timing },
    derivation: { tickSeconds, expiryDepth, maxExpiriesPerBlock, quorum: quorumOf(addresses.length) },
    blockLimits: BLOCK_LIMITS,
    mempoolLimits: MEMPOOL_LIMITS,
  };
}
