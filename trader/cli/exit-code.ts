import { TraderError, type TraderErrorCode } from "../sdk/trader-error.ts";

/** What the process says when it ends; trader/README.md lists the same. */
export const EXIT = {
  done: 0,
  /** A bug: please report it. */
  unexpected: 1,
  /** The command line, the configuration or a value in it is wrong; nothing was sent. */
  usage: 2,
  /** Nobody answers, or not in time, or not what the API promises. */
  unreachable: 3,
  /** The exchange turned the request away before it was logged: nothing changed. */
  rejected: 4,
  /** The request was logged and refused by a rule: nonce and fee are spent. */
  refused: 5,
  /** The contract or the chain refused. */
  chain: 6,
} as const;

const BY_CODE: Readonly<Record<TraderErrorCode, number>> = {
  BAD_NUMBER: EXIT.usage,
  OFF_TICK: EXIT.usage,
  OFF_LOT: EXIT.usage,
  OFF_QUANTUM: EXIT.usage,
  OUT_OF_RANGE: EXIT.usage,
  UNKNOWN_MARKET: EXIT.usage,
  BAD_FLAGS: EXIT.usage,
  NO_FREE_SLOT: EXIT.usage,
  NONCES_EXHAUSTED: EXIT.usage,
  NO_WALLET: EXIT.usage,
  NO_ACCOUNT: EXIT.usage,
  WRONG_KEY: EXIT.usage,
  BAD_CONFIG: EXIT.usage,
  UNREACHABLE: EXIT.unreachable,
  TIMEOUT: EXIT.unreachable,
  LOST_ANSWER: EXIT.unreachable,
  BUSY: EXIT.unreachable,
  BAD_RESPONSE: EXIT.unreachable,
  REJECTED: EXIT.rejected,
  REFUSED: EXIT.refused,
  CONTRACT_REFUSED: EXIT.chain,
  WRONG_CHAIN: EXIT.chain,
};

export const exitCodeOf = (error: unknown): number =>
  error instanceof TraderError ? BY_CODE[error.code] : EXIT.unexpected;
