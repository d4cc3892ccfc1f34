/**
 * Sessions against a server on a real socket that takes a request and breaks off before it answers, while the request waits
 * for its block: whatever the SDK does then, no second word of the trader may reach the exchange.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Quanta } from "../../sequencer/exchange/state.ts";
import { decodeWord } from "../../sequencer/exchange/word.ts";
import { DEVNET_MARKETS } from "../../trader/devnet/devnet-markets.ts";
import { openSession } from "../../trader/sdk/account-session.ts";
import { createClient } from "../../trader/sdk/client.ts";
import { keyOfSecret } from "../../trader/sdk/derive-key.ts";
import { errorOf } from "./error-of.ts";

const key = await keyOfSecret(randomBytes(32));
const terms = { units: DEVNET_MARKETS[0]!, side: "buy", price: "60000", size: "0.001" } as const;

type Loss = (response: ServerResponse) => void;

const reset: Loss = ({ socket }) => void socket!.resetAndDestroy();
const silence: Loss = () => undefined;
const halfABody: Loss = (response) => {
  response.writeHead(200, { "content-length": 100 }).write('{"id":', () => response.socket!.destroy());
};
const proxyPage: Loss = (response) => {
  response.writeHead(504, { "content-type": "text/html" }).end("<html>504 Gateway Time-out</html>");
};
const outcomeUnknown: Loss = (response) => answer(response, 504, refusal("outcomeUnknown"));

const refusal = (code: string) => ({ error: { code, message: "no" } });

function answer(response: ServerResponse, status: number, reply: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(reply));
}

/** Answers the first sending of every word with `loss`, and knows its receipt after so many looks for it. */
async function forgetfulExchange(loss: Loss, looksUntilReceipt: number) {
  /** By word: how often it was looked for. */
  const waiting = new Map<string, number>();
  const receiptOf = (id: string) => ({ id, outcome: "accepted", order: "open" });

  async function reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url!;
    if (path === "/v1/exchange") return answer(response, 200, { domain: "1", dimensions: { orderDepth: 1 } });
    if (path === "/v1/accounts/1")
      return answer(response, 200, { index: 1, ownerKey: String(key.hash), nextNonce: 0, orders: [] });
    if (path.startsWith("/v1/receipts/")) {
      const id = path.split("/").at(-1)!;
      const looks = (waiting.get(id) ?? 0) + 1;
      waiting.set(id, looks);
      if (looks < looksUntilReceipt) return answer(response, 404, refusal("noSuchReceipt"));
      return answer(response, 200, receiptOf(id));
    }
    const body = JSON.parse(await text(request));
    const requests: { words: string[] }[] = body.requests ?? [body];
    const isKnown = requests.every(({ words }) => waiting.has(words.at(-1)!));
    for (const { words } of requests) waiting.set(words.at(-1)!, waiting.get(words.at(-1)!) ?? 0);
    if (!isKnown) return loss(response);
    answer(response, 409, refusal("usedNonce"));
  }

  const server = createServer((request, response) => void reply(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    session: (receiptWaitMs: number) =>
      openSession({ client: createClient({ url, timeoutMs: 200, receiptWaitMs }), account: 1, key }),
    waiting,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const losses = { reset, silence, halfABody, proxyPage, outcomeUnknown };

for (const [name, loss] of Object.entries(losses)) {
  test(`${name}: an order that waits for its block is found by its receipt, and placed once`, async () => {
    await using exchange = await forgetfulExchange(loss, 2);
    const { receipt, slot } = await (await exchange.session(10_000)).place(terms);
    assert.equal([receipt.outcome, slot], ["accepted", 0]);
    assert.equal([...exchange.waiting.keys()], [receipt.id]);
  });

  test(`${name}: one that shows no receipt in time is never signed again, and keeps its slot`, async () => {
    await using exchange = await forgetfulExchange(loss, Number.POSITIVE_INFINITY);
    const session = await exchange.session(0);
    const error = await errorOf(session.place(terms));
    assert.is(error.code, "LOST_ANSWER");
    assert.equal([...exchange.waiting.keys()], [error.facts.id]);
    await errorOf(session.place(terms));
    const slots = [...exchange.waiting.keys()].map((id) => decodeWord(BigInt(id)).slot);
    assert.equal(slots, [0, 1]);
  });
}

test("the receipt is looked for until it is there", async () => {
  await using exchange = await forgetfulExchange(reset, 4);
  const { receipt } = await (await exchange.session(10_000)).place(terms);
  assert.equal([...exchange.waiting], [[receipt.id, 4]]);
});

test("money that moves, and orders that travel together, are not sent twice either", async () => {
  await using exchange = await forgetfulExchange(reset, Number.POSITIVE_INFINITY);
  const session = await exchange.session(0);
  for (const [i, send] of [
    () => session.withdraw({ quanta: 5n as Quanta }),
    () => session.transfer({ quanta: 5n as Quanta, to: 2 }),
  ].entries()) {
    assert.is((await errorOf(send())).code, "LOST_ANSWER");
    assert.is(exchange.waiting.size, i + 1);
  }
  const together = await Promise.all([1, 2].map(() => errorOf(session.place(terms))));
  assert.equal(
    together.map(({ code }) => code),
    ["LOST_ANSWER", "LOST_ANSWER"],
  );
  assert.is(exchange.waiting.size, 4);
});

test.run();
