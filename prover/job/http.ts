/** One HTTP exchange with a node: bounded in time and size, every failure a `ProverError`. */
import { ProverError } from "../backend/prover-error.ts";
import { REQUEST_TIMEOUT_MS } from "./limits.ts";

export interface Answer {
  readonly status: number;
  /** Parsed JSON; null when there was no body. */
  readonly body: unknown;
}

export interface Post {
  readonly url: URL;
  readonly token: string | undefined;
  readonly body: unknown;
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** Statuses by which a node, or something in front of it, says: not now. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

export async function postJson({ url, token, body, maxBytes, signal }: Post): Promise<Answer> {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  const headers: Record<string, string> = { "content-type": "application/json", accept: "application/json" };
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      // A token must not follow a redirect, and a node has no reason to send one.
      redirect: "error",
    });
    const text = await readBounded(response, maxBytes);
    if (PASSING.has(response.status))
      throw new ProverError("apiUnreachable", `${url.origin} answers ${response.status}`, {
        status: response.status,
      });
    return { status: response.status, body: text === "" ? null : parseJson(text, url) };
  } catch (error) {
    if (error instanceof ProverError) throw error;
    if (signal?.aborted === true) throw new ProverError("stopped", "stopped while talking to the node");
    throw new ProverError("apiUnreachable", `${url.origin} cannot be reached: ${reasonOf(error)}`, {}, error);
  }
}

async function readBounded(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw new ProverError("apiMalformed", `the answer is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string, url: URL): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ProverError("apiMalformed", `${url.origin}${url.pathname} does not answer in JSON`);
  }
}

/** fetch hides what happened one or two causes deep. */
function reasonOf(error: unknown): string {
  let found = error;
  while (found instanceof Error && found.cause instanceof Error) found = found.cause;
  if (!(found instanceof Error)) return String(found);
  const { code } = found as NodeJS.ErrnoException;
  return code ?? found.message;
}
