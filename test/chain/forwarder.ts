/** An endpoint of L1 on a real socket that hands questions on to another one, and whatever it is told to do to the answers. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

interface Question {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

const isForKnownBlock = ({ method, params }: Question): boolean =>
  method === "eth_getBlockByNumber" && params[0] !== "latest";

/** What an endpoint says instead of `answer`; null cuts the connection. */
export type Instead = (question: Question, answer: unknown) => unknown;

export class Forwarder {
  readonly asked: string[] = [];
  /** An answer with this status and no more, unless it is 200. */
  status = 200;
  instead: Instead = (_, answer) => answer;
  /** All questions but for the block by which an endpoint is known. */
  refuses = false;
  private readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
  }

  static async start(to: string): Promise<Forwarder> {
    const server = createServer();
    const forwarder = new Forwarder(server);
    server.on("request", async (request, response) => {
      const answer = await forwarder.answer(to, await text(request));
      if (answer === null) response.destroy();
      else response.writeHead(forwarder.status, { "content-type": "application/json" }).end(answer);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return forwarder;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return;
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  private async answer(to: string, body: string): Promise<string | null> {
    if (this.status !== 200) return "<html>out of order</html>";
    const questions = [JSON.parse(body)].flat() as Question[];
    this.asked.push(...questions.map(({ method }) => method));
    const response = await fetch(to, {
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    });
    const answers = [await response.json()].flat() as { id: number; result?: unknown }[];
    const changed = answers.map((answer) => {
      const question = questions.find(({ id }) => id === answer.id)!;
      if (this.refuses && !isForKnownBlock(question))
        return { jsonrpc: "2.0", id: answer.id, error: { code: -32005, message: "limit exceeded" } };
      return { ...answer, result: this.instead(question, answer.result) };
    });
    if (
      changed.some((answer, i) => "result" in answer && answer.result === null && answers[i]!.result !== null)
    )
      return null;
    return JSON.stringify(body.startsWith("[") ? changed : changed[0]);
  }
}
