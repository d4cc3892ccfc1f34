/** Who has a say in the mesh, who orders next, and where they are reached. */
import type { Peer } from "../consensus/messages.ts";
import type { Announcement } from "../network/announcement.ts";
import type { ValidatorAddress } from "../network/ports.ts";
import type { Notice } from "../network/wire/notice.ts";
import type { SetConfig } from "./set-config.ts";
import { ENDLESS, type SealedSets } from "./validator-parts.ts";

/** What a membership needs of the node that it is of. */
export interface MembershipPorts {
  setPeers(validators: readonly ValidatorAddress[]): void;
  publishNotice(notice: Notice): void;
  sendNotice(peer: Peer, notice: Notice): void;
  /** The next set became known. */
  onSealed(): void;
  /** Multiaddrs that this node listens on. */
  readonly multiaddrs: readonly string[];
}

export interface Membership {
  readonly sealed: SealedSets;
  readonly peers: readonly ValidatorAddress[];
  /** Whether all the others take everything from this node. */
  readonly speaks: boolean;
  /** Returns how to stop; it resolves when nothing of it runs any more. */
  start(ports: MembershipPorts): () => Promise<void>;
  /** Frames can leave to a peer. */
  linked(peer: Peer): void;
  /** False if it is of nobody who should announce something. */
  hear(announcement: Announcement): Promise<boolean>;
}

/** One set for ever, as it stands in the configuration. */
export const fixedMembership = ({ validators }: SetConfig): Membership => ({
  sealed: ENDLESS,
  peers: validators.map((card) => ({ ...card, address: card.address.toLowerCase() })),
  speaks: true,
  start: () => async () => undefined,
  linked: () => undefined,
  hear: async () => false,
});
