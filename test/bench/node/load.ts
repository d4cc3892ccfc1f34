/**
 * Sends lanes of requests over HTTP and times each answer. Sockets without a client library: whoever makes the load shares the
 * cores with the node, and should take little of them.
 */
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Lane } from "./flow.ts";

const RETRY_MS = 10;
const LIMIT_MS = 60_000;

export interface Sending {
  /** Bodies of a lane that may be under way at a time, in their order on one connection. */
  readonly underWay?: number;
  /** Requests of one body; more than one go to the route that takes many. */
  readonly perBody?: number;
  readonly onReceipt?: () => void;
  /** Nothing more is sent then. */
  readonly isOver?: () => boolean;
}

/** Sends every lane in its order, all lanes at once; milliseconds until each body was answered. */
export async function sendLanes(
  port: number,
  lanes: readonly Lane[],
  sending: Sending = {},
): Promise<number[]> {
  const times = await Promise.all(lanes.map((lane) => new LaneSender(port, lane, sending).done));
  return times.flat();
}

/** Again and again until it is acknowledged: by a node that is only starting. */
export async function sendUntilTaken(port: number, body: string): Promise<void> {
  for (const endMs = performance.now() + LIMIT_MS; ; await sleep(RETRY_MS))
    try {
      await new LaneSender(port, [body], {}).done;
      return;
    } catch (error) {
      if (performance.now() > endMs) throw error;
    }
}

/** One connection, which sends the next request when an answer comes. */
class LaneSender {
  /** Milliseconds of each. */
  readonly done: Promise<number[]>;
  private readonly bodies: readonly string[];
  private readonly path: string;
  private readonly sending: Sending;
  private readonly socket: Socket;
  private readonly startsMs: number[] = [];
  private readonly times: number[] = [];
  private received = "";
  private finish!: (times: number[]) => void;

  constructor(port: number, lane: Lane, sending: Sending) {
    const { perBody = 1 } = sending;
    this.bodies = perBody === 1 ? lane : joined(lane, perBody);
    this.path = perBody === 1 ? "/v1/requests" : "/v1/requests/many";
    this.sending = sending;
    this.socket = connect({ host: "127.0.0.1", port, noDelay: true });
    this.socket.setEncoding("latin1");
    this.done = new Promise((resolve, reject) => {
      this.finish = resolve;
      this.socket.on("error", reject);
      this.socket.on("close", () => reject(new Error("the node closed a connection")));
      this.socket.on("data", (text: string) => {
        try {
          this.take(text);
        } catch (error) {
          reject(error);
          this.socket.destroy();
        }
      });
    });
    this.send();
  }

  private send(): void {
    const { underWay = 1, isOver } = this.sending;
    const isStopped = isOver?.() === true;
    while (!isStopped && this.startsMs.length < this.bodies.length) {
      if (this.startsMs.length - this.times.length >= underWay) return;
      const body = this.bodies[this.startsMs.length]!;
      this.startsMs.push(performance.now());
      this.socket.write(
        `POST ${this.path} HTTP/1.1\r\nhost: node\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
    }
    if (this.times.length < this.startsMs.length) return;
    this.finish(this.times);
    this.socket.destroy();
  }

  /** Whole answers out of what came. */
  private take(text: string): void {
    this.received += text;
    for (;;) {
      const headEnd = this.received.indexOf("\r\n\r\n");
      if (headEnd < 0) return;
      const [, length] = /content-length: (\d+)/i.exec(this.received.slice(0, headEnd)) ?? [];
      const end = headEnd + 4 + Number(length);
      if (this.received.length < end) return;
      if (!this.received.startsWith("HTTP/1.1 200") || this.received.slice(headEnd, end).includes('"error":'))
        throw new Error(`a request was turned away: ${this.received.slice(headEnd + 4, end)}`);
      this.received = this.received.slice(end);
      this.times.push(performance.now() - this.startsMs[this.times.length]!);
      this.sending.onReceipt?.();
      this.send();
    }
  }
}

const joined = (lane: Lane, perBody: number): string[] =>
  Array.from(
    { length: Math.ceil(lane.length / perBody) },
    (_, i) => `{"requests":[${lane.slice(i * perBody, (i + 1) * perBody)}]}`,
  );
