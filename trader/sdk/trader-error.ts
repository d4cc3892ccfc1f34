/** What can go wrong for a trader. Switch on the code, never on the message. */
export type TraderErrorCode =
  /** Not a plain non-negative decimal number. */
  | "BAD_NUMBER"
  /** The price is no whole number of the market's ticks. */
  | "OFF_TICK"
  /** The size is no whole number of the market's lots. */
  | "OFF_LOT"
  /** The amount is no whole number of the collateral's quanta. */
  | "OFF_QUANTUM"
  /** A field does not fit the bits that a request word has for it, or is zero where that makes no sense. */
  | "OUT_OF_RANGE"
  | "UNKNOWN_MARKET"
  /** Flags that exclude each other. */
  | "BAD_FLAGS"
  /** All order slots of the account are taken. */
  | "NO_FREE_SLOT"
  /** The account's nonces are used up: 2^32 of them. */
  | "NONCES_EXHAUSTED"
  /** No wallet was named, or it cannot be opened. */
  | "NO_WALLET"
  /** No account belongs to this wallet or key. */
  | "NO_ACCOUNT"
  /** The key is not the one that the account names. */
  | "WRONG_KEY"
  /** Configuration that is unknown, malformed or contradictory. */
  | "BAD_CONFIG"
  /** Nobody answers at the address. */
  | "UNREACHABLE"
  | "TIMEOUT"
  /**
   * A request was sent, no answer came, and no receipt of it was found in time: it may have been executed, or may still be.
   * Whoever signs another one in its place may have both.
   */
  | "LOST_ANSWER"
  /** The exchange is busy and stayed so over all retries. */
  | "BUSY"
  /** The exchange refused a request before it was logged; `reason` is its own code. */
  | "REJECTED"
  /** The request was logged and then refused by a rule; `reason` is the rule's code. Nonce and fee are spent. */
  | "REFUSED"
  /** An answer that is not what the API promises. */
  | "BAD_RESPONSE"
  /** The contract refused a transaction; `reason` is the name of its error. */
  | "CONTRACT_REFUSED"
  /** The chain behind the RPC is not the exchange's. */
  | "WRONG_CHAIN";

export interface TraderErrorOptions {
  /** One line for a log. */
  readonly message: string;
  /** The numbers and names that made it so. Not "details": a test runner takes that for its own. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** What the reader can do about it. */
  readonly whatToDo?: string;
  /** The exchange's or contract's own code, where one of them refused. */
  readonly reason?: string;
  readonly cause?: unknown;
}

/**
 * The base of everything that the SDK throws.
 *
 * @example
 * import { equal } from "node:assert/strict";
 * import { TraderError } from "./trader-error.ts";
 *
 * const error = new TraderError("OFF_TICK", { message: "off tick", whatToDo: "use a multiple of 0.5" });
 * equal(error.code, "OFF_TICK");
 * equal(error.message, "off tick\nuse a multiple of 0.5");
 */
export class TraderError extends Error {
  readonly code: TraderErrorCode;
  readonly shortMessage: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly whatToDo: string | undefined;
  readonly reason: string | undefined;

  constructor(code: TraderErrorCode, options: TraderErrorOptions) {
    const { message, whatToDo, cause } = options;
    super(whatToDo === undefined ? message : `${message}\n${whatToDo}`, { cause });
    this.name = "TraderError";
    this.code = code;
    this.shortMessage = message;
    this.facts = options.facts ?? {};
    this.whatToDo = whatToDo;
    this.reason = options.reason;
  }
}

const LOST: ReadonlySet<TraderErrorCode> = new Set(["UNREACHABLE", "TIMEOUT", "LOST_ANSWER"]);
/** The exchange's own codes for not knowing what became of a request. */
const UNKNOWN_ENDS: ReadonlySet<string | undefined> = new Set(["outcomeUnknown", "internal"]);

/**
 * What came back, if anything, does not say what became of the question: nobody answered, or not in time; the node stopped
 * waiting; or somebody between broke the answer off or spoke in its place. Only a status of 4xx is a plain no.
 */
export function isLostAnswer(error: unknown): error is TraderError {
  if (!(error instanceof TraderError)) return false;
  if (LOST.has(error.code) || UNKNOWN_ENDS.has(error.reason)) return true;
  const { status } = error.facts;
  return error.code === "BAD_RESPONSE" && typeof status === "number" && (status < 400 || status >= 500);
}

/** The same of a request: it may have been executed, or may still be. Without a connection nothing was sent. */
export const mayHaveArrived = (error: unknown): boolean =>
  isLostAnswer(error) && error.facts.connected !== false;
