/** Questions for snapshots and their answers, as they travel. */
import { MAX_MARKETS } from "../../exchange/limits.ts";
import type { Border } from "../../node/block-runner.ts";
import {
  MAX_ANSWERED_GROUPS,
  MAX_BLOCK_BORDERS,
  MAX_BLOCK_WORDS,
  MAX_DESCENDANTS,
  MAX_EXECUTED,
  MAX_GROUP_ACCOUNTS,
  MAX_GROUPS,
} from "../../snapshot/limits.ts";
import type { AccountGroup, ExecutedBlock, SnapshotHead, SnapshotMessage } from "../../snapshot/snapshot.ts";
import { block, certificate, hash, header, number } from "./block-schema.ts";
import { decode, encode, type MessageCodec } from "./codec.ts";
import { choice, list, one, record } from "./record.ts";
import { fieldElement, machineState, marketState, numberedAccount, word } from "./state-bytes.ts";

const border = record<Border>({ batch: one(number), sequence: one(number), fills: one(number) });

const executedBlock = record<ExecutedBlock>({
  sequence: one(number),
  fills: one(number),
  borders: list(border, MAX_BLOCK_BORDERS),
  words: list(word, MAX_BLOCK_WORDS),
});

const head: MessageCodec<SnapshotHead> = record<SnapshotHead>({
  batch: one(number),
  machine: one(machineState),
  markets: list(marketState, MAX_MARKETS),
  groups: list(fieldElement, MAX_GROUPS),
  block: one(block),
  descendants: list(header, MAX_DESCENDANTS),
  finalization: one(certificate),
  digestBefore: one(hash),
  executed: list(executedBlock, MAX_EXECUTED),
});

interface FlatGroup {
  readonly accounts: AccountGroup;
}
const group = record<FlatGroup>({ accounts: list(numberedAccount, MAX_GROUP_ACCOUNTS) });

type FlatMessage =
  | Exclude<SnapshotMessage, { kind: "groups" }>
  | {
      readonly kind: "groups";
      readonly batch: number;
      readonly from: number;
      readonly groups: readonly FlatGroup[];
    };

const message = choice<FlatMessage>({
  headWanted: [1, record({ batch: one(number) })],
  groupsWanted: [2, record({ batch: one(number), from: one(number) })],
  head: [3, record({ head: one(head) })],
  groups: [4, record({ batch: one(number), from: one(number), groups: list(group, MAX_ANSWERED_GROUPS) })],
  noSnapshot: [5, record({ batch: one(number) })],
});

/** A message beyond its bounds is a bug and throws. */
export function encodeSnapshotMessage(value: SnapshotMessage): Uint8Array<ArrayBuffer> {
  if (value.kind !== "groups") return encode(message, value);
  return encode(message, { ...value, groups: value.groups.map((accounts) => ({ accounts })) });
}

/** Throws `WireError`. */
export function decodeSnapshotMessage(bytes: Uint8Array): SnapshotMessage {
  const value = decode(message, bytes);
  if (value.kind !== "groups") return value;
  return { ...value, groups: value.groups.map(({ accounts }) => accounts) };
}

/** How many bytes a group takes in a message, about. */
export const groupBytes = (accounts: AccountGroup): number => encode(group, { accounts }).length;

/** As it is kept while a join is under way. */
export const encodeHead = (value: SnapshotHead): Uint8Array<ArrayBuffer> => encode(head, value);

/** Throws `WireError`. */
export const decodeHead = (bytes: Uint8Array): SnapshotHead => decode(head, bytes);
