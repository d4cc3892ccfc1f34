/**
 * Reads of a certain age. Every answer says up to which place of the log this node has executed, on disk; a read may demand
 * a place, and waits for it a little. So a client that demands what it has seen, from whichever node, never goes back.
 *
 * Books and accounts are looked at in memory, where the state may be two blocks ahead of the disk. What was seen there is
 * told when it is on disk: otherwise the answer would show more than the place that it names, and a node that crashes could
 * forget what it has shown.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyReply, FastifyRequest } from "fastify";
import { ApiError } from "./api-error.ts";
import { AT_LEAST_POLL_MS, AT_LEAST_WAIT_MS } from "./limits.ts";
import type { SequencerPort } from "./ports.ts";
import type { ApiServer } from "./server-type.ts";

/** Of an answer: the place of the log that this node has reached. */
export const SEQUENCE_HEADER = "proofbook-sequence";
/** Of a read: the place that the answering node must have reached. */
export const AT_LEAST_HEADER = "proofbook-at-least";

type Log = Pick<SequencerPort, "stored" | "written">;

/** What is seen in the live state, told as soon as it is on disk; `behind` if it never will be. */
export async function onceStored<T>(log: Log, look: () => T | Promise<T>): Promise<T> {
  const seen = await look();
  await log.written().catch(() => {
    throw new ApiError("behind", { sequence: log.stored });
  });
  return seen;
}

export function watchLogPlace(server: ApiServer, log: Pick<Log, "stored">): void {
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

async function reach(log: Pick<Log, "stored">, place: number): Promise<void> {
  for (let waitedMs = 0; log.stored < place; waitedMs += AT_LEAST_POLL_MS) {
    if (waitedMs >= AT_LEAST_WAIT_MS) throw new ApiError("behind", { sequence: log.stored, atLeast: place });
    await sleep(AT_LEAST_POLL_MS);
  }
}
