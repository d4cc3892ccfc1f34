/** All there is about one peer: its connections, a stream each way, queue, budgets, conduct. */
import type { Connection, PeerId, Stream } from "@libp2p/interface";
import type { Multiaddr } from "@multiformats/multiaddr";
import type { Peer } from "../consensus/messages.ts";
import type { Clock } from "../node/settings.ts";
import { Conduct, type Offence } from "./conduct.ts";
import { Inlet } from "./inlet.ts";
import type { Lane } from "./lanes.ts";
import {
  MAX_CONNECTIONS_PER_PEER,
  MAX_QUEUED_BYTES,
  MAX_QUEUED_MS,
  READER_BUDGET,
  STABLE_MS,
  STREAM_COST_FRAMES,
  VALIDATOR_BUDGET,
} from "./limits.ts";
import { Outlet } from "./outlet.ts";
import type { PeerMetrics, Role } from "./ports.ts";
import { redialMs } from "./redial.ts";
import { SendQueue } from "./send-queue.ts";
import { TokenBucket } from "./token-bucket.ts";

export interface LinkPeer {
  readonly name: Peer;
  readonly id: PeerId;
  readonly role: Role;
  /** Empty for readers: they come by themselves. */
  readonly multiaddrs: readonly Multiaddr[];
}

export interface LinkPorts {
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** The connection is told by `opened`, like those that the peer makes. */
  readonly dial: (addresses: readonly Multiaddr[]) => Promise<unknown>;
  readonly openStream: (connection: Connection) => Promise<Stream>;
  /** A frame within the budget. */
  readonly deliver: (link: PeerLink, lane: Lane, body: Uint8Array) => void | Promise<void>;
  readonly canSend: (link: PeerLink, canSend: boolean) => void;
  readonly cutOff: (link: PeerLink, offence: Offence) => void;
  /** It is who it should be, and does not speak this mesh's protocol. */
  readonly foreign: (link: PeerLink) => void;
}

/** More connections than these, one each second, and a peer is up to something. */
const CONNECTIONS_BURST = 20;
const CONNECTIONS_PER_SECOND = 1;

export class PeerLink {
  peer: LinkPeer;
  private readonly ports: LinkPorts;
  private readonly queue = new SendQueue(MAX_QUEUED_BYTES);
  private readonly conduct: Conduct;
  private readonly byteBudget: TokenBucket;
  private readonly frameBudget: TokenBucket;
  private readonly connectionBudget: TokenBucket;
  private readonly counts = {
    sentBytes: 0,
    sentChunks: 0,
    receivedBytes: 0,
    receivedFrames: 0,
    connects: 0,
    stalls: 0,
  };
  private connections: Connection[] = [];
  private outlet: Outlet | null = null;
  private inlet: Inlet | null = null;
  private isDialing = false;
  private isOpening = false;
  private isClosed = false;
  private isSuspended = false;
  private failures = 0;
  private stopTimer: (() => void) | null = null;

  constructor(peer: LinkPeer, ports: LinkPorts) {
    this.peer = peer;
    this.ports = ports;
    const { clock } = ports;
    const budget = peer.role === "validator" ? VALIDATOR_BUDGET : READER_BUDGET;
    this.conduct = new Conduct(clock);
    this.byteBudget = new TokenBucket(budget.burstBytes, budget.bytesPerSecond, clock);
    this.frameBudget = new TokenBucket(budget.burstFrames, budget.framesPerSecond, clock);
    this.connectionBudget = new TokenBucket(CONNECTIONS_BURST, CONNECTIONS_PER_SECOND, clock);
  }

  /** The same peer is reached elsewhere from now on. */
  moved(peer: LinkPeer): void {
    this.peer = peer;
    if (!this.isConnected && !this.isQuiet) this.connect();
  }

  get isConnected(): boolean {
    return this.connections.length > 0;
  }

  /** Frames can leave. */
  get canSend(): boolean {
    return this.outlet !== null;
  }

  put(lane: Lane, frame: Uint8Array): void {
    const nowMs = this.ports.clock.nowMs();
    if (this.outlet === null) this.queue.expire(nowMs - MAX_QUEUED_MS);
    if (this.isSuspended) this.queue.dropped[lane]! += 1;
    else this.queue.put(lane, frame, nowMs);
    this.outlet?.wake();
  }

  /** Opens the stream to the peer, over a connection that is there or a new one. */
  connect(): void {
    this.stopTimer?.();
    this.stopTimer = null;
    const open = this.connections.find(({ status }) => status === "open");
    if (open !== undefined) void this.openOn(open);
    else if (this.peer.multiaddrs.length > 0) void this.dial();
  }

