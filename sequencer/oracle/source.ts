/** Where a validator's price of one market comes from. */
import type { Ticks } from "../exchange/state.ts";

export type SourceFault =
  /** No connection, no such file, or it broke off. */
  | "unreachable"
  /** No answer in time. */
  | "timeout"
  /** A status other than 200, a redirect among them. */
  | "badStatus"
  /** More bytes than a price needs. */
  | "tooLarge"
  /** Not JSON in UTF-8. */
  | "notJson"
  /** Nothing stands at the pointer. */
  | "noValue"
  /** What stands there is no price, or no number of ticks after scaling. */
  | "noPrice";

export type SourceAnswer = { readonly price: Ticks } | { readonly fault: SourceFault };

export interface PriceSource {
  /** For logs and metrics. */
  readonly name: string;
  /** Never throws for what the source does. */
  read(nowMs: number): Promise<SourceAnswer>;
}

export const isFault = (answer: SourceAnswer): answer is { readonly fault: SourceFault } => "fault" in answer;
