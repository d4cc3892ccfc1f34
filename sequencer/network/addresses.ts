/** Addresses from outside: what cannot be used is left out, because one validator's typo must not stop the others. */
import type { PeerId } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import { MAX_ADDRESSES_PER_PEER } from "./limits.ts";
import type { LinkPeer } from "./link.ts";
import type { ValidatorAddress } from "./ports.ts";

/** Null when there is no such peer id. */
export function parseValidator({ address, peerId, multiaddrs }: ValidatorAddress): LinkPeer | null {
  const id = parsePeerId(peerId);
  if (id === null) return null;
  const usable = multiaddrs.slice(0, MAX_ADDRESSES_PER_PEER).map((text) => parseMultiaddr(text, id));
  return { name: address, id, role: "validator", multiaddrs: usable.filter((address) => address !== null) };
}

function parsePeerId(text: string): PeerId | null {
  try {
    return peerIdFromString(text);
  } catch {
    return null;
  }
}

/** With the peer id at its end, so that nobody else who answers there is taken for the peer. */
function parseMultiaddr(text: string, id: PeerId): Multiaddr | null {
  try {
    const parsed = multiaddr(text);
    const names = parsed.getComponents().map(({ name }) => name);
    const isHost = /^(ip4|ip6|dns|dns4|dns6)$/.test(names[0] ?? "");
    if (!isHost || names[1] !== "tcp") return null;
    if (names.length === 2) return parsed.encapsulate(`/p2p/${id}`);
    return names.length === 3 && parsed.getComponents()[2]?.value === id.toString() ? parsed : null;
  } catch {
    return null;
  }
}
