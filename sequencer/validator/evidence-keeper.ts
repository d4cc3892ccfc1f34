/**
 * Contradictions of validators, on disk from the moment they are found until the registry has dealt with them: one of
 * each signer in each epoch, since one costs the whole stake. That somebody saw a contradiction is of no use if it dies
 * with that node's memory; therefore every node keeps its own, and reports it if nobody did before its turn.
 */
import type { Evidence } from "../../verifier-contracts/evidence.ts";
import type { EvidenceDesk, KeptEvidence, ReportOutcome } from "../chain/ports.ts";
import type { Peer } from "../consensus/messages.ts";
import type { Database } from "../store/database.ts";
import { del, put } from "../store/space.ts";
import { evidenceTable } from "./evidence-table.ts";

/** Sixteen epochs of the largest set in which everybody lies; then the oldest goes, about 1 kB each. */
const MAX_KEPT = 1024;

/**
 * How long each validator after the first waits for those before it: a report is one transaction of 90,000 gas, and
 * by then it is in a block or was not sent. The stake is locked for weeks.
 */
export const REPORT_TURN_MS = 60_000;

export interface EvidenceKeeperOptions {
  readonly database: Database;
  /** Of this node. */
  readonly address: Peer;
  readonly nowMs: () => number;
  readonly turnMs: number;
  /** Kept for the first time. */
  readonly onKept: (kept: KeptEvidence) => void;
  /** Somebody signs with this node's key. */
  readonly onOwnKey: (evidence: Evidence) => void;
  readonly onSettled: (kept: KeptEvidence, outcome: ReportOutcome) => void;
}

export class EvidenceKeeper implements EvidenceDesk {
  private readonly options: EvidenceKeeperOptions;
  /** All that is on disk, the oldest epoch first. */
  private readonly kept: Map<string, KeptEvidence>;

  static async open(options: EvidenceKeeperOptions): Promise<EvidenceKeeper> {
    const rows = await options.database.list(evidenceTable);
    return new EvidenceKeeper(
      options,
      rows.map(({ value }) => value),
    );
  }

  private constructor(options: EvidenceKeeperOptions, rows: readonly KeptEvidence[]) {
    this.options = options;
    this.kept = new Map(rows.map((row) => [nameOf(row), row]));
  }

  /** On disk when it resolves. `validators` are those of the evidence's epoch, the signer one of them. */
  async keep(evidence: Evidence, signer: Peer, validators: readonly Peer[]): Promise<void> {
    const { database, address, nowMs, turnMs, onKept, onOwnKey } = this.options;
    if (signer === address) {
      onOwnKey(evidence);
      return;
    }
    const dueAtMs = nowMs() + placeAfter(signer, address, validators) * turnMs;
    const row: KeptEvidence = { signer, evidence, dueAtMs, outcome: null };
    if (this.kept.has(nameOf(row))) return;
    this.kept.set(nameOf(row), row);
    const oldest = this.kept.size > MAX_KEPT ? this.dropOldest() : [];
    await database.write([...oldest, put(evidenceTable, [evidence.epoch, signer], row)]);
    onKept(row);
  }

  waiting(): readonly KeptEvidence[] {
    return [...this.kept.values()].filter(({ outcome }) => outcome === null);
  }

  async settle(kept: KeptEvidence, outcome: ReportOutcome): Promise<void> {
    const row = { ...kept, outcome };
    // Kept on, so that the same contradiction, told again, is not begun anew.
    this.kept.set(nameOf(row), row);
    await this.options.database.write([put(evidenceTable, [row.evidence.epoch, row.signer], row)]);
    this.options.onSettled(row, outcome);
  }

  private dropOldest() {
    const rows = [...this.kept.values()];
    const oldest = rows.reduce((found, row) => (row.evidence.epoch < found.evidence.epoch ? row : found));
    this.kept.delete(nameOf(oldest));
    return [del(evidenceTable, [oldest.evidence.epoch, oldest.signer])];
  }
}

const nameOf = ({ evidence, signer }: KeptEvidence): string => `${evidence.epoch}/${signer}`;

/** The accused's successor in the set is the first, the accused itself would be the last. */
function placeAfter(accused: Peer, self: Peer, validators: readonly Peer[]): number {
  const n = validators.length;
  const own = validators.indexOf(self);
  return own < 0 ? n : (own - validators.indexOf(accused) - 1 + n) % n;
}
