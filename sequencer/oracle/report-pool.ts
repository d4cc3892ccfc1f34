/** The newest report of every validator, as they come over the network; a leader takes those that count. */
import { quorumOf } from "../consensus/epoch.ts";
import { PROPOSAL_SLACK_MS } from "./limits.ts";
import { isReportGenuine, isReportTimely, type ReportContext, type SignedReport } from "./report.ts";

export type ReportReception =
  | "taken"
  /** Not newer than the one that is here. */
  | "old"
  /** Too far from the present to count soon; its sender's clock may be wrong. */
  | "untimely"
  /** Of no validator, of other markets, or not signed by whom it names: nobody honest passes it on. */
  | "forged";

export class ReportPool {
  private readonly context: ReportContext;
  private readonly newest = new Map<number, SignedReport>();

  /** For one epoch: the next one has a pool of its own. */
  constructor(context: ReportContext) {
    this.context = context;
  }

  /** Cheap checks first; at most one report per validator is kept. */
  receive(report: SignedReport, nowMs: number): ReportReception {
    if (!isReportTimely(report, nowMs)) return "untimely";
    const held = this.newest.get(report.signer);
    if (held !== undefined && held.timeMs >= report.timeMs) return "old";
    if (!isReportGenuine(this.context, report)) return "forged";
    this.newest.set(report.signer, report);
    return "taken";
  }

  /** For a block of this time or a little later: the reports that count, by signer, or none when they are of fewer than a quorum. */
  forBlock(blockTimeMs: number): SignedReport[] {
    const timely = [...this.newest.values()]
      .filter((report) => isReportTimely(report, blockTimeMs))
      .filter((report) => isReportTimely(report, blockTimeMs + PROPOSAL_SLACK_MS))
      .sort((a, b) => a.signer - b.signer);
    return timely.length < quorumOf(this.context.validators.length) ? [] : timely;
  }

  /** The newest of everybody, for metrics (median.ts: `deviations`). */
  all(): SignedReport[] {
    return [...this.newest.values()];
  }
}
