/** Turns whatever went wrong in a request into one of the documented codes. */
import type { Socket } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import { ApiError, errorBody, headersOf, statusOf } from "./api-error.ts";
import { bodyFault, type Finding } from "./body-fault.ts";
import { ERROR_CODES, type ErrorCode } from "./error-codes.ts";

const FRAMEWORK_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "oversized",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "unsupportedMediaType",
};

/** Faults of the client that the framework found carry a status below 500 of their own. */
const isClientFault = (error: object): boolean =>
  "statusCode" in error &&
  typeof error.statusCode === "number" &&
  error.statusCode >= 400 &&
  error.statusCode < 500;

/** Where a validated part is wrong; never what was sent, which may be long or private. */
function misfit(error: object & { validation: unknown }, body: unknown): ApiError {
  const part = "validationContext" in error ? error.validationContext : undefined;
  const findings = error.validation as readonly Finding[];
  const first = findings[0];
  // The validator's way to say that a field is not in the schema.
  const problem = first?.keyword === "boolean" ? "unknown field" : first?.message;
  const code = part === "body" ? bodyFault(findings, body) : "malformed";
  return new ApiError(code, { part, at: first?.instancePath ?? "", problem });
}

/** `body` is that of the request, where one was read. */
export function asApiError(error: unknown, body?: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error === null || typeof error !== "object") return new ApiError("internal");
  const framework = "code" in error ? FRAMEWORK_CODES[String(error.code)] : undefined;
  if (framework !== undefined) return new ApiError(framework);
  if ("validation" in error) return misfit(error, body);
  return new ApiError(isClientFault(error) ? "malformed" : "internal");
}

export function replyWithError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { code, facts, message } = asApiError(error, request.body);
  if (code === "internal") request.log.error({ err: error }, "request failed");
  const status = statusOf(code);
  return reply
    .code(status)
    .headers(headersOf(status, facts))
    .send(errorBody(code, facts, message));
}

const SOCKET_CODES: Readonly<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: "requestTimeout",
  HPE_HEADER_OVERFLOW: "headersTooLarge",
};

/** What never became a request: not HTTP, a head too large, too slow. */
export function replyOnSocket(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = SOCKET_CODES[error.code ?? ""] ?? "malformed";
  const body = JSON.stringify(errorBody(code, {}, ERROR_CODES[code].when));
  const head = `HTTP/1.1 ${statusOf(code)} ${code}\r\nconnection: close\r\ncontent-type: application/json\r\n`;
  socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
