/** Who may connect: the validators of the epoch, and so many readers. Everybody else ends after the handshake. */
import type { ConnectionGater, PeerId } from "@libp2p/interface";
import { MAX_TRANSPORT_BUFFER_BYTES } from "./limits.ts";

/** True when the peer may not have a connection now. */
export type Refuses = (peer: PeerId) => boolean;

export const gateOf = (refuses: Refuses): ConnectionGater => ({
  denyDialPeer: (peer) => refuses(peer),
  denyInboundEncryptedConnection: (peer) => refuses(peer),
  denyOutboundEncryptedConnection: (peer) => refuses(peer),
  // Not refusals: the first moment at which the socket's buffer can be bounded.
  denyInboundConnection: (connection) => {
    connection.maxWriteBufferLength = MAX_TRANSPORT_BUFFER_BYTES;
    return false;
  },
  denyOutboundConnection: (_peer, connection) => {
    connection.maxWriteBufferLength = MAX_TRANSPORT_BUFFER_BYTES;
    return false;
  },
});
