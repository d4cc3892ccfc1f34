/** The way to a sequencer's HTTP API: one place for timeouts, retries and errors. */
import { setTimeout as sleep } from "node:timers/promises";
import { Horizon } from "./horizon.ts";
import { isLostAnswer, mayHaveArrived, TraderError } from "./trader-error.ts";

export interface ClientOptions {
  /** Where the API answers, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Other nodes of the same exchange: asked in turn when one does not answer. */
  readonly others?: readonly string[] | undefined;
  /** For one answer. */
  readonly timeoutMs?: number | undefined;
  /** How often a busy exchange is asked again. */
  readonly retries?: number | undefined;
  /** For the receipt of a request whose answer was lost. */
  readonly receiptWaitMs?: number | undefined;
  /** Shared by clients that must not go back in time from one to the next; one of its own, unless given. */
  readonly horizon?: Horizon | undefined;
  /** Another `fetch`: a proxy, a recorder. */
  readonly fetch?: typeof fetch | undefined;
}

interface ApiCall {
  readonly path: string;
  /** A POST with this JSON where given, a GET otherwise. */
  readonly body?: unknown;
  /** A status that is an answer here rather than an error. */
  readonly accepts?: number;
  /** What one node does not have another one may have: each is asked before "no such thing" is believed. */
  readonly askAll?: boolean;
}

export interface Client {
  /** The node that is asked at present. */
  readonly url: string;
  /** So long the receipt of a request is looked for whose answer was lost. */
  readonly receiptWaitMs: number;
  request<T>(call: ApiCall): Promise<T>;
}

const TIMEOUT_MS = 15_000;
const RETRIES = 5;
/** A request that waits is in a block by then: a set whose leader is down needs seconds, a node that restarts a few more. */
const RECEIPT_WAIT_MS = 30_000;
/** A Retry-After beyond this is somebody else's joke. */
const MAX_PAUSE_MS = 60_000;
const BUSY = new Set([429, 503]);
/** Causes after which nothing was sent, because no connection came about. */
const NOT_CONNECTED = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

/**
 * Makes a client. A busy exchange (429, 503) is asked again after the pause it names. When a node does not answer, or has
 * executed less than this client has seen, the next one is turned to: a question is put to it at once, while a request
 * that may have arrived is left to the caller. So what is read never goes back in time.
 *
 * @example
 * import { equal } from "node:assert/strict";
 * import { createClient } from "./client.ts";
 *
 * const fetch = async () => new Response('{"status":"running"}');
 * const client = createClient({ url: "http://127.0.0.1:8080/", fetch });
 * const health = await client.request({ path: "/v1/health" });
 * equal(health.status, "running");
 */
export function createClient(options: ClientOptions): Client {
  const urls = [options.url, ...(options.others ?? [])].map(checkedUrl);
  const settings = {
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    retries: options.retries ?? RETRIES,
    receiptWaitMs: options.receiptWaitMs ?? RECEIPT_WAIT_MS,
    fetch: options.fetch ?? fetch,
    horizon: options.horizon ?? new Horizon(),
    isAlone: urls.length === 1,
  };
  settings.horizon.know(urls);
  return new Nodes(urls, settings);
}

function checkedUrl(text: string): string {
  const url = text.replace(/\/+$/, "");
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new TraderError("BAD_CONFIG", { message: `not an http address: ${text}` });
  return url;
}

class Nodes implements Client {
  private readonly urls: readonly string[];
  private readonly settings: Settings;
  private present = 0;

  constructor(urls: readonly string[], settings: Settings) {
    this.urls = urls;
    this.settings = settings;
  }

  get url(): string {
    return this.urls[this.present]!;
  }

  get receiptWaitMs(): number {
    return this.settings.receiptWaitMs;
  }

  async request<T>(call: ApiCall): Promise<T> {
    const { horizon } = this.settings;
    for (let asked = 1; ; asked++) {
      const { present, url } = this;
      try {
        return await request<T>(url, this.settings, call);
      } catch (error) {
        // What nobody reaches is demanded no more: all of them may have the answer now. At most once for each node.
        if (isBehind(error) && horizon.isBehind(url, Number(error.facts.sequence ?? 0))) asked = 0;
        const isElsewhere = isBeforeHistory(error) || (call.askAll === true && isUnknown(error));
        const wasTurnedAway = isClosing(error) || isElsewhere;
        if (!wasTurnedAway && !isLostAnswer(error)) throw error;
        // Somebody else may have turned already.
        if (this.present === present) this.present = (present + 1) % this.urls.length;
        const isInDoubt = call.body !== undefined && mayHaveArrived(error);
        if (isInDoubt || asked >= this.worthAsking(error)) throw error;
      }
    }
  }

