/** From a contradiction that was seen to one that is kept: named as the registry names it, on disk, counted, told. */
import type { Logger } from "pino";
import { Counter, Gauge, type Registry } from "prom-client";
import { type Evidence, voteEvidence } from "../../verifier-contracts/evidence.ts";
import type { EvidenceDesk } from "../chain/ports.ts";
import type { Peer, Evidence as VoteEvidence } from "../consensus/messages.ts";
import type { Database } from "../store/database.ts";
import { EvidenceKeeper, REPORT_TURN_MS } from "./evidence-keeper.ts";
import { evidenceCodec } from "./evidence-table.ts";

/** Who is in an epoch; undefined for one that this node's chain has not reached. */
export type SetOf = (epoch: number) => readonly Peer[] | undefined;

export interface EvidenceWatchOptions {
  readonly database: Database;
  /** Of this node. */
  readonly address: Peer;
  readonly setOf: SetOf;
  readonly nowMs: () => number;
  readonly registry: Registry;
  readonly log: Logger;
}

export interface EvidenceWatch {
  readonly desk: EvidenceDesk;
  /** Two votes of consensus. */
  onVotes(evidence: VoteEvidence): void;
  /** Two votes for batches, of the validator with this address. */
  onBatches(evidence: Evidence, signer: Peer): void;
}

export async function watchEvidence(options: EvidenceWatchOptions): Promise<EvidenceWatch> {
  const { database, address, setOf, nowMs, registry, log } = options;
  const reported = new Counter({
    name: "proofbook_validator_evidence_settled_total",
    help: "Kept contradictions that the registry has dealt with, whoever reported them",
    labelNames: ["outcome"],
    registers: [registry],
  });
  const keeper = await EvidenceKeeper.open({
    database,
    address,
    nowMs,
    turnMs: REPORT_TURN_MS,
    onKept: ({ signer, evidence, dueAtMs }) =>
      log.error(
        { signer, evidence: evidenceCodec.encode(evidence), inMs: dueAtMs - nowMs() },
        "a validator contradicted itself; the evidence is kept for the registry",
      ),
    onOwnKey: (evidence) =>
      log.error(
        { evidence: evidenceCodec.encode(evidence) },
        "somebody else signs with this node's key; its stake is at risk",
      ),
    onSettled: ({ signer }, outcome) => {
      reported.inc({ outcome });
      log.info({ signer, outcome }, "the registry has dealt with a contradiction");
    },
  });
  new Gauge({
    name: "proofbook_validator_evidence_waiting",
    help: "Kept contradictions that the registry has not dealt with",
    registers: [registry],
    collect() {
      this.set(keeper.waiting().length);
    },
  });
  const keep = (evidence: Evidence, signer: Peer, validators: readonly Peer[]): void =>
    void keeper
      .keep(evidence, signer, validators)
      .catch((error: unknown) => log.error({ err: error, signer }, "a contradiction could not be kept"));
  return {
    desk: keeper,
    onVotes: ({ first, second }) => {
      const validators = setOf(first.epoch);
      // The core runs in an epoch whose set is known, and finds nothing that the registry would not.
      if (validators === undefined) throw new Error(`a contradiction in the unknown epoch ${first.epoch}`);
      const evidence = voteEvidence(first, second);
      if (evidence === undefined) throw new Error(`no contradiction in view ${first.view}`);
      keep(evidence, validators[first.signer]!, validators);
    },
    onBatches: (evidence, signer) => {
      const validators = setOf(evidence.epoch);
      if (validators?.includes(signer)) keep(evidence, signer, validators);
    },
  };
}
