/** The mesh of validators: opens, admits, cuts off, and carries messages between the links and the shell. */
import type { Connection, Libp2p, PeerId } from "@libp2p/interface";
import type { Message, Peer } from "../consensus/messages.ts";
import type { Clock } from "../node/settings.ts";
import type { SignedRequest } from "../signature/request.ts";
import { isQuestion, type SnapshotMessage } from "../snapshot/snapshot.ts";
import { parseValidator } from "./addresses.ts";
import { CutList, type Offence } from "./conduct.ts";
import { frameOf } from "./frames.ts";
import {
  LANES,
  type Lane,
  laneOf,
  NOTICES_LANE,
  READER_LANES,
  REQUESTS_LANE,
  SNAPSHOTS_LANE,
} from "./lanes.ts";
import { startLibp2p } from "./libp2p-node.ts";
import { DIAL_MS, MAX_REQUESTS_PER_FRAME, MAX_STREAMS_PER_CONNECTION, UPGRADE_MS } from "./limits.ts";
import { type LinkPeer, type LinkPorts, PeerLink } from "./link.ts";
import type {
  MessageHandler,
  Network,
  NetworkLog,
  NetworkMetrics,
  NoticeHandler,
  RequestsHandler,
  SnapshotHandler,
  ValidatorAddress,
} from "./ports.ts";
import { decodeMessage, encodeMessage } from "./wire/message.ts";
import { decodeNotice, encodeNotice, type Notice } from "./wire/notice.ts";
import { decodeRequests, encodeRequests } from "./wire/requests.ts";
import { decodeSnapshotMessage, encodeSnapshotMessage } from "./wire/snapshot.ts";
import { WireError } from "./wire/wire-error.ts";

export interface NetworkOptions {
  /** 32 secret bytes. */
  readonly identitySeed: Uint8Array;
  /** The exchange and its rules. Nodes of different ones do not understand each other. */
  readonly exchange: string;
  /** Multiaddrs to listen on. */
  readonly listen: readonly string[];
  readonly validators: readonly ValidatorAddress[];
  /** How many that are no validators may ask for blocks and certificates. */
  readonly maxReaders: number;
  readonly clock: Clock;
  /** From 0 to 1; only spreads attempts to connect. */
  readonly random: () => number;
  readonly log: NetworkLog;
}

/** The largest set and everybody twice; libp2p closes connections beyond it. */
const MAX_CONNECTIONS = 1024;

/** What a reader may ask. */
const QUESTIONS: ReadonlySet<Message["kind"]> = new Set([
  "certificateRequest",
  "blockRequest",
  "chainRequest",
  "statusRequest",
]);

export async function openNetwork(options: NetworkOptions): Promise<Network> {
  const mesh = new Mesh(options);
  await mesh.start();
  return mesh;
}

class Mesh implements Network {
  private readonly options: NetworkOptions;
  private readonly protocol: string;
  private readonly links = new Map<string, PeerLink>();
  private readonly byName = new Map<Peer, PeerLink>();
  /** Validators that registered the peer id of another one. What is sent to them goes to whoever has it. */
  private aliases: readonly Peer[] = [];
  private readonly cutList: CutList;
  private readonly counts = { refused: 0, cuts: 0, muxerFaults: 0, undeliverable: 0, tooLarge: 0 };
  private readonly ports: LinkPorts;
  private node!: Libp2p;
  private isClosed = false;
  /** Validators that the log has named as foreign. */
  private readonly told = new Set<Peer>();
  private messageHandler: MessageHandler | null = null;
  private requestsHandler: RequestsHandler | null = null;
  private noticeHandler: NoticeHandler | null = null;
  private snapshotHandler: SnapshotHandler | null = null;
  private linkHandler: (peer: Peer, canSend: boolean) => void = () => {};

  constructor(options: NetworkOptions) {
    this.options = options;
    this.protocol = `/proofbook/${options.exchange}/mesh/2`;
    this.cutList = new CutList(options.clock);
    this.ports = {
      clock: options.clock,
      random: options.random,
      dial: (addresses) => this.node.dial([...addresses], { signal: AbortSignal.timeout(DIAL_MS) }),
      openStream: (connection) =>
        connection.newStream(this.protocol, { signal: AbortSignal.timeout(UPGRADE_MS) }),
      deliver: (link, lane, body) => this.deliver(link, lane, body),
      canSend: (link, canSend) => this.linkHandler(link.peer.name, canSend),
      cutOff: (link, offence) => this.cutOff(link, offence),
      foreign: ({ peer }) => this.foreign(peer),
    };
  }

