/** How the server ends: whoever is owed an answer gets it, whoever only holds a connection cannot hold the node. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { suite } from "uvu";
import { is, match } from "uvu/assert";
import { wordToHex } from "../../sequencer/exchange/word.ts";
import type { Receipt } from "../../sequencer/node/view.ts";
import { fakeNode, PLACE_WORD, partsOf, RECEIPT } from "./fake-node.ts";
import { localServer } from "./local-server.ts";

const test = suite("closing");

async function socketTo(port: number, said: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  if (said !== "") socket.write(said);
  return socket;
}

const head = "POST /v1/requests HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\n";
const HELD: Readonly<Record<string, string>> = {
  "a silent connection": "",
  "half a head": "GET /v1/health HTTP/1.1\r\nhost: he",
  "half a body": `${head}content-length: 100\r\n\r\n{"words":`,
};

for (const [what, said] of Object.entries(HELD))
  test(`${what} does not keep the server from closing`, async () => {
    const server = await localServer(partsOf(fakeNode()), { closingMs: 20, requestTimeoutMs: 60_000 });
    const socket = await socketTo(server.port, said);
    // It is accepted when somebody who came later has been answered.
    is((await server.ask("GET", "/v1/health")).status, 200);
    const ended = once(socket, "close");
    await server.close();
    await ended;
  });

test("a request that was taken is answered, and the connection that it came on is no reason to wait longer", async () => {
  let answer = (_: Receipt): void => undefined;
  let isTaken = (): void => undefined;
  const taken = new Promise<void>((resolve) => {
    isTaken = resolve;
  });
  const submit = () =>
    new Promise<Receipt>((resolve) => {
      answer = resolve;
      isTaken();
    });
  const server = await localServer(partsOf(fakeNode({ submit })), { closingMs: 3_600_000 });
  const body = JSON.stringify({
    words: [wordToHex(PLACE_WORD)],
    publicKey: { x: "1", y: "2" },
    signature: { r8x: "3", r8y: "4", s: "5" },
  });
  const socket = await socketTo(server.port, `${head}content-length: ${body.length}\r\n\r\n${body}`);
  let received = "";
  socket.on("data", (chunk) => {
    received += chunk;
  });
  await taken;
  const closing = server.close();
  const ended = once(socket, "close");
  answer(RECEIPT);
  await closing;
  await ended;
  match(received, /^HTTP\/1\.1 200 /);
  match(received, '"sequence":9');
});

test.run();
