/** What is not here: because it never was, or because it was before this node's history. */
import type { History } from "../store/history.ts";
import { ApiError, type Facts } from "./api-error.ts";
import type { ErrorCode } from "./error-codes.ts";

export const beforeHistory = (history: History, facts: Facts): ApiError =>
  new ApiError("beforeHistory", { ...facts, ...history });

/** A node whose history begins later cannot tell one from the other. */
export const unknown = (history: History, code: ErrorCode, facts: Facts): ApiError =>
  history.firstBatch === 1 ? new ApiError(code, facts) : beforeHistory(history, facts);
