/** Signed requests in, receipts out. */
import { type Static, Type } from "typebox";
import { withOutcome, wordFromHex, wordToHex } from "../exchange/word.ts";
import { OutcomeUnknown } from "../node/outcome-unknown.ts";
import { isRefusal } from "../node/refusal.ts";
import type { SignedRequest } from "../signature/request.ts";
import { ApiError } from "./api-error.ts";
import { MAX_REQUEST_BYTES, MAX_REQUEST_WORDS, MAX_SUBMISSIONS, RETRY_AFTER_SECONDS } from "./limits.ts";
import type { ApiMetrics } from "./metrics.ts";
import type { ApiParts } from "./ports.ts";
import { ReceiptReply, receiptReply } from "./receipt-view.ts";
import { Closed, Element, ERRORS, WordHex } from "./schemas.ts";
import type { ApiServer } from "./server-type.ts";
import { unknown } from "./unknown.ts";

const RequestBody = Closed({
  words: Type.Array(WordHex, { minItems: 1, maxItems: MAX_REQUEST_WORDS }),
  publicKey: Closed({ x: Element, y: Element }),
  signature: Closed({ r8x: Element, r8y: Element, s: Element }),
});

const requestOf = ({ words, publicKey, signature }: Static<typeof RequestBody>): SignedRequest => ({
  words: words.map(BigInt),
  publicKey: [BigInt(publicKey.x), BigInt(publicKey.y)],
  signature: { r8: [BigInt(signature.r8x), BigInt(signature.r8y)], s: BigInt(signature.s) },
});

export function requestRoutes(server: ApiServer, { sequencer, chain }: ApiParts, metrics: ApiMetrics): void {
  let submissions = 0;

  async function submit(request: SignedRequest): Promise<Static<typeof ReceiptReply>> {
    // What could not be settled must not be promised.
    const fault = chain?.fault ?? null;
    if (fault !== null) throw new ApiError("chainFault", { fault: fault.code });
    if (submissions >= MAX_SUBMISSIONS)
      throw new ApiError("busy", { retryAfterMs: RETRY_AFTER_SECONDS * 1000 });
    submissions += 1;
    try {
      const answer = await sequencer.submit(request);
      if (!isRefusal(answer)) return receiptReply(answer);
      const { refused, message, ...facts } = answer;
      throw new ApiError(refused, facts, message);
    } catch (error) {
      if (!(error instanceof OutcomeUnknown)) throw error;
      const id = wordToHex(request.words.at(-1)!);
      throw new ApiError("outcomeUnknown", { id, because: error.message });
    } finally {
      submissions -= 1;
    }
  }

  server.post(
    "/v1/requests",
    {
      bodyLimit: MAX_REQUEST_BYTES,
      schema: {
        summary: "Hand in a signed request",
        description:
          "Answers when the request is executed and on disk, with why it was not logged, or that this is not known.",
        tags: ["requests"],
        body: RequestBody,
        response: { 200: ReceiptReply, ...ERRORS },
      },
    },
    async ({ body }) => {
      try {
        const receipt = await submit(requestOf(body));
        metrics.submissions.inc({ result: receipt.outcome });
        return receipt;
      } catch (error) {
        metrics.submissions.inc({ result: error instanceof ApiError ? error.code : "internal" });
        throw error;
      }
    },
  );

  server.get(
    "/v1/receipts/:id",
    {
      schema: {
        summary: "What became of a request",
        tags: ["requests"],
        params: Closed({ id: WordHex }),
        response: { 200: ReceiptReply, ...ERRORS },
      },
    },
    async ({ params }) => {
      const word = wordFromHex(params.id)!;
      // Outcome bits do not name a request; a word as posted on L1 finds its receipt, too.
      const receipt = await sequencer.receipt(withOutcome(word, 0));
      if (receipt === undefined) throw unknown(sequencer.history, "noSuchReceipt", { id: params.id });
      return receiptReply(receipt);
    },
  );
}
