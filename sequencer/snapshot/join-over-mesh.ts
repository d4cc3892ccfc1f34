/** Joining by a snapshot of the other validators of the mesh, and what is logged of it. */
import type { Peer } from "../consensus/messages.ts";
import type { Setting } from "../consensus/state.ts";
import type { Network, NetworkLog } from "../network/ports.ts";
import { certificateCheck, type JoinEnd, type JoinOptions, joinBySnapshot } from "./join.ts";
import { SnapshotClient } from "./snapshot-client.ts";

/** What L1 says. */
export type JoinSource = Pick<JoinOptions, "proven" | "epochOf" | "minBehind">;

export interface MeshJoinOptions extends Omit<JoinOptions, "client"> {
  readonly network: Pick<Network, "sendSnapshot" | "onSnapshot" | "misbehaved">;
  readonly peers: readonly Peer[];
  readonly setting: Pick<Setting, "rules" | "verify">;
  readonly log: NetworkLog;
}

export async function joinOverMesh(options: MeshJoinOptions): Promise<JoinEnd> {
  const { network, peers, setting, settings, poseidon, clock, epochOf, log } = options;
  const client = new SnapshotClient({
    rules: {
      dimensions: settings.dimensions,
      hash: poseidon.hash,
      isFinalization: certificateCheck(setting, epochOf),
    },
    peers,
    send: (to, question) => network.sendSnapshot(to, question),
    clock,
    onFault: (peer, fault) => log.warn({ peer, fault }, "a snapshot is not what it claims to be"),
  });
  network.onSnapshot((peer, message) => client.take(peer, message));
  // What cannot be found out about L1 is no reason not to start: blocks are always there.
  const proven = (): ReturnType<JoinOptions["proven"]> =>
    options.proven().catch((error: unknown) => {
      log.warn({ err: error }, "it is not known what L1 has proven");
      return null;
    });
  const end = await joinBySnapshot({ ...options, proven, client });
  if (end === "joined") log.info({}, "joined by a snapshot of a proven batch");
  if (end === "noSnapshot") log.warn({}, "nobody had a good snapshot: blocks are fetched instead");
  return end;
}
