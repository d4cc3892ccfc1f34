/**
 * A price from a JSON page. The page is somebody else's: it gets no more time, bytes and trust than a price needs, and
 * nothing is sent but the request itself. Redirects are refused: whoever set the address meant that one.
 */
import { MAX_ANSWER_BYTES, SOURCE_TIMEOUT_MS } from "./limits.ts";
import { assertPlace, type PricePlace, priceIn } from "./read-json.ts";
import type { PriceSource, SourceAnswer, SourceFault } from "./source.ts";

export interface HttpSourceOptions extends PricePlace {
  readonly url: string;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

export function httpSource(options: HttpSourceOptions, fetchPage: typeof fetch = fetch): PriceSource {
  assertPlace(options);
  return { name: new URL(options.url).host, read: () => readPage(options, fetchPage) };
}

async function readPage(options: HttpSourceOptions, fetchPage: typeof fetch): Promise<SourceAnswer> {
  const { url, timeoutMs = SOURCE_TIMEOUT_MS, maxBytes = MAX_ANSWER_BYTES } = options;
  // Of the whole exchange: a page that drips is as late as one that is silent.
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const headers = { accept: "application/json" };
    const response = await fetchPage(url, { signal, redirect: "manual", headers });
    const bytes = response.status === 200 ? await bytesOf(response, maxBytes) : "badStatus";
    if (bytes instanceof Uint8Array) return priceIn(bytes, options);
    await response.body?.cancel();
    return { fault: bytes };
  } catch {
    return { fault: signal.aborted ? "timeout" : "unreachable" };
  }
}

/** The body, as it is after decompression: a small answer may unfold to a large one. */
async function bytesOf(response: Response, maxBytes: number): Promise<Uint8Array | SourceFault> {
  if (response.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return Buffer.concat(chunks);
      length += value.length;
      if (length > maxBytes) return "tooLarge";
      chunks.push(value);
    }
  } finally {
    reader.releaseLock();
  }
}
