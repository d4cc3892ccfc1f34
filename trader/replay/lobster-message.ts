/**
 * One line of a LOBSTER message file: time, type, order id, size, price, direction.
 * Prices are dollars * 10^4; the direction is that of the resting order, 1 buy and -1 sell.
 */
import type { Line } from "./read-lines.ts";
import { ReplayError } from "./replay-error.ts";

export const MessageType = {
  place: 1,
  partialCancel: 2,
  delete: 3,
  execution: 4,
  hiddenExecution: 5,
  cross: 6,
  halt: 7,
} as const;
export type MessageType = (typeof MessageType)[keyof typeof MessageType];

export type RestingSide = "buy" | "sell";

export interface LobsterMessage {
  readonly line: number;
  /** Seconds after midnight, as the file writes it. */
  readonly time: string;
  readonly type: MessageType;
  readonly id: string;
  readonly size: number;
  /** Dollars * 10^4. */
  readonly price: number;
  readonly side: RestingSide;
}

const SHAPE = /^(\d{1,5}(?:\.\d{1,15})?),([1-7]),(\d{1,15}),(-?\d{1,9}),(-?\d{1,10}),(1|-1)$/;

/** Reads a line; throws `BAD_LINE` with its number. */
export function parseMessage(line: Line): LobsterMessage {
  const match = SHAPE.exec(line.text);
  if (match === null)
    throw new ReplayError(
      "BAD_LINE",
      `line ${line.number} is not "time,type,id,size,price,direction": ${JSON.stringify(line.text.slice(0, 80))}`,
    );
  const [, time, type, id, size, price, direction] = match as unknown as string[];
  const message: LobsterMessage = {
    line: line.number,
    time: time!,
    type: Number(type) as MessageType,
    id: id!,
    size: Number(size),
    price: Number(price),
    side: direction === "1" ? "buy" : "sell",
  };
  // A halt says what it has to say in these columns, with -1 as a value.
  if (message.type !== MessageType.halt && (message.size <= 0 || message.price <= 0))
    throw new ReplayError("BAD_LINE", `line ${line.number} has a size or price that is not above zero`);
  return message;
}
