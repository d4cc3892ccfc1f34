/** TCP ports of this machine. */
import { createServer } from "node:net";
import { DevnetError } from "./devnet-error.ts";

const HOST = "127.0.0.1";

/**
 * Throws `PORT_IN_USE` when a port is taken. 0 lets whoever listens take a free one: a port chosen here could be gone
 * before a child listens on it.
 */
export async function checkPort(port: number, option: string): Promise<void> {
  if (port === 0) return;
  await new Promise<void>((resolve, reject) => {
    const server = createServer();
    server.once("error", () =>
      reject(
        new DevnetError(
          "PORT_IN_USE",
          `port ${port} is taken by another process`,
          `Choose another with ${option}; 0 takes any free one.`,
        ),
      ),
    );
    server.listen(port, HOST, () => server.close(() => resolve()));
  });
}

export const portOf = (url: string): number => Number(new URL(url).port);
