/** Hands requests to the sequencer, and tells what came of each: a receipt, or the error that says why there is none. */
import type { Static } from "typebox";
import { wordToHex } from "../exchange/word.ts";
import { OutcomeUnknown } from "../node/outcome-unknown.ts";
import { isRefusal } from "../node/refusal.ts";
import { commandOf } from "../ordering/block-order.ts";
import { EntryClass, signedClass } from "../ordering/entry.ts";
import type { SignedRequest } from "../signature/request.ts";
import { ApiError } from "./api-error.ts";
import { MAX_SUBMISSIONS, RESERVED_FOR_RELIEF, RETRY_AFTER_SECONDS } from "./limits.ts";
import type { ApiMetrics } from "./metrics.ts";
import type { ApiParts } from "./ports.ts";
import { type ReceiptReply, receiptReply } from "./receipt-view.ts";

export class RequestDesk {
  private submissions = 0;
  private readonly parts: ApiParts;
  private readonly metrics: ApiMetrics;

  constructor(parts: ApiParts, metrics: ApiMetrics) {
    this.parts = parts;
    this.metrics = metrics;
  }

  /** Throws what is to be answered instead of a receipt. */
  async submit(request: SignedRequest): Promise<Static<typeof ReceiptReply>> {
    const { submissions } = this.metrics;
    try {
      const receipt = await this.receiptOf(request);
      submissions.inc({ result: receipt.outcome });
      return receipt;
    } catch (error) {
      submissions.inc({ result: error instanceof ApiError ? error.code : "internal" });
      throw error;
    }
  }

  private async receiptOf(request: SignedRequest): Promise<Static<typeof ReceiptReply>> {
    const { sequencer, chain } = this.parts;
    // What could not be settled must not be promised.
    const fault = chain?.fault ?? null;
    if (fault !== null) throw new ApiError("chainFault", { fault: fault.code });
    if (!this.hasRoom(request)) throw new ApiError("busy", { retryAfterMs: RETRY_AFTER_SECONDS * 1000 });
    this.submissions += 1;
    try {
      const answer = await sequencer.submit(request);
      if (!isRefusal(answer)) return receiptReply(answer);
      const { refused, message, ...facts } = answer;
      throw new ApiError(refused, facts, message);
    } catch (error) {
      if (!(error instanceof OutcomeUnknown)) throw error;
      const id = wordToHex(commandOf(request));
      throw new ApiError("outcomeUnknown", { id, because: error.message });
    } finally {
      this.submissions -= 1;
    }
  }

  /** What reduces risk is known by its command: nothing has to be checked for that. */
  private hasRoom(request: SignedRequest): boolean {
    const isRelief = signedClass(commandOf(request)) === EntryClass.relief;
    return this.submissions < (isRelief ? MAX_SUBMISSIONS : MAX_SUBMISSIONS - RESERVED_FOR_RELIEF);
  }
}
