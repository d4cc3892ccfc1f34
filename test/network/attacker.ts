/** A libp2p node with a validator's key and none of its manners. */
import "../../sequencer/network/promise-with-resolvers.ts";
import { generateKeyPairFromSeed } from "@libp2p/crypto/keys";
import type { Connection, Libp2p, MessageStream, Stream } from "@libp2p/interface";
import { noise } from "@libp2p/noise";
import { tcp } from "@libp2p/tcp";
import { yamux } from "@libp2p/yamux";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p } from "libp2p";
import { type Member, seedOf } from "./mesh.ts";

export const MESH_PROTOCOL = "/proofbook/31337/mesh/2";

export interface Attacker {
  readonly node: Libp2p;
  /** What lies under the multiplexer of each connection, the newest last. */
  readonly wires: MessageStream[];
  /** What lies under the encryption. */
  readonly sockets: MessageStream[];
  connect(victim: Member): Promise<Connection>;
  /** A stream that the victim reads frames from. */
  openStream(victim: Member): Promise<Stream>;
  close(): Promise<void>;
}

export async function openAttacker(index: number): Promise<Attacker> {
  const wires: MessageStream[] = [];
  const sockets: MessageStream[] = [];
  const factory = yamux()();
  const node = await createLibp2p({
    privateKey: await generateKeyPairFromSeed("Ed25519", seedOf(index)),
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [
      () => ({
        protocol: factory.protocol,
        createStreamMuxer: (wire) => {
          wires.push(wire);
          return factory.createStreamMuxer(wire);
        },
      }),
    ],
    connectionGater: {
      denyOutboundConnection: (_peer, socket) => {
        sockets.push(socket);
        return false;
      },
    },
    connectionManager: { reconnectRetries: 0 },
    connectionMonitor: { enabled: false },
  });
  // It takes the victim's stream, and nobody ever listens to what comes.
  await node.handle(MESH_PROTOCOL, (stream) => stream.pause());
  const connect = async (victim: Member): Promise<Connection> =>
    node.dial(victim.network.multiaddrs.map((text) => multiaddr(text)));
  return {
    node,
    wires,
    sockets,
    connect,
    openStream: async (victim) => (await connect(victim)).newStream(MESH_PROTOCOL),
    close: async () => node.stop(),
  };
}

/** Sends until all has gone out or the other side ends it. */
export async function flood(stream: MessageStream, chunk: Uint8Array, times: number): Promise<void> {
  try {
    for (let i = 0; i < times && stream.status === "open"; i++) {
      if (!stream.send(chunk)) await stream.onDrain({ signal: AbortSignal.timeout(30_000) });
    }
  } catch {
    // Cut off in the middle, as it should be.
  }
}
