/** Whoever talks to a node's ports without any manners: noise, halves of greetings, and silence. */
import { connect, type Socket } from "node:net";
import type { Random } from "../generate/random.ts";

const HOST = "127.0.0.1";
const TALKERS = 12;
const CHUNK_BYTES = 16_384;
/** What each sends before it is tired of it. */
const MOST_BYTES = 4 * 2 ** 20;

const GREETINGS = [
  "\x13/multistream/1.0.0\n",
  "GET /v1/health HTTP/1.1\r\nhost: x\r\n",
  `POST /v1/requests HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 999999999\r\n\r\n{"words":[`,
  "",
];

export interface Garbage {
  /** Connections that were let in so far. */
  readonly made: number;
  end(): void;
}

export function feedGarbage(ports: readonly number[], random: Random): Garbage {
  const sockets = new Set<Socket>();
  let made = 0;
  let isOver = false;
  const talk = (port: number): void => {
    const socket = connect(port, HOST);
    const noise = Buffer.from(Array.from({ length: CHUNK_BYTES }, () => random.below(256)));
    const isSilent = random.chance(0.3);
    sockets.add(socket);
    socket.on("connect", () => {
      made += 1;
      socket.write(random.pick(GREETINGS));
      if (!isSilent) pour(socket, noise);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      sockets.delete(socket);
      if (!isOver) setImmediate(() => isOver || talk(port));
    });
  };
  for (const port of ports) for (let i = 0; i < TALKERS; i++) talk(port);
  return {
    get made() {
      return made;
    },
    end() {
      isOver = true;
      for (const socket of sockets) socket.destroy();
    },
  };
}

function pour(socket: Socket, noise: Buffer): void {
  let left = MOST_BYTES;
  const go = (): void => {
    while (left > 0 && !socket.destroyed) {
      left -= noise.length;
      if (!socket.write(noise)) {
        socket.once("drain", go);
        return;
      }
    }
  };
  go();
}
