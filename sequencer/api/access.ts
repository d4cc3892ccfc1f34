/** Who may use the job routes: this machine, or whoever has the token. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { ApiError } from "./api-error.ts";

const LOOPBACK = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);
const LOCAL_NAMES = new Set(["localhost", "127.0.0.1", "[::1]"]);

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/**
 * With a token, everybody must show it; this machine, too, since a proxy on it makes all the world look local.
 * Without one, the connection and the name that it asks for must be local: a page in a browser on this machine can
 * reach the socket under its own name, but not under one of ours.
 */
export function jobAccess(token: string | null): (request: FastifyRequest) => Promise<void> {
  const expected = token === null ? null : digest(`Bearer ${token}`);
  return async (request) => {
    if (expected !== null) {
      if (!timingSafeEqual(digest(request.headers.authorization ?? ""), expected))
        throw new ApiError("unauthorized");
    } else if (!LOOPBACK.has(request.socket.remoteAddress ?? "") || !LOCAL_NAMES.has(request.hostname))
      throw new ApiError("localOnly");
  };
}
