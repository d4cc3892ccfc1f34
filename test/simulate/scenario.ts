/** Everything about a run that its seed decides beforehand: who is faulty and how, what the network does, who crashes. */
import { faultyOf, quorumOf } from "../../sequencer/consensus/epoch.ts";
import { Random } from "../generate/random.ts";

/** Ways to be faulty; each uses up one of the f. */
export const FAULTS = [
  /** Never says anything. */
  "silent",
  /** As leader proposes two blocks, and votes for both. */
  "equivocator",
  /** Votes finalize for what it likes, after nullifying, and for two blocks. */
  "finalizer",
  /** Votes nullify in every view, and nothing else. */
  "nullifier",
  /** Signs with others' names, and makes certificates out of its own signature. */
  "impersonator",
  /** Sends again what it heard long ago, from earlier epochs too. */
  "replayer",
  /** Sends what has the right types and makes no sense. */
  "garbler",
  /** As leader builds on old blocks without showing that the views between were nullified. */
  "forker",
  /** Speaks to some only, and answers nobody. */
  "withholder",
  /** Two instances with one key, each honest by itself. */
  "twins",
  /** Loses its log in a crash, and is honest otherwise. */
  "forgetful",
] as const;
export type Fault = (typeof FAULTS)[number];

export interface Crash {
  readonly node: number;
  readonly atMs: number;
  readonly downMs: number;
}

export interface Partition {
  readonly fromMs: number;
  readonly toMs: number;
  /** One bit per node: which of two sides. */
  readonly side: readonly boolean[];
}

/** So many stop for good that nothing can be agreed on, until L1 names those who are left. */
export interface Death {
  readonly nodes: readonly number[];
  readonly atMs: number;
  /** L1 has a set that takes over, and perhaps soon another one that takes over from that. */
  readonly sealedAtMs: readonly number[];
  /** The dead start again, to follow; null for never. */
  readonly returnsAtMs: number | null;
}

export interface Scenario {
  readonly seed: number;
  /** Validators of an epoch; there may be one node more, so that sets change. */
  readonly validators: number;
  readonly nodes: number;
  readonly faults: ReadonlyMap<number, Fault>;
  /** Heights that end an epoch are the multiples. */
  readonly epochBlocks: number;
  /** From then on nothing is lost, nobody crashes, messages take at most D. */
  readonly healsAtMs: number;
  readonly loss: number;
  readonly duplication: number;
  /** Most messages take up to this before the network heals; some ten times as long. */
  readonly usualDelayMs: number;
  readonly crashes: readonly Crash[];
  readonly partitions: readonly Partition[];
  readonly death: Death | null;
  /** How often a leader finds something to order at once. */
  readonly traffic: number;
}

export function drawScenario(seed: number, validators: number): Scenario {
  const random = new Random(seed);
  const healsAtMs = random.between(1500, 5000);
  const death = drawDeath(random, validators, healsAtMs);
  // Of a set of which more than f are dead nobody else may be faulty.
  const nodes = validators + (death === null && random.chance(0.3) ? 1 : 0);
  return {
    seed,
    validators,
    nodes,
    death,
    faults: death === null ? drawFaults(random, validators, nodes) : new Map(),
    epochBlocks: random.pick([2, 5, 8, 20, 60]),
    healsAtMs,
    loss: random.pick([0, 0.02, 0.1, 0.3]),
    duplication: random.pick([0, 0.05, 0.2]),
    usualDelayMs: random.pick([5, 30, 80, 200]),
    crashes: drawCrashes(random, nodes, healsAtMs),
    partitions: drawPartitions(random, nodes, healsAtMs),
    traffic: random.pick([0.1, 0.5, 0.9]),
  };
}

/**
 * One more than the set can bear, so that it stands still. Of those who signed for a final block enough are left that
 * no quorum of the new set is without one of them (consensus/take-over.ts).
 */
function drawDeath(random: Random, validators: number, healsAtMs: number): Death | null {
  const dead = validators - quorumOf(validators) + 1;
  const left = validators - dead;
  if (!random.chance(0.2) || quorumOf(validators) - dead <= faultyOf(left)) return null;
  const atMs = random.between(300, healsAtMs - 800);
  const sealedAtMs = [random.between(atMs + 300, healsAtMs)];
  if (random.chance(0.3)) sealedAtMs.push(random.between(sealedAtMs[0]!, healsAtMs));
  const order = random.shuffled(Array.from({ length: validators }, (_, node) => node));
  const returnsAtMs = random.chance(0.5) ? random.between(sealedAtMs[0]!, healsAtMs) : null;
  return { nodes: order.slice(0, dead), atMs, sealedAtMs, returnsAtMs };
}

function drawFaults(random: Random, validators: number, nodes: number): Map<number, Fault> {
  const faults = new Map<number, Fault>();
  const order = random.shuffled(Array.from({ length: nodes }, (_, node) => node));
  const count = random.chance(0.15) ? 0 : random.between(1, Math.max(1, faultyOf(validators)));
  for (const node of order.slice(0, Math.min(count, faultyOf(validators))))
    faults.set(node, random.pick(FAULTS));
  return faults;
}

function drawCrashes(random: Random, nodes: number, healsAtMs: number): Crash[] {
  const count = random.pick([0, 1, 2, 4, 8]);
  return Array.from({ length: count }, () => ({
    node: random.below(nodes),
    atMs: random.between(100, healsAtMs),
    downMs: random.chance(0.15) ? 5000 : random.between(1, 1200),
  }));
}

function drawPartitions(random: Random, nodes: number, healsAtMs: number): Partition[] {
  const count = random.pick([0, 0, 1, 3]);
  return Array.from({ length: count }, () => {
    const fromMs = random.between(0, healsAtMs);
    const side = Array.from({ length: nodes }, () => random.chance(0.5));
    return { fromMs, toMs: fromMs + random.between(200, 1500), side };
  });
}
