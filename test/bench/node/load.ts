/** Sends lanes of requests over HTTP and times each answer. */
import { Agent, request } from "node:http";
import type { Lane } from "./flow.ts";

/** Sends every lane in its order, all lanes at once; milliseconds of each acknowledged request. */
export async function sendLanes(port: number, lanes: readonly Lane[]): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: lanes.length });
  const times: number[] = [];
  await Promise.all(
    lanes.map(async (lane) => {
      for (const body of lane) {
        const startMs = performance.now();
        await post(port, agent, body);
        times.push(performance.now() - startMs);
      }
    }),
  );
  agent.destroy();
  return times;
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
