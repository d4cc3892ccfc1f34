/** Fills as they are told. */
import { type Static, Type } from "typebox";
import type { Fill } from "../node/view.ts";
import { AccountIndex, Index, MarketIndex, SideName, SlotIndex, Stage, sideName } from "./schemas.ts";

const OrderName = Type.Object({ account: AccountIndex, slot: SlotIndex });

export const FillReply = Type.Object({
  sequence: Index,
  time: Index,
  market: MarketIndex,
  price: Index,
  lots: Index,
  side: SideName,
  taker: OrderName,
  maker: OrderName,
  word: Index,
  batch: Index,
  settlement: Stage,
});

export const fillReply = (fill: Fill): Static<typeof FillReply> => ({
  sequence: fill.sequence,
  time: fill.time,
  market: fill.market,
  price: fill.price,
  lots: fill.lots,
  side: sideName(fill.side),
  taker: { account: fill.taker.account, slot: fill.taker.slot },
  maker: { account: fill.maker.account, slot: fill.maker.slot },
  word: fill.word,
  batch: fill.batch,
  settlement: fill.settlement,
});