  /** How often in all. A connection that was kept may have been closed just now: also a lone node is asked again. */
  private worthAsking(error: unknown): number {
    const isLost = error instanceof TraderError && error.code === "UNREACHABLE";
    return isLost ? Math.max(2, this.urls.length) : this.urls.length;
  }
}

/** The node stops, has halted, or is not as far as this client has seen: it took nothing, and another one may. */
const isClosing = (error: unknown): boolean =>
  isBehind(error) || (error instanceof TraderError && error.reason === "closing");

const isBehind = (error: unknown): error is TraderError =>
  error instanceof TraderError && error.reason === "behind";

/** The node joined later than what was asked about. */
const isBeforeHistory = (error: unknown): boolean =>
  error instanceof TraderError && error.reason === "beforeHistory";

const isUnknown = (error: unknown): boolean => error instanceof TraderError && error.facts.status === 404;

interface Settings {
  readonly timeoutMs: number;
  readonly retries: number;
  readonly receiptWaitMs: number;
  readonly fetch: typeof fetch;
  readonly horizon: Horizon;
  /** There is no other node to turn to. */
  readonly isAlone: boolean;
}

async function request<T>(url: string, settings: Settings, call: ApiCall): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const { response, text } = await ask(url, settings, call);
    const reply = parseReply(response, text, call.path);
    settings.horizon.reached(url, placeOf(response));
    if (response.ok || response.status === call.accepts) return reply as T;
    const refused = rejection(response.status, reply, call.path);
    const mayRetry = BUSY.has(response.status) && (settings.isAlone || !isClosing(refused));
    if (!mayRetry || attempt >= settings.retries) throw refused;
    await sleep(pauseOf(response));
  }
}

/** As far as the answering node has executed. */
function placeOf(response: Response): number {
  const place = Number(response.headers.get("proofbook-sequence") ?? 0);
  return Number.isSafeInteger(place) && place > 0 ? place : 0;
}

interface Answer {
  readonly response: Response;
  readonly text: string;
}

async function ask(url: string, settings: Settings, { path, body }: ApiCall): Promise<Answer> {
  const { timeoutMs, fetch, horizon } = settings;
  const signal = AbortSignal.timeout(timeoutMs);
  const read = { headers: { "proofbook-at-least": String(horizon.sequence) } };
  const post = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  try {
    const response = await fetch(`${url}${path}`, { signal, ...(body === undefined ? read : post) });
    return { response, text: await response.text() };
  } catch (cause) {
    if (signal.aborted)
      throw new TraderError("TIMEOUT", {
        message: `no answer from ${url}${path} within ${timeoutMs} ms`,
        facts: { path, timeoutMs },
        cause,
      });
    throw new TraderError("UNREACHABLE", {
      message: `nobody answers at ${url}`,
      facts: { url, reason: String((cause as Error).cause ?? cause), connected: !isNotConnected(cause) },
      whatToDo: "Is the sequencer running? `npm start` starts one; --url names another address.",
      cause,
    });
  }
}

/** `fetch` wraps what the socket says. */
function isNotConnected(error: unknown): boolean {
  const { code } = ((error as Error).cause ?? {}) as { code?: unknown };
  return typeof code === "string" && NOT_CONNECTED.has(code);
}

function parseReply(response: Response, text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TraderError("BAD_RESPONSE", {
      message: `the answer to ${path} is not JSON (status ${response.status})`,
      facts: { path, status: response.status },
      whatToDo: "Check that the address is that of a Proofbook sequencer.",
      cause,
    });
  }
}

function pauseOf(response: Response): number {
  const seconds = Number(response.headers.get("retry-after") ?? 1);
  return Math.min(Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 1000, MAX_PAUSE_MS);
}

function rejection(status: number, reply: unknown, path: string): TraderError {
  const { code, message, ...facts } = (reply as { error?: Record<string, unknown> } | null)?.error ?? {};
  if (typeof code !== "string")
    return new TraderError("BAD_RESPONSE", {
      message: `status ${status} without a code from ${path}`,
      facts: { path, status },
    });
  return new TraderError(BUSY.has(status) ? "BUSY" : "REJECTED", {
    message: `${code}: ${message}`,
    reason: code,
    facts: { status, ...facts },
  });
}
