/** Signed requests in, receipts out. */
import type { FastifyBaseLogger } from "fastify";
import { type Static, Type } from "typebox";
import { withOutcome, wordFromHex } from "../exchange/word.ts";
import type { SignedRequest } from "../signature/request.ts";
import { errorBody } from "./api-error.ts";
import { asApiError } from "./error-reply.ts";
import { MAX_MANY_BYTES, MAX_MANY_REQUESTS, MAX_REQUEST_BYTES, MAX_REQUEST_WORDS } from "./limits.ts";
import type { ApiMetrics } from "./metrics.ts";
import type { ApiParts } from "./ports.ts";
import { ReceiptReply, receiptReply } from "./receipt-view.ts";
import { RequestDesk } from "./request-desk.ts";
import { Closed, Element, ERRORS, ErrorFacts, WordHex } from "./schemas.ts";
import type { ApiServer } from "./server-type.ts";
import { unknown } from "./unknown.ts";

const RequestBody = Closed({
  words: Type.Array(WordHex, { minItems: 1, maxItems: MAX_REQUEST_WORDS }),
  publicKey: Closed({ x: Element, y: Element }),
  signature: Closed({ r8x: Element, r8y: Element, s: Element }),
});

const ManyBody = Closed({
  requests: Type.Array(RequestBody, { minItems: 1, maxItems: MAX_MANY_REQUESTS }),
});

/** One of the two. */
const Result = Type.Object({ receipt: Type.Optional(ReceiptReply), error: Type.Optional(ErrorFacts) });

const ManyReply = Type.Object({ results: Type.Array(Result) });

const requestOf = ({ words, publicKey, signature }: Static<typeof RequestBody>): SignedRequest => ({
  words: words.map(BigInt),
  publicKey: [BigInt(publicKey.x), BigInt(publicKey.y)],
  signature: { r8: [BigInt(signature.r8x), BigInt(signature.r8y)], s: BigInt(signature.s) },
});

export function requestRoutes(server: ApiServer, parts: ApiParts, metrics: ApiMetrics): void {
  const { sequencer } = parts;
  const desk = new RequestDesk(parts, metrics);
  submitRoutes(server, desk);

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

function submitRoutes(server: ApiServer, desk: RequestDesk): void {
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
    async ({ body }) => await desk.submit(requestOf(body)),
  );

  server.post(
    "/v1/requests/many",
    {
      bodyLimit: MAX_MANY_BYTES,
      schema: {
        summary: "Hand in several signed requests",
        description:
          "As if each had been handed in by itself, one after the other: some may be logged and others not. " +
          "One entry that is malformed, oversized or unsigned refuses the whole body, and none is handed in. " +
          "Answers when the last of them is decided, with a receipt or an error for each, in their order.",
        tags: ["requests"],
        body: ManyBody,
        response: { 200: ManyReply, ...ERRORS },
      },
    },
    async ({ body, log }) => ({
      // Each is at the door before the next one, so those of an account keep their order.
      results: await Promise.all(body.requests.map((request) => resultOf(desk, requestOf(request), log))),
    }),
  );
}

async function resultOf(
  desk: RequestDesk,
  request: SignedRequest,
  log: FastifyBaseLogger,
): Promise<Static<typeof Result>> {
  try {
    return { receipt: await desk.submit(request) };
  } catch (error) {
    const { code, facts, message } = asApiError(error);
    if (code === "internal") log.error({ err: error }, "request failed");
    return errorBody(code, facts, message);
  }
}
