/** Sends lanes of requests over HTTP and times each answer. */
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Lane } from "./flow.ts";

const RETRY_MS = 10;
const LIMIT_MS = 60_000;

interface Watching {
  readonly onReceipt?: () => void;
  /** Nothing more is sent then. */
  readonly isOver?: () => boolean;
}

/** Sends every lane in its order, all lanes at once; milliseconds of each acknowledged request. */
export async function sendLanes(
  port: number,
  lanes: readonly Lane[],
  { onReceipt, isOver }: Watching = {},
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: lanes.length });
  const times: number[] = [];
  await Promise.all(
    lanes.map(async (lane) => {
      for (const body of lane) {
        if (isOver?.()) return;
        const startMs = performance.now();
        await post(port, agent, body);
        times.push(performance.now() - startMs);
        onReceipt?.();
      }
    }),
  );
  agent.destroy();
  return times;
}

/** Again and again until it is acknowledged: by a node that is only starting. */
export async function sendUntilTaken(port: number, body: string): Promise<void> {
  const agent = new Agent();
  for (const endMs = performance.now() + LIMIT_MS; ; await sleep(RETRY_MS))
    try {
      await post(port, agent, body);
      return;
    } catch (error) {
      if (performance.now() > endMs) throw error;
    }
}

function post(port: number, agent: Agent, body: string): Promise<void> {
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: "127.0.0.1", port, path: "/v1/requests", method: "POST", agent, headers },
      (reply) => {
        let text = "";
        reply.setEncoding("utf8");
        reply.on("data", (chunk: string) => {
          text += chunk;
        });
        reply.on("end", () => {
          if (reply.statusCode === 200) resolve();
          else reject(new Error(`a request was turned away: ${text}`));
        });
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}