  async start(): Promise<void> {
    const { identitySeed, listen, clock, validators } = this.options;
    this.node = await startLibp2p({
      identitySeed,
      listen,
      clock,
      maxConnections: MAX_CONNECTIONS,
      refuses: (peer) => this.refuses(peer),
      onMuxerFault: (fault) => {
        this.counts.muxerFaults += 1;
        this.options.log.warn({ fault }, "a connection was ended because of its multiplexer's frames");
      },
    });
    this.node.addEventListener("connection:open", ({ detail }) => this.opened(detail));
    this.node.addEventListener("connection:close", ({ detail }) => this.ended(detail));
    await this.node.handle(
      this.protocol,
      (stream, connection) => {
        const link = this.links.get(connection.remotePeer.toString());
        if (link === undefined) stream.abort(new Error("not a peer"));
        else link.accept(stream);
      },
      // Beside the newest one there may be one that it replaces.
      { maxInboundStreams: 2, maxOutboundStreams: MAX_STREAMS_PER_CONNECTION },
    );
    this.setPeers(validators);
  }

  get peerId(): string {
    return this.node.peerId.toString();
  }

  get multiaddrs(): string[] {
    return this.node.getMultiaddrs().map(String);
  }

  onMessage(handler: MessageHandler): void {
    this.messageHandler = handler;
  }

  onRequests(handler: RequestsHandler): void {
    this.requestsHandler = handler;
  }

  onNotice(handler: NoticeHandler): void {
    this.noticeHandler = handler;
  }

  onSnapshot(handler: SnapshotHandler): void {
    this.snapshotHandler = handler;
  }

  onLink(handler: (peer: Peer, canSend: boolean) => void): void {
    this.linkHandler = handler;
    // Who starts again is dialled at once, by everybody, and may be linked before it has read its disk.
    for (const { peer, canSend } of this.links.values()) if (canSend) handler(peer.name, true);
  }

  send(peer: Peer, message: Message): void {
    const link = this.byName.get(peer);
    if (link === undefined) this.counts.undeliverable += 1;
    else this.put([link], laneOf(message.kind), encodeMessage(message));
  }

  sendSnapshot(peer: Peer, message: SnapshotMessage): void {
    const link = this.byName.get(peer);
    if (link === undefined) this.counts.undeliverable += 1;
    else this.put([link], SNAPSHOTS_LANE, encodeSnapshotMessage(message));
  }

  broadcast(message: Message): void {
    this.put(this.validators(), laneOf(message.kind), encodeMessage(message));
  }

  publishNotice(notice: Notice): void {
    this.put(this.validators(), NOTICES_LANE, encodeNotice(notice));
  }

  sendNotice(peer: Peer, notice: Notice): void {
    const link = this.byName.get(peer);
    if (link === undefined) this.counts.undeliverable += 1;
    else this.put([link], NOTICES_LANE, encodeNotice(notice));
  }

  publishRequests(requests: readonly SignedRequest[]): void {
    for (let from = 0; from < requests.length; from += MAX_REQUESTS_PER_FRAME) {
      const part = requests.slice(from, from + MAX_REQUESTS_PER_FRAME);
      this.put(this.validators(), REQUESTS_LANE, encodeRequests(part));
    }
  }

  misbehaved(peer: Peer, offence: Offence): void {
    this.byName.get(peer)?.punish(offence);
  }

  setPeers(validators: readonly ValidatorAddress[]): void {
    this.told.clear();
    const wanted = new Map<string, LinkPeer>();
    const aliases = new Map<Peer, string>();
    for (const validator of validators) {
      const peer = parseValidator(validator);
      const id = peer?.id.toString() ?? "";
      if (peer === null || wanted.has(id)) this.options.log.warn({ validator }, "no peer id of its own");
      if (wanted.has(id)) aliases.set(validator.address, id);
      else if (peer !== null && !peer.id.equals(this.node.peerId)) wanted.set(id, peer);
    }
    for (const name of this.aliases) this.byName.delete(name);
    for (const [id, link] of this.links)
      if (link.peer.role === "validator" ? link.peer.name !== wanted.get(id)?.name : wanted.has(id))
        this.remove(link, "not a peer of this epoch");
    for (const [id, peer] of wanted) {
      const link = this.links.get(id);
      if (link === undefined) this.add(peer);
      else if (String(link.peer.multiaddrs) !== String(peer.multiaddrs)) link.moved(peer);
    }
    this.aliases = [...aliases.keys()];
    for (const [name, id] of aliases) this.byName.set(name, this.links.get(id)!);
  }

