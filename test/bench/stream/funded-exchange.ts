/** The exchange that the stream trades on: all markets, accounts so rich that no margin ever binds. */
import { LiveIndex } from "../../../sequencer/exchange/book-index.ts";
import { type Exchange, genesisExchange } from "../../../sequencer/exchange/exchange.ts";
import { MAX_MARKETS } from "../../../sequencer/exchange/limits.ts";
import { amountFields, encodePayload, encodeWord, WordType } from "../../../sequencer/exchange/word.ts";
import { runWord } from "../../generate/run.ts";

export const MID_PRICE = 10_000;
/** Accounts 1 to MAKERS rest, the TAKERS behind them cross. */
export const MAKERS = 1_000;
export const TAKERS = 200;

export function fundedExchange(): Exchange {
  const parameters = {
    initialFraction: 1000,
    maintenanceFraction: 500,
    collarFraction: 1000,
    maxMovePerSecond: 100,
    maxOracleAge: 60,
    minOrderValue: 1n,
    openInterestCap: 2 ** 50,
  };
  const markets = new Array(MAX_MARKETS).fill({ parameters, oraclePrice: MID_PRICE });
  const genesis = { domain: 1n, requestFee: 3n, time: 1_700_000_000, markets };
  const exchange = genesisExchange(genesis, new LiveIndex());
  for (let account = 1; account <= MAKERS + TAKERS; account++)
    for (const word of [
      encodePayload(WordType.payloadLow, BigInt(account), true),
      encodeWord({ type: WordType.register, l1: 1, account, ...amountFields(1n << 50n) }),
    ])
      runWord(exchange, { word, authentic: false });
  return exchange;
}
