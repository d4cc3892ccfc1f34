/** Asking for what is missing, and repeating oneself: messages get lost, and without this some runs stall for ever. */
import { standingOf } from "./chain.ts";
import { askAgain, gapsOf } from "./judge.ts";
import { MAX_CHAIN_BLOCKS, MAX_REQUESTED_BLOCKS, MAX_REQUESTED_VIEWS, PEERS_ASKED } from "./limits.ts";
import type { Hash, Peer } from "./messages.ts";
import { chooseParent, finalHash, ownProposal } from "./propose.ts";
import { emptyRound, isInReach, type State } from "./state.ts";
import { missesStart } from "./take-over.ts";
import type { Turn } from "./turn.ts";
import { leads } from "./views.ts";

interface Wants {
  readonly views: Set<number>;
  readonly hashes: Set<Hash>;
  /** Final blocks, from the floor on. */
  chain: boolean;
}

/** Final blocks further than this above the floor are asked for by height instead of one by one. */
const CHAIN_FROM = 2;

/** Blocks that are final, or that the epoch begins on, are not here. */
const isBehind = (state: State): boolean =>
  state.finalization === null ? missesStart(state) : state.finalization.block !== state.floor.hash;

/** What stands in the way of this node's next act. */
function urgentWants(turn: Turn): Wants {
  const { state } = turn;
  const wants: Wants = { views: new Set(), hashes: new Set(), chain: false };
  if (state.over) return wants;
  if (isBehind(state)) {
    wantFinal(turn, wants);
    return wants;
  }
  const round = state.rounds.get(state.view) ?? emptyRound(state.view);
  if (round.proposal !== null && round.own.notarize === null && round.own.nullify === null) {
    const { proposal } = round.proposal;
    for (const view of gapsOf(turn, proposal)) wants.views.add(view);
    const { parentView } = proposal;
    const certified = parentView <= state.finalView ? finalHash(state) : turn.certifiedBlock(parentView);
    // A liar's ancestors would have no end: only those of a certified parent are fetched.
    if (certified === null) wants.views.add(parentView);
    else wantAncestors(turn, certified, wants);
  } else if (leads(state) && state.building === null && round.proposal === null) {
    const parent = chooseParent(turn);
    if (parent.kind === "unknownView") wants.views.add(parent.view);
    if (parent.kind === "missingBlock") wants.hashes.add(parent.hash);
  }
  return wants;
}

/** And what it would be good to have. */
function allWants(turn: Turn): Wants {
  const { state } = turn;
  const wants = urgentWants(turn);
  wants.views.add(state.view);
  if (isBehind(state)) wants.chain = hasRoom(turn);
  for (let view = state.view - 1; view > state.finalView && wants.views.size < MAX_REQUESTED_VIEWS; view--) {
    const certified = turn.certifiedBlock(view);
    if (certified === null && !turn.has("nullify", view)) wants.views.add(view);
    if (certified !== null && !wants.chain && wants.hashes.size < MAX_REQUESTED_BLOCKS)
      wantAncestors(turn, certified, wants);
  }
  return wants;
}

/** Whether a whole stretch may lie in memory until it is executed; if not, it is asked for when execution is nearer. */
const hasRoom = ({ state }: Turn): boolean => isInReach(state, state.floor.height + MAX_CHAIN_BLOCKS);

/** Behind finality nothing else is urgent. */
function wantFinal(turn: Turn, wants: Wants): void {
  const { state } = turn;
  if (!hasRoom(turn)) return;
  const hash = finalHash(state);
  const height = state.blocks.get(hash)?.header.height;
  const isFar = height !== undefined && height > state.floor.height + CHAIN_FROM;
  if (isFar) wants.chain = true;
  // What an epoch begins on need not be final with anybody.
  if (!isFar || state.finalization === null) wantAncestors(turn, hash, wants);
}

function wantAncestors(turn: Turn, hash: Hash, wants: Wants): void {
  const standing = standingOf(turn.state, hash);
  if (standing.kind === "missing") wants.hashes.add(standing.hash);
}

/** Whether a block that somebody sent was missing. */
export function wantsBlock(turn: Turn, hash: Hash): boolean {
  return allWants(turn).hashes.has(hash);
}

/** At once, what is urgent: from whom the news came, if it is a validator, else from anybody. */
export function askUrgently(turn: Turn, from: Peer | null): void {
  const { epoch } = turn.state;
  const source = from !== null && epoch.validators.includes(from) ? [from] : somePeers(turn, 1);
  ask(turn, urgentWants(turn), source, true);
}

/** While stuck in a view: the own votes and what led here once more, and questions. */
export function repeatAndAsk(turn: Turn): void {
  if (turn.state.over) return;
  repeat(turn);
  askAgain(turn);
  ask(turn, allWants(turn), somePeers(turn, PEERS_ASKED), false);
}

function repeat(turn: Turn): void {
  const { state } = turn;
  if (state.entry !== null) turn.broadcast({ kind: "certificate", certificate: state.entry });
  const before = state.rounds.get(state.view - 1)?.own.finalize ?? null;
  if (before !== null) turn.broadcast({ kind: "vote", vote: before });
  const own = state.rounds.get(state.view)?.own;
  if (own === undefined) return;
  const proposal = leads(state) ? ownProposal(turn, state.view) : undefined;
  if (proposal !== undefined) turn.broadcast({ kind: "proposal", proposal });
  for (const vote of [own.notarize, own.nullify]) if (vote !== null) turn.broadcast({ kind: "vote", vote });
}

function somePeers(turn: Turn, count: number): Peer[] {
  const { epoch, self } = turn.state;
  const others = epoch.validators.filter((_, index) => index !== self);
  const picked: Peer[] = [];
  while (picked.length < count && others.length > 0)
    picked.push(...others.splice(turn.random(others.length), 1));
  return picked;
}

function ask(turn: Turn, wants: Wants, peers: readonly Peer[], onlyNew: boolean): void {
  const { state } = turn;
  const isNew = (key: string): boolean => !onlyNew || !wasAsked(turn, key);
  const views = [...wants.views].filter((view) => isNew(`v${view}`)).slice(0, MAX_REQUESTED_VIEWS);
  const hashes = [...wants.hashes].filter(isNew).slice(0, MAX_REQUESTED_BLOCKS);
  const fromHeight = state.floor.height + 1;
  const chain = wants.chain && isNew(`c${fromHeight}`);
  const { number: epoch } = state.epoch;
  for (const to of peers) {
    const { view, floor } = state;
    if (views.length > 0)
      turn.send(to, { kind: "certificateRequest", epoch, view, height: floor.height, views });
    if (hashes.length > 0) turn.send(to, { kind: "blockRequest", hashes });
    if (chain) turn.send(to, { kind: "chainRequest", epoch, fromHeight });
  }
  noteAsked(turn, [...views.map((view) => `v${view}`), ...hashes, ...(chain ? [`c${fromHeight}`] : [])]);
}

const wasAsked = ({ state, setting }: Turn, key: string): boolean => {
  const at = state.asked.get(key);
  return at !== undefined && at + setting.timing.retryMs > state.nowMs;
};

/** Only what was asked within the last retry is remembered. */
function noteAsked(turn: Turn, keys: readonly string[]): void {
  if (keys.length === 0) return;
  const { state } = turn;
  const asked = new Map([...state.asked].filter(([key]) => wasAsked(turn, key)));
  for (const key of keys) asked.set(key, state.nowMs);
  state.asked = asked;
}
