/**
 * Makes the circuit's inputs step by step: replays the machine and shows, for each step, the two accounts with
 * their paths as the circuit opens them - the counterparty before the step, the active account after the
 * counterparty's change. Works on a full state as well as on the part that a job carries.
 */
import { apply } from "../../sequencer/exchange/apply.ts";
import { decide } from "../../sequencer/exchange/decide.ts";
import { accountInputs, orderLeaf, positionsInputs } from "../../sequencer/exchange/encode.ts";
import { type Exchange, readAccount, readOrder } from "../../sequencer/exchange/exchange.ts";
import { released } from "../../sequencer/exchange/order.ts";
import type { Account, OrderName } from "../../sequencer/exchange/state.ts";
import type { Step } from "../../sequencer/exchange/step.ts";
import { withOutcome } from "../../sequencer/exchange/word.ts";
import type { Point, Signature } from "../../sequencer/signature/request.ts";
import type { Path } from "../../sequencer/state-tree/sparse-tree.ts";
import type { StateTree } from "../../sequencer/state-tree/state-tree.ts";

/** Circuit inputs of one step; [0] is the counterparty, [1] the active account. */
export interface StepInput {
  readonly word: bigint;
  readonly index: readonly [number, number];
  readonly slot: readonly [number, number];
  readonly account: readonly [bigint[], bigint[]];
  readonly order: readonly [bigint, bigint];
  readonly orderPath: readonly [Path, Path];
  readonly accountPath: readonly [Path, Path];
  readonly publicKey: Point;
  readonly r8: Point;
  readonly s: bigint;
}

export interface Authority {
  readonly publicKey: Point;
  readonly signature: Signature;
}

/** Where a step names nobody it opens the reserved account, which nobody owns. */
const NOBODY: OrderName = { account: 0, slot: 0 };

/** Points on the curve for steps that check no signature: the base point, the identity, zero. */
const NO_AUTHORITY: Authority = {
  publicKey: [
    5299619240641551281634865583518297030282874472190772894086521144482721001553n,
    16950150798460657717958625567821834550301663161624707787222815936182638968203n,
  ],
  signature: { r8: [0n, 1n], s: 0n },
};

/** Decides, applies and shows one step. `authentic` as for `decide`. */
export function witnessStep(
  exchange: Exchange,
  tree: StateTree,
  word: bigint | undefined,
  authentic: boolean,
  authority: Authority | null,
): { readonly step: Step; readonly input: StepInput } {
  const step = decide(exchange, word, authentic);
  const counterparty = step.counterparty ?? NOBODY;
  const active = step.active ?? NOBODY;
  const counterpartyBefore = snapshot(exchange, counterparty.account);
  const activeBefore = snapshot(exchange, active.account);
  const released = releasedByCounterparty(exchange, step);
  const first = show(tree, counterparty, counterpartyBefore);
  apply(exchange, step);
  const same = counterparty.account === active.account;
  const counterpartyAfter = same
    ? { ...counterpartyBefore, reserved: counterpartyBefore.reserved - released }
    : readAccount(exchange, counterparty.account);
  tree.write(counterparty, counterpartyAfter, orderLeaf(readOrder(exchange, counterparty)));
  const second = show(tree, active, same ? counterpartyAfter : activeBefore);
  tree.write(active, readAccount(exchange, active.account), orderLeaf(readOrder(exchange, active)));
  const { publicKey, signature } = authority ?? NO_AUTHORITY;
  return {
    step,
    input: {
      word: withOutcome(step.word, step.outcome),
      index: [counterparty.account, active.account],
      slot: [counterparty.slot, active.slot],
      account: [first.account, second.account],
      order: [first.order, second.order],
      orderPath: [first.orderPath, second.orderPath],
      accountPath: [first.accountPath, second.accountPath],
      publicKey,
      r8: signature.r8,
      s: signature.s,
    },
  };
}

/** The account's own fields, apart from its orders, which a step changes in place. */
function snapshot(exchange: Exchange, index: number): Account {
  const account = readAccount(exchange, index);
  return { ...account, sizes: [...account.sizes], fundings: [...account.fundings] };
}

/** What the removal of an own order at the head gives back to the account that also acts. */
function releasedByCounterparty(exchange: Exchange, step: Step): bigint {
  if (step.action.kind !== "removeMaker" || step.counterparty === null) return 0n;
  const maker = readOrder(exchange, step.counterparty);
  if (maker === undefined) return 0n;
  return released(maker, readAccount(exchange, step.counterparty.account), maker.remaining);
}

function show(tree: StateTree, name: OrderName, account: Account) {
  return {
    account: [...accountInputs(account, 0n, 0n).slice(0, 7), ...positionsInputs(account)],
    order: tree.leafAt(name),
    orderPath: tree.orderPath(name),
    accountPath: tree.accountPath(name.account),
  };
}
