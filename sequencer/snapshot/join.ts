/** Joining by a snapshot, before a validator begins: where it lies far behind what L1 has proven, and somebody has one. */
import { isSignedByQuorum } from "../consensus/certificates.ts";
import type { Epoch } from "../consensus/epoch.ts";
import type { Certificate } from "../consensus/messages.ts";
import type { Setting } from "../consensus/state.ts";
import { openParts } from "../node/open.ts";
import type { Clock, SequencerSettings } from "../node/settings.ts";
import { genesisRootOf } from "../state-tree/genesis-root.ts";
import type { Poseidon } from "../state-tree/poseidon.ts";
import { StateTree } from "../state-tree/state-tree.ts";
import type { Database } from "../store/database.ts";
import { expectedFormat } from "../store/recovery.ts";
import { tables } from "../store/tables.ts";
import type { KernelWork } from "../threads/kernel-work.ts";
import { validatorTables } from "../validator/tables.ts";
import type { ProvenBatch } from "./check-head.ts";
import { finishBlock } from "./finish-block.ts";
import { install, wipeState } from "./install.ts";
import type { SnapshotClient } from "./snapshot-client.ts";

export type EpochOf = (number: number) => Promise<Epoch | undefined>;

/** Whether a certificate is one of its epoch's quorum. */
export const certificateCheck =
  (setting: Pick<Setting, "rules" | "verify">, epochOf: EpochOf) =>
  async (certificate: Certificate): Promise<boolean> => {
    const epoch = await epochOf(certificate.epoch);
    return epoch !== undefined && isSignedByQuorum(setting, epoch, certificate);
  };

export interface JoinOptions {
  readonly database: Database;
  readonly settings: SequencerSettings;
  readonly poseidon: Poseidon;
  readonly work: KernelWork;
  readonly clock: Clock;
  readonly client: SnapshotClient;
  /** What L1 has proven, and is final there; null while there is nothing, or nobody to ask. */
  readonly proven: () => Promise<ProvenBatch | null>;
  /** Who is in an epoch, as L1 says; undefined for one that it has not sealed. */
  readonly epochOf: EpochOf;
  /** Batches behind it from which on a snapshot is worth the while. */
  readonly minBehind: number;
}

export type JoinEnd =
  /** The node is near enough, and goes on from where it was. */
  | "notNeeded"
  | "joined"
  /** Nobody had a good snapshot; blocks will be fetched, as far back as the node lies. */
  | "noSnapshot";

export async function joinBySnapshot(options: JoinOptions): Promise<JoinEnd> {
  const { database, client, settings, poseidon } = options;
  const begun = await database.get(validatorTables.joining, 0);
  const isThere = (await database.get(tables.format, 0)) !== undefined;
  if (begun !== undefined && isThere) return await finish(options);

  const proven = await options.proven();
  const openBatch = (await database.get(tables.progress, 0))?.openBatch ?? 1;
  const behind = (proven?.batch ?? 0) - (openBatch - 1);
  if (begun === undefined && behind < options.minBehind) return "notNeeded";
  const good = proven && (await client.head(proven));
  if (good === null) {
    // What an earlier attempt left is of no use to anybody.
    if (begun !== undefined) await wipeState(database, null);
    return "noSnapshot";
  }
  const genesisRoot = genesisRootOf(settings, poseidon);
  const format = expectedFormat(new StateTree(settings.dimensions, poseidon.hash), genesisRoot);
  const groups = client.groups.bind(client);
  if (!(await install(database, good, { format, root: proven!.root, groups }))) return "noSnapshot";
  return await finish(options);
}

/** The head was checked before it was written down. */
async function finish(options: JoinOptions): Promise<"joined"> {
  const { database, settings, poseidon, clock, work, epochOf } = options;
  const head = await database.demand(validatorTables.joining, 0);
  const parts = await openParts(database, settings, poseidon);
  const { epoch: number } = head.block.header;
  const epoch = await epochOf(number);
  if (epoch === undefined) throw new Error(`the set of epoch ${number} is not known`);
  const { limits } = settings;
  await finishBlock(head, { parts, epoch, limits, clock, runPlan: work.runPlan });
  return "joined";
}
