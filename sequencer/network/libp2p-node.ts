/** libp2p with what the mesh needs and nothing else: no discovery, no address exchange, no relays, no pubsub. */
import "./promise-with-resolvers.ts";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { privateKeyFromRaw, publicKeyFromRaw } from "@libp2p/crypto/keys";
import type { Ed25519PrivateKey, Libp2p } from "@libp2p/interface";
import { noise } from "@libp2p/noise";
import { peerIdFromPrivateKey, peerIdFromPublicKey } from "@libp2p/peer-id";
import { tcp } from "@libp2p/tcp";
import { createLibp2p } from "libp2p";
import type { Clock } from "../node/settings.ts";
import { gateOf, type Refuses } from "./gate.ts";
import {
  DIAL_MS,
  MAX_ADDRESSES_PER_PEER,
  MAX_INBOUND_PER_HOST_PER_SECOND,
  MAX_PENDING_INBOUND,
  UPGRADE_MS,
} from "./limits.ts";
import { guardedYamux, type MuxerFault } from "./yamux-guard.ts";

export interface NodeOptions {
  /** 32 secret bytes; another key than the one that votes, because it is used online for each connection. */
  readonly identitySeed: Uint8Array;
  /** Multiaddrs. */
  readonly listen: readonly string[];
  readonly maxConnections: number;
  readonly clock: Clock;
  readonly refuses: Refuses;
  readonly onMuxerFault: (fault: MuxerFault) => void;
}

/** Before the 32 bytes of an Ed25519 key, in its PKCS #8 (RFC 8410). */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");
const PUBLIC_KEY_BYTES = 32;

/** By OpenSSL: the package's own way makes tables for one multiplication, a twentieth of a node's start. */
function identityOf(seed: Uint8Array): Ed25519PrivateKey {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-PUBLIC_KEY_BYTES);
  return privateKeyFromRaw(Buffer.concat([seed, publicKey])) as Ed25519PrivateKey;
}

/** The name under which others know the node with this key. */
export const peerIdOf = async (identitySeed: Uint8Array): Promise<string> =>
  peerIdFromPrivateKey(identityOf(identitySeed)).toString();

/** The name of the node with this public key; null for bytes that are none, which anybody may register. */
export function peerIdOfKey(publicKey: Uint8Array): string | null {
  try {
    const key = publicKeyFromRaw(publicKey);
    return key.type === "Ed25519" ? peerIdFromPublicKey(key).toString() : null;
  } catch {
    return null;
  }
}

export const startLibp2p = async (options: NodeOptions): Promise<Libp2p> =>
  createLibp2p({
    privateKey: identityOf(options.identitySeed),
    addresses: { listen: [...options.listen] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [guardedYamux(options.clock, options.onMuxerFault)],
    connectionGater: gateOf(options.refuses),
    connectionManager: {
      maxConnections: options.maxConnections,
      inboundConnectionThreshold: MAX_INBOUND_PER_HOST_PER_SECOND,
      maxIncomingPendingConnections: MAX_PENDING_INBOUND,
      inboundUpgradeTimeout: UPGRADE_MS,
      inboundStreamProtocolNegotiationTimeout: UPGRADE_MS,
      outboundStreamProtocolNegotiationTimeout: UPGRADE_MS,
      dialTimeout: DIAL_MS,
      maxPeerAddrsToDial: MAX_ADDRESSES_PER_PEER,
      // The mesh connects again by itself.
      reconnectRetries: 0,
    },
    // Finds connections that are dead without a word. A busy machine answers late, which is no death.
    connectionMonitor: { pingInterval: 10_000, pingTimeout: { minTimeout: 10_000, maxTimeout: 30_000 } },
  });
