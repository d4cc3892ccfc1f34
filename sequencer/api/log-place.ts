/**
 * Reads of a certain age. Every answer says up to which place of the log this node has executed, on disk; a read may demand
 * a place, and waits for it a little. So a client that demands what it has seen, from whichever node, never goes back.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyReply, FastifyRequest } from "fastify";
import { ApiError } from "./api-error.ts";
import { AT_LEAST_POLL_MS, AT_LEAST_WAIT_MS } from "./limits.ts";
import type { ApiServer } from "./server-type.ts";

/** Of an answer: the place of the log that this node has reached. */
export const SEQUENCE_HEADER = "proofbook-sequence";
/** Of a read: the place that the answering node must have reached. */
export const AT_LEAST_HEADER = "proofbook-at-least";

interface Log {
  /** The last place of the log that is executed and on disk. */
  readonly stored: number;
}

export function watchLogPlace(server: ApiServer, log: Log): void {
  server.addHook("preHandler", async (request: FastifyRequest) => {
    if (request.method === "GET" && request.url.startsWith("/v1/") && !request.url.startsWith("/v1/health"))
      await reach(log, demanded(request));
  });
  server.addHook("onSend", async (_: FastifyRequest, reply: FastifyReply) => {
    reply.header(SEQUENCE_HEADER, String(log.stored));
  });
}

function demanded({ headers }: FastifyRequest): number {
  const text = headers[AT_LEAST_HEADER];
  if (text === undefined) return 0;
  if (typeof text !== "string" || !/^(0|[1-9][0-9]{0,15})$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new ApiError("malformed", { part: "headers", at: AT_LEAST_HEADER });
  return Number(text);
}

async function reach(log: Log, place: number): Promise<void> {
  for (let waitedMs = 0; log.stored < place; waitedMs += AT_LEAST_POLL_MS) {
    if (waitedMs >= AT_LEAST_WAIT_MS) throw new ApiError("behind", { sequence: log.stored, atLeast: place });
    await sleep(AT_LEAST_POLL_MS);
  }
}
