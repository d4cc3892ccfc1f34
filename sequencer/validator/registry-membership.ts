/** The registry's sets: followed on L1, joined in the mesh, and told where this node is reached. */
import type { Peer } from "../consensus/messages.ts";
import { type Announcement, signAnnouncement } from "../network/announcement.ts";
import { peerIdOfKey } from "../network/libp2p-node.ts";
import { MAX_ADDRESS_LENGTH, MAX_ADDRESSES_PER_PEER } from "../network/limits.ts";
import type { ValidatorAddress } from "../network/ports.ts";
import type { Clock } from "../node/settings.ts";
import type { Membership, MembershipPorts } from "./membership.ts";
import type { PeerAddresses } from "./peer-addresses.ts";
import type { RegistryBook } from "./registry-book.ts";
import type { SealedSets } from "./validator-parts.ts";

/** Notices get lost: the own one is said again, and costs those nothing who have it. */
const REPEAT_MS = 30_000;

export interface RegistryMembershipOptions {
  readonly book: RegistryBook;
  readonly addresses: PeerAddresses;
  /** Of this node. */
  readonly address: Peer;
  readonly secretKey: Uint8Array;
  readonly separator: Uint8Array;
  /** Multiaddrs that the others reach this node at; null for those that it listens on. */
  readonly announce: readonly string[] | null;
  /** How long a leader knows a set before it ends the epoch: the others look at L1 as often as it does. */
  readonly patienceMs: number;
  readonly clock: Clock;
  /** Follows L1 from now on, telling when the book has something new; returns how to stop. */
  readonly watch: (onNews: () => void) => () => Promise<void>;
}

export class RegistryMembership implements Membership {
  readonly sealed: SealedSets;
  private readonly options: RegistryMembershipOptions;
  private ports: MembershipPorts | null = null;
  private own: Announcement | null = null;
  private cancelRepeat: () => void = () => undefined;

  constructor(options: RegistryMembershipOptions) {
    const { book, patienceMs } = options;
    this.options = options;
    this.sealed = {
      of: book.sealedSet,
      after: (epoch) => book.knownFor(epoch + 1, patienceMs),
      takesOver: (epoch) => book.takesOver(epoch),
    };
  }

  get peers(): ValidatorAddress[] {
    const { book, addresses } = this.options;
    return book.peers.flatMap(({ address, peerKey }) => {
      const peerId = peerIdOfKey(Buffer.from(peerKey.slice(2), "hex"));
      return peerId === null ? [] : [{ address, peerId, multiaddrs: addresses.of(address) }];
    });
  }

  get speaks(): boolean {
    const { book, address } = this.options;
    return book.isPeer(address);
  }

  start(ports: MembershipPorts): () => Promise<void> {
    const { watch } = this.options;
    this.ports = ports;
    this.own = this.announcement(ports.multiaddrs);
    const stop = watch(() => {
      ports.setPeers(this.peers);
      this.tellAll();
      ports.onSealed();
    });
    this.repeat();
    return async () => {
      this.cancelRepeat();
      await stop();
    };
  }

  /** Who comes hears where all are reached. */
  linked(peer: Peer): void {
    if (!this.speaks) return;
    for (const announcement of [...(this.own === null ? [] : [this.own]), ...this.options.addresses.all])
      this.ports?.sendNotice(peer, { kind: "announcement", announcement });
  }

  async hear(announcement: Announcement): Promise<boolean> {
    const reception = await this.options.addresses.take(announcement);
    if (reception === "new") {
      this.ports?.publishNotice({ kind: "announcement", announcement });
      this.ports?.setPeers(this.peers);
    }
    return reception !== "strange";
  }

  private announcement(listening: readonly string[]): Announcement | null {
    const { announce, separator, secretKey, clock } = this.options;
    const multiaddrs = (announce ?? listening.filter(isReachable)).slice(0, MAX_ADDRESSES_PER_PEER);
    if (multiaddrs.length === 0) return null;
    return signAnnouncement(separator, secretKey, { timeMs: clock.nowMs(), multiaddrs });
  }

  private tellAll(): void {
    if (this.own !== null && this.speaks)
      this.ports?.publishNotice({ kind: "announcement", announcement: this.own });
  }

  private repeat(): void {
    this.cancelRepeat = this.options.clock.after(REPEAT_MS, () => {
      this.tellAll();
      this.repeat();
    });
  }
}

/** Not the addresses that mean "all of this machine's", and none too long to be told. */
const isReachable = (multiaddr: string): boolean =>
  multiaddr.length <= MAX_ADDRESS_LENGTH && !/^\/(ip4\/0\.0\.0\.0|ip6\/::)\//.test(multiaddr);
