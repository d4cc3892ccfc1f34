/** A TCP line from one node to another that can be cut: what runs over it ends, and nothing new gets through. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

const HOST = "127.0.0.1";

export class CuttableLine {
  isCut = false;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(target: number) {
    this.server = createServer((from) => {
      if (this.isCut) {
        from.destroy();
        return;
      }
      const to = connect(target, HOST);
      for (const [one, other] of [
        [from, to],
        [to, from],
      ] as const) {
        this.sockets.add(one);
        one.on("error", () => other.destroy());
        one.on("close", () => {
          this.sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
  }

  /** To a port of this machine, whether somebody listens there yet or not. */
  static async open(target: number): Promise<CuttableLine> {
    const line = new CuttableLine(target);
    line.server.listen(0, HOST);
    await once(line.server, "listening");
    return line;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, "close");
  }
}
