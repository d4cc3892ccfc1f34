/** Whether the node lives, whether it takes requests, how far proving lags behind; and figures for Prometheus. */
import { type Static, Type } from "typebox";
import type { ApiMetrics } from "./metrics.ts";
import type { ApiParts } from "./ports.ts";
import { Index, Nullable } from "./schemas.ts";
import type { ApiServer } from "./server-type.ts";

const HealthReply = Type.Object({
  live: Type.Boolean(),
  ready: Type.Boolean({ description: "Requests are taken and settled" }),
  status: Type.String({ description: "running, closing or halted" }),
  reason: Nullable(Type.String()),
  chainFault: Nullable(Type.Object({ code: Type.String(), message: Type.String() })),
  lag: Type.Object({
    oldestUnproven: Nullable(Index),
    batches: Index,
    seconds: Index,
  }),
  batches: Type.Object({ cut: Index, committed: Index, proven: Index }),
  machineTime: Index,
  sequence: Index,
  queued: Index,
  openSteps: Index,
  l1Consumed: Index,
  fills: Index,
});

function health({ sequencer, chain }: ApiParts): Static<typeof HealthReply> {
  const { status, reason, batches, provingLagSeconds, ...counts } = sequencer.health();
  const fault = chain?.fault ?? null;
  const unproven = batches.cut - batches.proven;
  return {
    ...counts,
    live: true,
    ready: status === "running" && fault === null,
    status,
    reason,
    chainFault: fault && { code: fault.code, message: fault.message },
    lag: {
      oldestUnproven: unproven > 0 ? batches.proven + 1 : null,
      batches: unproven,
      seconds: provingLagSeconds,
    },
    batches: { ...batches },
  };
}

export function healthRoutes(server: ApiServer, parts: ApiParts, metrics: ApiMetrics): void {
  server.get(
    "/v1/health",
    {
      schema: {
        summary: "200 while the node is ready, 503 while it only lives",
        tags: ["health"],
        response: { 200: HealthReply, 503: HealthReply },
      },
    },
    async (_, reply) => {
      const state = health(parts);
      reply.code(state.ready ? 200 : 503);
      return state;
    },
  );

  server.get("/metrics", { schema: { hide: true } }, async (_, reply) => {
    reply.type(metrics.registry.contentType);
    return await metrics.registry.metrics();
  });
}
