/** The API on a socket of this machine, at a port that the system picks. */

import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { Registry } from "prom-client";
import type { ApiParts } from "../../sequencer/api/ports.ts";
import { type ApiOptions, apiServer } from "../../sequencer/api/server.ts";

export interface LocalServer {
  readonly url: string;
  readonly port: number;
  /** JSON in, status, headers and JSON out. */
  readonly ask: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
  /** Bytes in, all bytes out until the server closes. */
  readonly raw: (text: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into replies of every shape
  readonly body: any;
}

export async function localServer(parts: ApiParts, options: Partial<ApiOptions> = {}): Promise<LocalServer> {
  const server = await apiServer(parts, { jobsToken: null, registry: new Registry(), ...options });
  await server.listen({ host: "127.0.0.1", port: 0 });
  const { port } = server.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    async ask(method, path, body, headers = {}) {
      const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
      const reply = await fetch(url + path, {
        method,
        headers: text === undefined ? headers : { "content-type": "application/json", ...headers },
        ...(text === undefined ? {} : { body: text }),
      });
      const received = await reply.text();
      const isJson = reply.headers.get("content-type")?.startsWith("application/json") ?? false;
      return { status: reply.status, headers: reply.headers, body: isJson ? JSON.parse(received) : received };
    },
    raw: (text) =>
      new Promise((resolve, reject) => {
        let received = "";
        const socket = connect(port, "127.0.0.1", () => socket.write(text));
        socket.on("data", (chunk) => {
          received += chunk;
        });
        socket.on("close", () => resolve(received));
        socket.on("error", reject);
      }),
    close: async () => await server.close(),
  };
}
