/** Networks on loopback for tests, and waiting for what they do. */
import type { Message, Peer } from "../../sequencer/consensus/messages.ts";
import { peerIdOf } from "../../sequencer/network/libp2p-node.ts";
import { type NetworkOptions, openNetwork } from "../../sequencer/network/network.ts";
import type { Network, PeerMetrics, ValidatorAddress } from "../../sequencer/network/ports.ts";
import { systemClock } from "../../sequencer/node/settings.ts";
import type { SignedRequest } from "../../sequencer/signature/request.ts";

/** Far beyond what anything takes, also on a busy machine. Only a failure waits so long. */
const DEADLINE_MS = 60_000;

export const seedOf = (index: number): Uint8Array => new Uint8Array(32).fill(index + 1);
export const nameOf = (index: number): Peer => `0x${(index + 1).toString(16).padStart(40, "0")}`;

/** A network, and all that came to it. */
export interface Member {
  readonly index: number;
  readonly network: Network;
  readonly messages: { readonly from: Peer; readonly message: Message }[];
  readonly requests: { readonly from: Peer; readonly requests: readonly SignedRequest[] }[];
}

export async function openMember(index: number, options: Partial<NetworkOptions> = {}): Promise<Member> {
  const network = await openNetwork({
    identitySeed: seedOf(index),
    exchange: "31337",
    listen: ["/ip4/127.0.0.1/tcp/0"],
    validators: [],
    maxReaders: 0,
    clock: systemClock,
    random: () => 0.5,
    log: { info: () => {}, warn: () => {} },
    ...options,
  });
  const member: Member = { index, network, messages: [], requests: [] };
  network.onMessage((from, message) => {
    member.messages.push({ from, message });
  });
  network.onRequests((from, requests) => {
    member.requests.push({ from, requests });
  });
  return member;
}

export const addressOf = ({ index, network }: Member): ValidatorAddress => ({
  address: nameOf(index),
  peerId: network.peerId,
  multiaddrs: network.multiaddrs,
});

/** Somebody who is named in a set but not there, or not one of ours. */
export const addressAt = async (index: number, multiaddrs: readonly string[]): Promise<ValidatorAddress> => ({
  address: nameOf(index),
  peerId: await peerIdOf(seedOf(index)),
  multiaddrs,
});

export const linkOf = (member: Member, peer: number): PeerMetrics => {
  const found = member.network.metrics().peers.find((one) => one.peer === nameOf(peer));
  if (found === undefined) throw new Error(`${member.index} has no link to ${peer}`);
  return found;
};

export const isLinked = (member: Member): boolean =>
  member.network.metrics().peers.every(({ canSend, canReceive }) => canSend && canReceive);

/** So many members that all know and reach each other. */
export async function openMesh(count: number, options: Partial<NetworkOptions> = {}): Promise<Member[]> {
  const members = await Promise.all(Array.from({ length: count }, (_, index) => openMember(index, options)));
  const validators = members.map(addressOf);
  for (const { network } of members) network.setPeers(validators);
  await eventually("all are linked", () => members.every(isLinked));
  return members;
}

export const closeAll = async (members: readonly Member[]): Promise<void> => {
  await Promise.all(members.map(({ network }) => network.close()));
};

/** Looks again and again until it is so, and fails at the deadline. */
export async function eventually(what: string, isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`not within ${DEADLINE_MS / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
