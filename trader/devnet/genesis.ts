/** The first state of a devnet, from which everybody computes the same root. */
import type { Genesis } from "../../sequencer/exchange/state.ts";
import { signatureDomain } from "../../sequencer/signature/domain.ts";
import { genesisRootOf } from "../../sequencer/state-tree/genesis-root.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import type { Dimensions } from "../../sequencer/state-tree/state-tree.ts";
import type { DevnetMarket } from "./devnet-markets.ts";

/** A hundredth of a unit of a six-decimal collateral. */
export const REQUEST_FEE = 10_000n;

export interface GenesisOptions {
  readonly chainId: bigint;
  readonly exchange: string;
  /** Unix seconds. */
  readonly time: number;
  readonly markets: readonly DevnetMarket[];
}

export const devnetGenesis = ({ chainId, exchange, time, markets }: GenesisOptions): Genesis => ({
  domain: signatureDomain(chainId, exchange),
  requestFee: REQUEST_FEE,
  time,
  markets: markets.map(({ parameters, oraclePrice }) => ({ parameters, oraclePrice })),
});

/** Throws BadGenesis. */
export const genesisRoot = async (genesis: Genesis, dimensions: Dimensions): Promise<bigint> =>
  genesisRootOf({ genesis, dimensions }, await loadPoseidon());
