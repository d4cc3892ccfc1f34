/**
 * How the sequencer reaches the others: the mesh, but for what these would not take. A node whose say has ended, or not
 * begun, is a reader to them; and whom the core would ask may be gone since the epoch that it is in.
 */
import type { Message, Peer } from "../consensus/messages.ts";
import type { Network } from "../network/ports.ts";
import { TokenBucket } from "../network/token-bucket.ts";
import type { Clock } from "../node/settings.ts";
import type { SignedRequest } from "../signature/request.ts";
import type { SnapshotAnswer } from "../snapshot/snapshot.ts";
import type { Membership } from "./membership.ts";

/** Requests that a reader passes on, below the budget that the others give it (READER_BUDGET): more would cut it off. */
const READER_BURST = 60;
const READER_PER_SECOND = 10;

const isQuestion = ({ kind }: Message): boolean => kind.endsWith("Request");

export interface OutletsOptions {
  readonly network: Network;
  readonly membership: Membership;
  readonly clock: Clock;
  /** From 0 to 1; only chooses whom to ask. */
  readonly random: () => number;
}

export class Outlets {
  private readonly options: OutletsOptions;
  private readonly reached = new Set<Peer>();
  private readonly budget: TokenBucket;

  constructor(options: OutletsOptions) {
    this.options = options;
    this.budget = new TokenBucket(READER_BURST, READER_PER_SECOND, options.clock);
  }

  linked(peer: Peer, canSend: boolean): void {
    if (canSend) this.reached.add(peer);
    else this.reached.delete(peer);
  }

  /** Whether one more request of a trader can go to the others now. */
  mayPass(): boolean {
    return this.options.membership.speaks || this.budget.take(1);
  }

  /** A question goes to somebody who is there: anybody's answer is as good. */
  send(to: Peer, message: Message): void {
    const { network, membership, random } = this.options;
    if (this.reached.has(to) || !isQuestion(message)) {
      network.send(to, message);
      return;
    }
    const there = membership.peers.filter(({ address }) => this.reached.has(address));
    network.send(there[Math.floor(random() * there.length)]?.address ?? to, message);
  }

  broadcast(message: Message): void {
    if (this.options.membership.speaks || isQuestion(message)) this.options.network.broadcast(message);
  }

  sendSnapshot(to: Peer, answer: SnapshotAnswer): void {
    this.options.network.sendSnapshot(to, answer);
  }

  misbehaved(peer: Peer): void {
    this.options.network.misbehaved(peer, "forgedMessage");
  }

  publishRequests(requests: readonly SignedRequest[]): void {
    this.options.network.publishRequests(requests);
  }
}
