/** Replays a job with nothing but what it opens, as a prover does, and computes the root it ends at. */
import type { BatchJob, OpenedAccount } from "../../sequencer/batch/job.ts";
import { apply } from "../../sequencer/exchange/apply.ts";
import type { BookIndex } from "../../sequencer/exchange/book-index.ts";
import { decide } from "../../sequencer/exchange/decide.ts";
import { orderLeaf } from "../../sequencer/exchange/encode.ts";
import type { Exchange } from "../../sequencer/exchange/exchange.ts";
import type { OrderName } from "../../sequencer/exchange/state.ts";
import { Outcome, outcomeOf, withOutcome } from "../../sequencer/exchange/word.ts";
import type { Hash } from "../../sequencer/state-tree/poseidon.ts";
import { ARITY, type Path } from "../../sequencer/state-tree/sparse-tree.ts";
import { StateTree } from "../../sequencer/state-tree/state-tree.ts";

export interface Replay {
  readonly preRoot: bigint;
  readonly postRoot: bigint;
}

/** Throws when a step names what the job does not open, or comes out differently. */
export function replayJob(hash: Hash, job: BatchJob): Replay {
  let counterparty: OrderName | null = null;
  const index: BookIndex = {
    predecessorForPrice: () => counterparty,
    predecessorOf: () => counterparty,
    inserted: () => {},
    removed: () => {},
  };
  const exchange: Exchange = {
    accounts: new Map(job.opened.map((opened) => [opened.index, structuredClone(opened.account)])),
    markets: structuredClone(job.markets) as Exchange["markets"],
    machine: structuredClone(job.machine) as Exchange["machine"],
    index,
  };
  const tree = new StateTree(job.dimensions, hash);
  const opened = new Set<string>();
  for (const { index: account, ordersRoot, path, orders } of job.opened)
    for (const order of orders) {
      opened.add(`${account}/${order.slot}`);
      tree.graft({ account, slot: order.slot }, order.path, ordersRoot, path, job.accountsRoot);
    }
  const names = job.opened.flatMap(({ index: account, orders }) =>
    orders.map(({ slot }) => ({ account, slot })),
  );
  for (const account of job.opened) checkPaths(hash, tree, job, account);
  const preRoot = tree.stateRoot(exchange);
  job.steps.forEach((logged, i) => {
    counterparty = logged.counterparty;
    const authentic = outcomeOf(logged.word) !== Outcome.dropped;
    const step = decide(exchange, logged.word === 0n ? undefined : logged.word, authentic);
    if (withOutcome(step.word, step.outcome) !== logged.word)
      throw new Error(`step ${i} comes out differently`);
    for (const name of [step.active ?? { account: 0, slot: 0 }, step.counterparty ?? { account: 0, slot: 0 }])
      if (!opened.has(`${name.account}/${name.slot}`))
        throw new Error(`step ${i} opens ${name.account}/${name.slot}`);
    apply(exchange, step);
  });
  tree.update(exchange, [], names);
  return { preRoot, postRoot: tree.stateRoot(exchange) };
}

/** The opened values are the leaves, and each path hashes up to its root. */
function checkPaths(hash: Hash, tree: StateTree, job: BatchJob, opened: OpenedAccount): void {
  const { index, account, ordersRoot, path, orders } = opened;
  for (const order of orders) {
    const leaf = orderLeaf(account.orders.get(order.slot));
    climb(hash, "orderNode", order.path, order.slot, leaf, ordersRoot);
  }
  climb(hash, "accountNode", path, index, tree.accountLeaf(account, ordersRoot), job.accountsRoot);
}

function climb(
  hash: Hash,
  kind: "accountNode" | "orderNode",
  path: Path,
  index: number,
  leaf: bigint,
  root: bigint,
): void {
  let node = leaf;
  for (const row of path) {
    if (row[index % ARITY] !== node) throw new Error(`a ${kind} path does not hold its leaf`);
    node = hash(kind, row);
    index = Math.floor(index / ARITY);
  }
  if (node !== root) throw new Error(`a ${kind} path does not lead to its root`);
}
