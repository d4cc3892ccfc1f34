/**
 * The HTTP server. Everything that comes in is bounded (limits.ts) and checked against a schema before a route sees
 * it; everything that goes wrong is one of the codes of error-codes.ts.
 */
import swagger from "@fastify/swagger";
import { type FastifyBaseLogger, fastify, LogController } from "fastify";
import type { Registry } from "prom-client";
import { accountRoutes } from "./account-routes.ts";
import { errorBody } from "./api-error.ts";
import { batchRoutes } from "./batch-routes.ts";
import { ERROR_CODES } from "./error-codes.ts";
import { replyOnSocket, replyWithError } from "./error-reply.ts";
import { healthRoutes } from "./health-routes.ts";
import { jobRoutes } from "./job-routes.ts";
import {
  CLOSING_LOOK_MS,
  CLOSING_MS,
  CONNECTION_CHECK_MS,
  KEEP_ALIVE_MS,
  MAX_CONNECTIONS,
  MAX_HEADER_BYTES,
  MAX_REQUEST_BYTES,
  REQUEST_TIMEOUT_MS,
} from "./limits.ts";
import { watchLogPlace } from "./log-place.ts";
import { marketRoutes } from "./market-routes.ts";
import { type ApiMetrics, apiMetrics } from "./metrics.ts";
import type { ApiParts } from "./ports.ts";
import { requestRoutes } from "./request-routes.ts";
import type { ApiServer } from "./server-type.ts";
import { validatorCompiler } from "./validation.ts";

export interface ApiOptions {
  /** Shown by provers; null lets only this machine use the job routes. */
  readonly jobsToken: string | null;
  /** Where the figures go; its owner may add others, of the process for example. */
  readonly registry: Registry;
  readonly logger?: FastifyBaseLogger;
  /** Tests shorten them. */
  readonly requestTimeoutMs?: number;
  readonly closingMs?: number;
}

/** A server that does not listen yet: `await (await apiServer(parts, options)).listen({ host, port })`. */
export async function apiServer(parts: ApiParts, options: ApiOptions): Promise<ApiServer> {
  const requestTimeout = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const server: ApiServer = fastify({
    ...(options.logger === undefined ? {} : { loggerInstance: options.logger }),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_REQUEST_BYTES,
    requestTimeout,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: "idle",
    clientErrorHandler: replyOnSocket,
    frameworkErrors: replyWithError,
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: requestTimeout,
      connectionsCheckingInterval: Math.min(CONNECTION_CHECK_MS, requestTimeout),
    },
  });
  server.server.maxConnections = MAX_CONNECTIONS;
  server.setValidatorCompiler(validatorCompiler);
  // Only JSON: a page in a browser can send text/plain to anybody without asking.
  server.removeContentTypeParser("text/plain");
  server.setErrorHandler(replyWithError);
  server.setNotFoundHandler((_, reply) =>
    reply.code(404).send(errorBody("noSuchRoute", {}, ERROR_CODES.noSuchRoute.when)),
  );
  const metrics = apiMetrics(options.registry, parts);
  observeReplies(server, metrics);
  await server.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Proofbook sequencer", version: "1", description: "See sequencer/api/README.md" },
    },
  });
  watchLogPlace(server, parts.sequencer);
  endConnections(server, options.closingMs ?? CLOSING_MS);
  await server.register(async (scope) => routes(scope as ApiServer, parts, metrics, options.jobsToken));
  server.get("/openapi.json", { schema: { hide: true } }, () => server.swagger());
  await server.ready();
  return server;
}

function routes(server: ApiServer, parts: ApiParts, metrics: ApiMetrics, jobsToken: string | null): void {
  requestRoutes(server, parts, metrics);
  marketRoutes(server, parts);
  accountRoutes(server, parts);
  batchRoutes(server, parts);
  jobRoutes(server, parts, metrics, jobsToken);
  healthRoutes(server, parts, metrics);
}

/**
 * When the server closes, a connection ends with the answer that is due on it. Node tells those apart that wait for nothing
 * only once, at the beginning, and looks no more for those that send too slowly.
 */
function endConnections(server: ApiServer, closingMs: number): void {
  const http = server.server;
  server.addHook("preClose", async () => {
    const look = setInterval(() => http.closeIdleConnections(), CLOSING_LOOK_MS);
    const late = setTimeout(() => http.closeAllConnections(), closingMs);
    http.once("close", () => {
      clearInterval(look);
      clearTimeout(late);
    });
    for (const timer of [look, late]) timer.unref();
  });
}

function observeReplies(server: ApiServer, metrics: ApiMetrics): void {
  server.addHook("onResponse", async (request, reply) => {
    const labels = {
      method: request.method,
      route: request.routeOptions.url ?? "unknown",
      status: String(reply.statusCode),
    };
    metrics.replySeconds.observe(labels, reply.elapsedTime / 1000);
  });
}
