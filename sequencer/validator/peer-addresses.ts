/**
 * Where members of the registry's sets are reached: what each announces of itself, and before it did, what this node's
 * configuration says. Announcements are passed on, so that whoever knows one member's address gets to know all.
 */
import type { Peer } from "../consensus/messages.ts";
import { type Announcement, announcerOf } from "../network/announcement.ts";
import { MAX_ADDRESSES_PER_PEER } from "../network/limits.ts";
import type { Database } from "../store/database.ts";
import { del, type Operation, put } from "../store/space.ts";
import { registryTables } from "./registry-tables.ts";

/**
 * Between two of one signer, by this node's clock: everybody passes a new one on to everybody, so there may not be many.
 * One that comes too soon is said again.
 */
const MIN_INTERVAL_MS = 10_000;

/** How far ahead of this node's clock one may be signed: a later one of the same signer has to come through. */
const MAX_LEAD_MS = 10 * 60_000;

/** new: to be passed on; strange: of nobody whom this node knows as a member, which others may know sooner. */
export type AnnouncementReception = "new" | "old" | "strange";

export interface PeerAddressesOptions {
  readonly database: Database;
  readonly separator: Uint8Array;
  /** From the configuration, by address in lower case. */
  readonly hints: ReadonlyMap<Peer, readonly string[]>;
  /** Whether it is one of those whose addresses this node needs. */
  readonly isMember: (address: Peer) => boolean;
  readonly nowMs: () => number;
}

export class PeerAddresses {
  private readonly options: PeerAddressesOptions;
  private readonly newest: Map<Peer, Announcement>;
  private readonly takenAtMs = new Map<Peer, number>();

  static async load(options: PeerAddressesOptions): Promise<PeerAddresses> {
    const rows = await options.database.list(registryTables.announcement);
    const found = rows.map(({ key, value }) => [key.split("/").at(-1)!, value] as const);
    return new PeerAddresses(options, new Map(found));
  }

  private constructor(options: PeerAddressesOptions, newest: Map<Peer, Announcement>) {
    this.options = options;
    this.newest = newest;
  }

  /** On disk when it resolves: after a restart nobody may be there to ask. */
  async take(announcement: Announcement): Promise<AnnouncementReception> {
    const { database, separator, isMember, nowMs } = this.options;
    const { timeMs, multiaddrs, signature } = announcement;
    if (this.all.some((one) => one.signature === signature && one.timeMs === timeMs)) return "old";
    if (multiaddrs.length === 0 || timeMs > nowMs() + MAX_LEAD_MS) return "strange";
    const signer = announcerOf(separator, announcement);
    if (signer === undefined || !isMember(signer)) return "strange";
    const held = this.newest.get(signer);
    if (held !== undefined && timeMs <= held.timeMs) return "old";
    const takenAtMs = this.takenAtMs.get(signer);
    if (takenAtMs !== undefined && nowMs() - takenAtMs < MIN_INTERVAL_MS) return "old";
    this.newest.set(signer, announcement);
    this.takenAtMs.set(signer, nowMs());
    await database.write([put(registryTables.announcement, [signer], announcement), ...this.forgetOthers()]);
    return "new";
  }

  /** Those of members, to be told to whoever comes. */
  get all(): Announcement[] {
    const { isMember } = this.options;
    return [...this.newest].flatMap(([signer, announcement]) => (isMember(signer) ? [announcement] : []));
  }

  private forgetOthers(): Operation[] {
    const gone = [...this.newest.keys()].filter((signer) => !this.options.isMember(signer));
    for (const signer of gone) {
      this.newest.delete(signer);
      this.takenAtMs.delete(signer);
    }
    return gone.map((signer) => del(registryTables.announcement, [signer]));
  }

  /** Empty where nobody knows: the member may find this node. */
  of(address: Peer): readonly string[] {
    const announced = this.newest.get(address)?.multiaddrs ?? [];
    const hinted = this.options.hints.get(address) ?? [];
    return [...new Set([...announced, ...hinted])].slice(0, MAX_ADDRESSES_PER_PEER);
  }
}
