/**
 * Whether a snapshot's head is what it claims to be. Two anchors: the state root that L1 has proven, and a finalization
 * by a quorum. README.md has the argument, in the order of these checks.
 */
import { hashHeader, hashPayload } from "../consensus/header.ts";
import type { Certificate, Hash } from "../consensus/messages.ts";
import type { Border } from "../node/block-runner.ts";
import type { Hash as StateHash } from "../state-tree/poseidon.ts";
import { type Dimensions, StateTree } from "../state-tree/state-tree.ts";
import { digestAfter } from "../validator/state-digest.ts";
import { accountsRootOf, groupCount } from "./groups.ts";
import type { SnapshotHead } from "./snapshot.ts";

/** The newest batch that L1 has proven, as this node's own view of the chain says once it is final. */
export interface ProvenBatch {
  readonly batch: number;
  readonly root: bigint;
}

export interface HeadRules {
  readonly dimensions: Dimensions;
  readonly hash: StateHash;
  /** Whether a quorum of the validators of the certificate's epoch signed it. */
  readonly isFinalization: (certificate: Certificate) => Promise<boolean>;
}

export type HeadFault =
  /** Of another batch than was asked for, or with more or fewer groups or markets than there are. */
  | "wrongShape"
  /** Not the state whose root L1 has proven. */
  | "wrongRoot"
  /** Not a chain of headers from the block to one with a finalization. */
  | "notFinal"
  /** No final header names the digest that words and counts lead to. */
  | "wrongDigest"
  /** The batch did not end in this block. */
  | "wrongBorder";

/** What a good head says. */
export interface Landing {
  readonly border: Border;
  /** Words of the block that belong to the batch and to earlier ones. */
  readonly consumed: number;
  /** After the block. */
  readonly stateDigest: Hash;
}

export async function checkHead(
  head: SnapshotHead,
  proven: ProvenBatch,
  rules: HeadRules,
): Promise<HeadFault | Landing> {
  const { dimensions } = rules;
  const { batch, machine, markets, groups } = head;
  const count = groupCount(dimensions, machine.nextAccount);
  if (batch !== proven.batch || markets.length !== dimensions.markets || groups.length !== count)
    return "wrongShape";
  if (stateRootOf(head, rules) !== proven.root) return "wrongRoot";
  return (await isFinal(head, rules)) ? landingOf(head) : "notFinal";
}

function stateRootOf({ machine, markets, groups }: SnapshotHead, { dimensions, hash }: HeadRules): bigint {
  const tree = new StateTree(dimensions, hash);
  const accountsRoot = accountsRootOf(dimensions, hash, groups);
  return hash("state", [accountsRoot, tree.marketsHash(markets), tree.machineHash(machine)]);
}

/** The block or a descendant of it has a finalization. */
async function isFinal(
  { block, descendants, finalization }: SnapshotHead,
  { isFinalization }: HeadRules,
): Promise<boolean> {
  if (hashPayload(block.payload) !== block.header.payloadHash) return false;
  let [parent, height] = [hashHeader(block.header), block.header.height];
  for (const header of descendants) {
    if (header.parent !== parent || header.height !== height + 1) return false;
    [parent, height] = [hashHeader(header), header.height];
  }
  if (finalization.kind !== "finalize" || finalization.block !== parent) return false;
  return await isFinalization(finalization);
}

/** The state digest after the block, if a final header names it or one that it leads to. */
function finalDigestOf({ block, descendants, digestBefore, executed }: SnapshotHead): Hash | null {
  const { height } = block.header;
  const digests: Hash[] = [];
  for (const [i, { words, ...end }] of executed.entries())
    digests.push(digestAfter(digests.at(-1) ?? digestBefore, height + i, words, end));
  const last = height + digests.length - 1;
  const isNamed = descendants.some(
    ({ stateRootHeight, stateRoot }) => stateRootHeight === last && stateRoot === digests.at(-1),
  );
  return isNamed ? (digests[0] ?? null) : null;
}

/** Where the batch ended, by a digest that final headers name. */
export function landingOf(head: SnapshotHead): Landing | "wrongDigest" | "wrongBorder" {
  const { batch, machine, executed } = head;
  const stateDigest = finalDigestOf(head);
  if (stateDigest === null) return "wrongDigest";
  const { borders, sequence, words } = executed[0]!;
  const border = borders.find((one) => one.batch === batch);
  if (border === undefined) return "wrongBorder";
  const consumed = words.length - (sequence - border.sequence);
  // A taker that is active where the batch ends came with a word of this block.
  if (consumed < (machine.taker === null ? 0 : 1) || consumed > words.length) return "wrongBorder";
  return { border, consumed, stateDigest };
}
