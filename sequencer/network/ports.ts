/** What the consensus shell sees of the network. */
import type { Message, Peer } from "../consensus/messages.ts";
import type { SignedRequest } from "../signature/request.ts";
import type { SnapshotMessage } from "../snapshot/snapshot.ts";
import type { Offence } from "./conduct.ts";
import type { Notice } from "./wire/notice.ts";

/** A validator and where it is reached, from configuration or the registry. What of it is unusable is ignored. */
export interface ValidatorAddress {
  /** The address that its votes recover to; its name everywhere. */
  readonly address: Peer;
  readonly peerId: string;
  /** TCP; tried in their order. */
  readonly multiaddrs: readonly string[];
}

/** A validator of the epoch, or somebody who only asks. */
export type Role = "validator" | "reader";

export interface NetworkLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

/** A promise pauses reading from this peer until it is settled: back-pressure for whoever checks in other threads. */
export type MessageHandler = (peer: Peer, message: Message) => void | Promise<void>;
export type SnapshotHandler = (peer: Peer, message: SnapshotMessage) => void;
export type NoticeHandler = (peer: Peer, notice: Notice) => void;
export type RequestsHandler = (peer: Peer, requests: readonly SignedRequest[]) => void | Promise<void>;

/** Counts since the start; those of a peer that left and came back begin anew. */
export interface PeerMetrics {
  /** The address of a validator, the peer id of a reader. */
  readonly peer: Peer;
  readonly role: Role;
  /** Whether frames can leave now, and whether the peer has a stream to this node. */
  readonly canSend: boolean;
  readonly canReceive: boolean;
  readonly sentBytes: number;
  /** Many frames leave as one chunk. */
  readonly sentChunks: number;
  readonly receivedBytes: number;
  readonly receivedFrames: number;
  readonly queuedBytes: number;
  readonly queuedFrames: number;
  /** Of a frame that is not complete. */
  readonly heldBytes: number;
  /** Frames that were not sent, by lane: votes, proposals, blocks, notices, requests. */
  readonly dropped: readonly number[];
  readonly offences: Readonly<Record<Offence, number>>;
  readonly score: number;
  readonly connections: number;
  /** Connections that there ever were. */
  readonly connects: number;
  readonly stalls: number;
}

export interface NetworkMetrics {
  readonly peers: readonly PeerMetrics[];
  /** Connections of peers that may not have one. */
  readonly refused: number;
  /** Peers cut off. */
  readonly cuts: number;
  /** Connections ended because of how their multiplexer was used. */
  readonly muxerFaults: number;
  /** Messages for peers that are unknown, and messages too large to send. */
  readonly undeliverable: number;
  readonly tooLarge: number;
}

export interface Network {
  readonly peerId: string;
  /** Where others reach it, with the peer id. */
  readonly multiaddrs: readonly string[];
  send(peer: Peer, message: Message): void;
  /** To all other validators. */
  broadcast(message: Message): void;
  /** To all other validators, in frames of `MAX_REQUESTS_PER_FRAME`. Nobody passes them on. */
  publishRequests(requests: readonly SignedRequest[]): void;
  /** To all other validators. */
  publishNotice(notice: Notice): void;
  sendNotice(peer: Peer, notice: Notice): void;
  sendSnapshot(peer: Peer, message: SnapshotMessage): void;
  /** One handler each; what comes before there is one is dropped. */
  onMessage(handler: MessageHandler): void;
  onRequests(handler: RequestsHandler): void;
  onNotice(handler: NoticeHandler): void;
  /** A later handler takes the place of an earlier one. */
  onSnapshot(handler: SnapshotHandler): void;
  /** When frames can leave to a peer, at once for whom they can already, and when they no longer can. */
  onLink(handler: (peer: Peer, canSend: boolean) => void): void;
  /** What only the shell can see: a signature that does not verify. */
  misbehaved(peer: Peer, offence: Offence): void;
  /** Those who may say all now. Whoever is in both keeps the connection, also under other addresses. */
  setPeers(validators: readonly ValidatorAddress[]): void;
  metrics(): NetworkMetrics;
  close(): Promise<void>;
}