  metrics(): NetworkMetrics {
    return { ...this.counts, peers: [...this.links.values()].map((link) => link.metrics()) };
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const link of this.links.values()) this.remove(link, "closing");
    await this.node.stop();
  }

  private validators(): PeerLink[] {
    return [...this.links.values()].filter(({ peer }) => peer.role === "validator");
  }

  private put(links: readonly PeerLink[], lane: Lane, body: Uint8Array): void {
    if (body.length > LANES[lane].maxFrameBytes) {
      this.counts.tooLarge += 1;
      this.options.log.warn({ bytes: body.length, lane: LANES[lane].name }, "a message is too large to send");
      return;
    }
    const frame = frameOf(lane, body);
    for (const link of links) link.put(lane, frame);
  }

  private refuses(peer: PeerId): boolean {
    const id = peer.toString();
    const isKnown = this.links.has(id) || this.readers() < this.options.maxReaders;
    const refused = this.isClosed || !isKnown || this.cutList.leftMs(id) > 0;
    if (refused) this.counts.refused += 1;
    return refused;
  }

  private readers(): number {
    return this.links.size - this.validators().length;
  }

  private opened(connection: Connection): void {
    const { remotePeer } = connection;
    // Asked again: many may have been let in at the same time.
    const link =
      this.links.get(remotePeer.toString()) ??
      (this.refuses(remotePeer)
        ? undefined
        : this.add({ name: remotePeer.toString(), id: remotePeer, role: "reader", multiaddrs: [] }));
    if (link === undefined) connection.abort(new Error("not a peer"));
    else link.opened(connection);
  }

  private ended(connection: Connection): void {
    const link = this.links.get(connection.remotePeer.toString());
    link?.ended(connection);
    if (link?.peer.role === "reader" && !link.isConnected) this.remove(link, "left");
  }

  private add(peer: LinkPeer): PeerLink {
    const link = new PeerLink(peer, this.ports);
    this.links.set(peer.id.toString(), link);
    this.byName.set(peer.name, link);
    const leftMs = this.cutList.leftMs(peer.id.toString());
    if (leftMs > 0) link.suspend(leftMs);
    else link.connect();
    return link;
  }

  private remove(link: PeerLink, why: string): void {
    this.links.delete(link.peer.id.toString());
    this.byName.delete(link.peer.name);
    link.close(why);
    // What libp2p remembers of a peer: readers come and go under ever new names.
    this.node.peerStore.delete(link.peer.id).catch(() => {
      // It is a courtesy to the memory; a node that is stopping has no use for it.
    });
  }

  /** Said once of a peer: it is dialled again and again, and may be another one by then. */
  private foreign({ name, role }: LinkPeer): void {
    if (role === "reader" || this.told.has(name)) return;
    this.told.add(name);
    const facts = { peer: name, protocol: this.protocol };
    this.options.log.warn(
      facts,
      "a validator does not speak for this exchange, by these rules, in this version",
    );
  }

  private cutOff(link: PeerLink, offence: Offence): void {
    const durationMs = this.cutList.add(link.peer.id.toString());
    this.counts.cuts += 1;
    this.options.log.warn({ peer: link.peer.name, offence, durationMs }, "a peer is cut off");
    if (link.peer.role === "reader") this.remove(link, "cut off");
    else link.suspend(durationMs);
  }

  private deliver(link: PeerLink, lane: Lane, body: Uint8Array): void | Promise<void> {
    const isReader = link.peer.role === "reader";
    if (isReader && !READER_LANES.includes(lane)) {
      link.punish("notAllowed");
      return;
    }
    if (lane === NOTICES_LANE) {
      const notice = this.decoded(link, () => decodeNotice(body));
      if (notice !== null) this.noticeHandler?.(link.peer.name, notice);
      return;
    }
    if (lane === REQUESTS_LANE) {
      const requests = this.decoded(link, () => decodeRequests(body));
      return requests === null ? undefined : this.requestsHandler?.(link.peer.name, requests);
    }
    if (lane === SNAPSHOTS_LANE) {
      const snapshot = this.decoded(link, () => decodeSnapshotMessage(body));
      if (snapshot === null) return;
      if (isReader && !isQuestion(snapshot)) link.punish("notAllowed");
      else this.snapshotHandler?.(link.peer.name, snapshot);
      return;
    }
    const message = this.decoded(link, () => decodeMessage(body));
    if (message === null) return;
    if (laneOf(message.kind) !== lane) link.punish("undecodable");
    else if (isReader && !QUESTIONS.has(message.kind)) link.punish("notAllowed");
    else return this.messageHandler?.(link.peer.name, message);
  }

  private decoded<T>(link: PeerLink, decode: () => T): T | null {
    try {
      return decode();
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      link.punish("undecodable");
      return null;
    }
  }
}
