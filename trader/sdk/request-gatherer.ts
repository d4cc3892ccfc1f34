import type { SignedRequest } from "../../sequencer/signature/request.ts";
import type { Client } from "./client.ts";
import type { Receipt } from "./replies.ts";
import { requestBody, submitRequest } from "./submit-request.ts";
import { mayHaveArrived, TraderError } from "./trader-error.ts";

/** The API takes no more in one body. */
const MAX_TOGETHER = 64;

/** Turned away for now, or with an end that is not known: each such request is sent again by itself. */
const FOR_NOW = new Set(["busy", "tooManyPending", "closing", "chainFault", "outcomeUnknown", "internal"]);

interface Waiting {
  readonly signed: SignedRequest;
  readonly resolve: (receipt: Promise<Receipt> | Receipt) => void;
  readonly reject: (error: unknown) => void;
}

interface ManyReply {
  readonly results: readonly { readonly receipt?: Receipt; readonly error?: ItemError }[];
}

type ItemError = Readonly<Record<string, unknown>> & { readonly code: string; readonly message: string };

/**
 * Sends what is handed in at once in one body: quotes of a whole ladder cost one round trip, and a node a fraction of the
 * work. Each request fares as if it had been sent by itself (`submitRequest`), and nobody waits for company.
 *
 * @example
 * import { equal } from "node:assert/strict";
 * import { createClient } from "./client.ts";
 * import { RequestGatherer } from "./request-gatherer.ts";
 *
 * const results = [{ receipt: { outcome: "accepted" } }, { receipt: { outcome: "refused" } }];
 * const fetch = async () => new Response(JSON.stringify({ results }));
 * const gatherer = new RequestGatherer(createClient({ url: "http://127.0.0.1:8080", fetch }));
 * const signed = { words: [5n], publicKey: [1n, 2n], signature: { r8: [3n, 4n], s: 5n } };
 * const [first, second] = await Promise.all([gatherer.submit(signed), gatherer.submit(signed)]);
 * equal(first.outcome, "accepted");
 * equal(second.outcome, "refused");
 */
export class RequestGatherer {
  private readonly client: Client;
  private gathered: Waiting[] = [];

  constructor(client: Client) {
    this.client = client;
  }

  submit(signed: SignedRequest): Promise<Receipt> {
    return new Promise((resolve, reject) => {
      this.gathered.push({ signed, resolve, reject });
      // Behind all that is being signed in the same turn.
      if (this.gathered.length === 1) void Promise.resolve().then(() => this.send());
    });
  }

  private send(): void {
    const { gathered } = this;
    this.gathered = [];
    for (let at = 0; at < gathered.length; at += MAX_TOGETHER)
      void this.sendTogether(gathered.slice(at, at + MAX_TOGETHER));
  }

  private async sendTogether(waiting: readonly Waiting[]): Promise<void> {
    if (waiting.length === 1) return this.sendAlone(waiting[0]!, false);
    try {
      const body = { requests: waiting.map(({ signed }) => requestBody(signed)) };
      const reply = await this.client.request<Partial<ManyReply> | null>({ path: "/v1/requests/many", body });
      waiting.forEach((one, i) => {
        this.settle(one, reply?.results?.[i] ?? {});
      });
    } catch (error) {
      for (const one of waiting) this.sendAlone(one, mayHaveArrived(error));
    }
  }

  private settle(one: Waiting, { receipt, error }: ManyReply["results"][number]): void {
    if (receipt !== undefined) one.resolve(receipt);
    else if (error === undefined || FOR_NOW.has(error.code))
      this.sendAlone(
        one,
        error === undefined || error.code === "outcomeUnknown" || error.code === "internal",
      );
    else one.reject(rejection(error));
  }

  private sendAlone({ signed, resolve }: Waiting, mayBeLogged: boolean): void {
    resolve(submitRequest(this.client, { signed, mayBeLogged }));
  }
}

function rejection({ code, message, ...facts }: ItemError): TraderError {
  return new TraderError("REJECTED", { message: `${code}: ${message}`, reason: code, facts });
}
