import { LiveIndex } from "../exchange/book-index.ts";
import { genesisExchange } from "../exchange/exchange.ts";
import { checkGenesis } from "../exchange/genesis.ts";
import type { Genesis } from "../exchange/state.ts";
import type { Poseidon } from "./poseidon.ts";
import { type Dimensions, StateTree } from "./state-tree.ts";

export interface FirstState {
  readonly genesis: Genesis;
  readonly dimensions: Dimensions;
}

/** The root of the state before the first batch; a contract is deployed with it. Throws BadGenesis. */
export function genesisRootOf({ genesis, dimensions }: FirstState, { hash }: Poseidon): bigint {
  checkGenesis(genesis);
  return new StateTree(dimensions, hash).stateRoot(genesisExchange(genesis, new LiveIndex()));
}
