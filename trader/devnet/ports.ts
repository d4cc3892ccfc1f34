/** TCP ports of this machine. */
import { type AddressInfo, createServer } from "node:net";
import { DevnetError } from "./devnet-error.ts";

const HOST = "127.0.0.1";

/** The port itself when it is free; 0 stands for any free one. Throws `PORT_IN_USE`. */
export function claimPort(port: number, option: string): Promise<number> {
  return new Promise((resolve, reject) => {
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
    server.listen(port, HOST, () => {
      const found = (server.address() as AddressInfo).port;
      server.close(() => resolve(found));
    });
  });
}
