/** The part of a node's configuration that makes it a validator of a set, and what is made of it. */
import { type Static, Type } from "typebox";
import { type Epoch, makeEpoch, quorumOf } from "../consensus/epoch.ts";
import { MAX_VALIDATORS } from "../consensus/limits.ts";
import { addressOf } from "../consensus/secp256k1.ts";
import { domainSeparator } from "../consensus/vote.ts";
import { MEMPOOL_LIMITS } from "../mempool/limits.ts";
import { MAX_ADDRESS_LENGTH, MAX_ADDRESSES_PER_PEER } from "../network/limits.ts";
import { BLOCK_LIMITS } from "../ordering/limits.ts";
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
  },
  closed,
);
export type ValidatorCard = Static<typeof ValidatorCard>;

export const SetSchema = Type.Object(
  {
    /**
     * Without a registry: in the order in which they lead; the same in the configuration of each of them. With one: where
     * those are reached whom this node turns to first.
     */
    validators: Type.Array(ValidatorCard, { maxItems: MAX_VALIDATORS }),
    /** Address of the registry contract that names the set of each epoch; left out: one set for ever. */
    registry: Type.Optional(Type.String({ pattern: "^0x[0-9a-fA-F]{40}$" })),
    /** Multiaddrs that the others reach this node at; with a registry it tells them. As in its card, unless given. */
    announce: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: MAX_ADDRESS_LENGTH }), {
        minItems: 1,
        maxItems: MAX_ADDRESSES_PER_PEER,
      }),
    ),
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
    /** Batches proven on L1 that this node lies behind when it starts by a snapshot of them; 16 unless given. */
    joinBehind: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    /** A running node that lies so far behind and gets no nearer ends after this, to be started anew; 30,000 unless given. */
    farBehindMs: Type.Optional(Milliseconds),
    /**
     * How long the validator whose turn it is may take to bring a batch to L1 before it is the next one's turn as well: some
     * of the chain's blocks, or two pay for the same; 10,000 unless given.
     */
    turnMs: Type.Optional(Milliseconds),
  },
  closed,
);
export type SetConfig = Static<typeof SetSchema>;

export const DEFAULT_MAX_READERS = 16;

export interface SetFacts {
  readonly chainId: bigint;
  /** Address of the contract. */
  readonly exchange: string;
  readonly secretKey: Uint8Array;
  readonly tickSeconds: number;
  /** Of the door and of execution: the same for every validator of the set. */
  readonly expiryDepth: number;
  readonly maxExpiriesPerBlock: number;
}

/** Of the configuration's one set. Throws RangeError for one that cannot be, or that this validator is not in. */
export function fixedSetOf({ validators }: SetConfig, number: number, secretKey: Uint8Array): Epoch {
  const addresses = validators.map(({ address }) => address.toLowerCase());
  if (addresses.length === 0) throw new RangeError("nobody is in the set, and no registry is named");
  if (new Set(addresses).size !== addresses.length)
    throw new RangeError("a validator stands in the set twice");
  const own = addressOf(secretKey);
  if (!addresses.includes(own)) throw new RangeError(`the key of this node, ${own}, is none of the set's`);
  return makeEpoch(number, addresses);
}

/** Of all that validators sign. */
export const separatorOf = ({ chainId, exchange }: Pick<SetFacts, "chainId" | "exchange">): Uint8Array =>
  domainSeparator({ chainId, verifyingContract: exchange.toLowerCase() as `0x${string}` });

/** In the chain's first epoch. */
export function validatorSettingsOf(set: SetConfig, epoch: Epoch, facts: SetFacts): ValidatorSettings {
  const { tickSeconds, expiryDepth, maxExpiriesPerBlock } = facts;
  return {
    epoch,
    secretKey: facts.secretKey,
    separator: separatorOf(facts),
    timing: { ...DEFAULT_TIMING, ...set.timing },
    derivation: { tickSeconds, expiryDepth, maxExpiriesPerBlock, quorum: quorumOf(epoch.validators.length) },
    blockLimits: BLOCK_LIMITS,
    mempoolLimits: MEMPOOL_LIMITS,
  };
}
