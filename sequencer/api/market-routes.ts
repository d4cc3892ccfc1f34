/** Markets, books and what the exchange as a whole is. */
import { type Static, Type } from "typebox";
import { ApiError } from "./api-error.ts";
import { DEFAULT_BOOK_DEPTH, MAX_BOOK_DEPTH } from "./limits.ts";
import { onceStored } from "./log-place.ts";
import type { ApiParts, SequencerPort } from "./ports.ts";
import { Closed, Decimal, ERRORS, Hex, Index, MarketIndex, Nullable } from "./schemas.ts";
import type { ApiServer } from "./server-type.ts";

const ExchangeReply = Type.Object({
  domain: Decimal,
  requestFee: Decimal,
  genesisRoot: Decimal,
  machineTime: Index,
  tiers: Type.Array(Index),
  dimensions: Type.Object({ accountDepth: Index, orderDepth: Index, markets: Index }),
  chain: Nullable(Type.Object({ chainId: Decimal, exchange: Hex, headBlock: Index, finalBlock: Index })),
});

const LevelReply = Type.Object({ price: Index, lots: Index, orders: Index });

const BookReply = Type.Object({
  market: MarketIndex,
  sequence: Index,
  oraclePrice: Index,
  oracleTime: Index,
  openInterest: Index,
  bids: Type.Array(LevelReply),
  asks: Type.Array(LevelReply),
});

const MarketReply = Type.Object({
  market: MarketIndex,
  oraclePrice: Index,
  oracleTime: Index,
  openInterest: Index,
  bestBid: Nullable(LevelReply),
  bestAsk: Nullable(LevelReply),
  parameters: Type.Object({
    initialFraction: Index,
    maintenanceFraction: Index,
    collarFraction: Index,
    maxMovePerSecond: Index,
    maxOracleAge: Index,
    minOrderValue: Decimal,
    openInterestCap: Index,
  }),
});

function marketReply(sequencer: SequencerPort, market: number): Static<typeof MarketReply> {
  const { parameters } = sequencer.genesis.markets[market]!;
  const book = sequencer.book(market, 1)!;
  return {
    market,
    oraclePrice: book.oraclePrice,
    oracleTime: book.oracleTime,
    openInterest: book.openInterest,
    bestBid: book.bids[0] ?? null,
    bestAsk: book.asks[0] ?? null,
    parameters: { ...parameters, minOrderValue: String(parameters.minOrderValue) },
  };
}

export function marketRoutes(server: ApiServer, { sequencer, chain }: ApiParts): void {
  server.get(
    "/v1/exchange",
    {
      schema: {
        summary: "What a client must know to sign and settle",
        tags: ["markets"],
        response: { 200: ExchangeReply, ...ERRORS },
      },
    },
    () =>
      onceStored(sequencer, () => ({
        domain: String(sequencer.genesis.domain),
        requestFee: String(sequencer.genesis.requestFee),
        genesisRoot: String(sequencer.genesisRoot),
        machineTime: sequencer.health().machineTime,
        tiers: [...sequencer.tiers],
        dimensions: { ...sequencer.dimensions },
        chain: chain && {
          chainId: String(chain.chainId),
          exchange: chain.exchange,
          headBlock: chain.headBlock,
          finalBlock: chain.finalBlock,
        },
      })),
  );

  server.get(
    "/v1/markets",
    {
      schema: {
        summary: "All markets",
        tags: ["markets"],
        response: { 200: Type.Object({ markets: Type.Array(MarketReply) }), ...ERRORS },
      },
    },
    () =>
      onceStored(sequencer, () => ({
        markets: sequencer.genesis.markets.map((_, market) => marketReply(sequencer, market)),
      })),
  );

  server.get(
    "/v1/markets/:market/book",
    {
      schema: {
        summary: "Price levels, best first",
        tags: ["markets"],
        params: Closed({ market: MarketIndex }),
        querystring: Closed({
          depth: Type.Optional(
            Type.Integer({ minimum: 1, maximum: MAX_BOOK_DEPTH, default: DEFAULT_BOOK_DEPTH }),
          ),
        }),
        response: { 200: BookReply, ...ERRORS },
      },
    },
    ({ params, query }) =>
      onceStored(sequencer, () => {
        const book = sequencer.book(params.market, query.depth ?? DEFAULT_BOOK_DEPTH);
        if (book === undefined) throw new ApiError("noSuchMarket", { market: params.market });
        return { ...book, bids: [...book.bids], asks: [...book.asks] };
      }),
  );
}
