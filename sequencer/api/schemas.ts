/** Shapes that several routes share; the OpenAPI document is made from them. */
import { type TSchema, Type } from "typebox";
import { ACCOUNT_BITS, MAX_MARKETS, SLOT_BITS } from "../exchange/limits.ts";
import { ERROR_CODES } from "./error-codes.ts";
import { DEFAULT_PAGE, MAX_PAGE } from "./limits.ts";

/** An object without unknown fields. */
export const Closed = <T extends Record<string, TSchema>>(properties: T) =>
  Type.Object(properties, { additionalProperties: false });
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** 31 bytes of hex. What has more of them differs from it in its length alone, so that it can be told from nonsense. */
export const WordHex = Type.String({
  pattern: "^0x[0-9a-fA-F]{62,}$",
  maxLength: 64,
  description: "31 bytes, big-endian",
});
/** Hex or decimal, 256 bits at most; what lies beyond the field is refused by its user. */
export const Element = Type.String({
  pattern: "^(0x[0-9a-fA-F]{1,64}|0|[1-9][0-9]{0,77})$",
  description: "Field element or scalar, hex or decimal",
});
export const Decimal = Type.String({ description: "Integer, decimal; below zero with a minus sign" });
export const Hex = Type.String({ description: "0x and hexadecimal digits" });

/** Counters and places: exact as doubles. */
export const Index = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
export const Signed = Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER });
export const AccountIndex = Type.Integer({ minimum: 0, maximum: 2 ** ACCOUNT_BITS - 1 });
export const SlotIndex = Type.Integer({ minimum: 0, maximum: 2 ** SLOT_BITS - 1 });
export const MarketIndex = Type.Integer({ minimum: 0, maximum: MAX_MARKETS - 1 });

export const SideName = Type.Union([Type.Literal("buy"), Type.Literal("sell")]);
export const sideName = (side: number): "buy" | "sell" => (side === 0 ? "buy" : "sell");

export const Stage = Type.Union(
  [Type.Literal("ordered"), Type.Literal("committed"), Type.Literal("proven")],
  {
    description: "ordered: on this node's disk; committed: its order is fixed on L1; proven: settled on L1",
  },
);

/** Where a page starts, and its length. Places count from 1. */
export const pageQuery = {
  from: Type.Optional(Index),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE })),
};
export const pageOf = (query: { from?: number; limit?: number }): { from: number; limit: number } => ({
  from: Math.max(query.from ?? 1, 1),
  limit: query.limit ?? DEFAULT_PAGE,
});

export const ErrorFacts = Type.Object(
  {
    code: Type.String({ enum: Object.keys(ERROR_CODES), description: "See sequencer/api/README.md" }),
    message: Type.String(),
  },
  { additionalProperties: true },
);
const ErrorReply = Type.Object({ error: ErrorFacts });
/** Every route may answer with an error. */
export const ERRORS = { "4xx": ErrorReply, "5xx": ErrorReply } as const;