  /** The peer's stream to this node. A newer one replaces the older, whose end may never have been heard of. */
  accept(stream: Stream): void {
    if (!this.frameBudget.take(STREAM_COST_FRAMES)) {
      stream.abort(new Error("too many streams"));
      this.punish("overBudget");
      return;
    }
    this.inlet?.close();
    const inlet: Inlet = new Inlet(stream, this.ports.clock, {
      frame: (lane, body) => this.receive(lane, body),
      fault: (fault) => this.punish(fault),
      received: (bytes) => {
        this.counts.receivedBytes += bytes;
      },
      closed: () => {
        if (this.inlet === inlet) this.inlet = null;
      },
    });
    this.inlet = inlet;
  }

  opened(connection: Connection): void {
    if (this.isQuiet) {
      connection.abort(new Error("cut off"));
      return;
    }
    this.connections.push(connection);
    this.counts.connects += 1;
    while (this.connections.length > MAX_CONNECTIONS_PER_PEER)
      this.connections.shift()!.abort(new Error("replaced by a newer connection"));
    if (connection.direction === "inbound" && !this.connectionBudget.take(1)) {
      this.punish("tooManyConnections");
      return;
    }
    void this.openOn(connection);
  }

  ended(connection: Connection): void {
    this.connections = this.connections.filter((other) => other !== connection);
  }

  punish(offence: Offence): void {
    if (this.conduct.add(offence)) this.ports.cutOff(this, offence);
  }

  /** Nothing is sent and nobody dialled for so long. */
  suspend(durationMs: number): void {
    this.isSuspended = true;
    this.end("cut off");
    this.stopTimer = this.ports.clock.after(durationMs, () => {
      this.isSuspended = false;
      this.connect();
    });
  }

  /** The link is not used again. */
  close(why: string): void {
    this.isClosed = true;
    this.end(why);
  }

  metrics(): PeerMetrics {
    return {
      ...this.counts,
      peer: this.peer.name,
      role: this.peer.role,
      canSend: this.canSend,
      canReceive: this.inlet !== null,
      queuedBytes: this.queue.bytes,
      queuedFrames: this.queue.frames,
      connections: this.connections.length,
      heldBytes: this.inlet?.heldBytes ?? 0,
      dropped: [...this.queue.dropped],
      offences: { ...this.conduct.counts },
      score: this.conduct.score,
    };
  }

  private end(why: string): void {
    this.stopTimer?.();
    this.stopTimer = null;
    this.queue.clear();
    for (const connection of this.connections) connection.abort(new Error(why));
  }

  private async dial(): Promise<void> {
    if (this.isDialing || this.isQuiet) return;
    this.isDialing = true;
    try {
      await this.ports.dial(this.peer.multiaddrs);
    } catch {
      // Nobody there, refused, or too slow: all the same from here.
    } finally {
      this.isDialing = false;
      this.connectLater();
    }
  }

  private async openOn(connection: Connection): Promise<void> {
    if (this.isOpening || this.outlet !== null || this.isQuiet) return;
    this.isOpening = true;
    try {
      const stream = await this.ports.openStream(connection);
      if (stream.status === "open" && !this.isQuiet) this.attach(stream);
      else stream.abort(new Error("not needed any more"));
    } catch (error) {
      // Else the connection broke.
      if ((error as Error).name === "UnsupportedProtocolError") this.ports.foreign(this);
    } finally {
      this.isOpening = false;
      this.connectLater();
    }
  }

  private get isQuiet(): boolean {
    return this.isClosed || this.isSuspended;
  }

  private attach(stream: Stream): void {
    const { clock } = this.ports;
    const openedMs = clock.nowMs();
    this.outlet = new Outlet(stream, this.queue, clock, {
      sent: (bytes) => {
        this.counts.sentBytes += bytes;
        this.counts.sentChunks += 1;
      },
      stalled: () => {
        this.counts.stalls += 1;
        // All of them: a stream's reset would wait behind what the peer does not take.
        for (const connection of this.connections) connection.abort(new Error("does not read"));
      },
      closed: () => {
        this.outlet = null;
        if (clock.nowMs() - openedMs >= STABLE_MS) this.failures = 0;
        this.ports.canSend(this, false);
        this.connectLater();
      },
    });
    this.ports.canSend(this, true);
  }

  /** If nothing else is under way. */
  private connectLater(): void {
    if (this.isQuiet || this.outlet !== null || this.isOpening || this.isDialing) return;
    if (this.stopTimer !== null) return;
    const delayMs = redialMs(this.failures, this.ports.random());
    this.failures += 1;
    this.stopTimer = this.ports.clock.after(delayMs, () => this.connect());
  }

  private receive(lane: Lane, body: Uint8Array): void | Promise<void> {
    this.counts.receivedFrames += 1;
    if (this.isQuiet) return;
    // Before decoding, which is the work that a flood would make.
    const hasBytes = this.byteBudget.take(body.length);
    const hasFrame = this.frameBudget.take(1);
    if (hasBytes && hasFrame) return this.ports.deliver(this, lane, body);
    this.punish("overBudget");
  }
}
