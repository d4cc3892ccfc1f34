/** Blocks above the floor and how they hang together. */
import type { Block, Hash, Header } from "./messages.ts";
import { isOpen, type State } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Whether a block stands on the floor: all between is held, or a block is missing, or it stands elsewhere. */
export type Standing = { readonly kind: "connected" | "elsewhere" } | { kind: "missing"; hash: Hash };

export function standingOf(state: State, hash: Hash): Standing {
  for (let at = hash; at !== state.floor.hash; ) {
    const block = state.blocks.get(at);
    if (block === undefined) return { kind: "missing", hash: at };
    if (block.header.height <= state.floor.height + 1 && block.header.parent !== state.floor.hash)
      return { kind: "elsewhere" };
    at = block.header.parent;
  }
  return { kind: "connected" };
}

/** The blocks above the floor up to a connected one, lowest first. */
export function stretchTo(state: State, hash: Hash): { readonly hash: Hash; readonly block: Block }[] {
  const stretch: { hash: Hash; block: Block }[] = [];
  for (let at = hash; at !== state.floor.hash; ) {
    const block = state.blocks.get(at)!;
    stretch.push({ hash: at, block });
    at = block.header.parent;
  }
  return stretch.reverse();
}

/** Null only for the first block of all. */
export function headerOf(state: State, hash: Hash): Header | null {
  if (hash === state.floor.hash) return state.floor.header;
  return state.blocks.get(hash)!.header;
}

export const heightOf = (header: Header | null): number => header?.height ?? 0;

/** The block's hash, or undefined if the payload is not the one that the header names. */
export function openBlock(turn: Turn, block: Block): Hash | undefined {
  const { setting } = turn;
  if (setting.hashPayload(block.payload) !== block.header.payloadHash) {
    turn.foundForgery = true;
    return undefined;
  }
  return setting.hashHeader(block.header);
}

export function holdBlock(turn: Turn, hash: Hash, block: Block): void {
  const { state } = turn;
  const isOurs = isOpen(state, block.header.epoch) && block.header.height > state.floor.height;
  if (!isOurs || state.blocks.has(hash)) return;
  state.blocks = new Map(state.blocks).set(hash, block);
  turn.moved = true;
}
