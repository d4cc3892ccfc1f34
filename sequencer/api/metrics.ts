/** Figures for Prometheus. Gauges are read when they are asked for. */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { ApiParts } from "./ports.ts";

export interface ApiMetrics {
  readonly registry: Registry;
  readonly submissions: Counter<"result">;
  readonly proofs: Counter<"result">;
  readonly replySeconds: Histogram<"method" | "route" | "status">;
}

export function apiMetrics(registry: Registry, { sequencer, chain }: ApiParts): ApiMetrics {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number): void => {
    const collected: Gauge = new Gauge({
      name: `proofbook_${name}`,
      help,
      registers,
      collect: () => collected.set(read()),
    });
  };
  gauge("log_sequence", "Last executed place in the log", () => sequencer.health().sequence);
  gauge("queued_requests", "Admitted requests that wait for their block", () => sequencer.health().queued);
  gauge("fills_total", "Fills executed", () => sequencer.health().fills);
  gauge("batches_cut", "Number of the newest batch", () => sequencer.health().batches.cut);
  gauge("batches_committed", "Batches committed on L1", () => sequencer.health().batches.committed);
  gauge("batches_proven", "Batches proven on L1", () => sequencer.health().batches.proven);
  gauge(
    "proving_lag_seconds",
    "Age of the oldest unproven batch",
    () => sequencer.health().provingLagSeconds,
  );
  gauge("jobs_waiting", "Batches without a proof", () => sequencer.jobs.waiting);
  gauge("l1_consumed", "L1 requests executed", () => sequencer.health().l1Consumed);
  gauge("l1_head_block", "Newest L1 block seen", () => chain?.headBlock ?? 0);
  gauge("l1_final_block", "Newest L1 block whose requests are taken", () => chain?.finalBlock ?? 0);
  return {
    registry,
    submissions: new Counter({
      name: "proofbook_submissions_total",
      help: "Requests handed in, by outcome or by why they were not logged",
      labelNames: ["result"],
      registers,
    }),
    proofs: new Counter({
      name: "proofbook_proofs_total",
      help: "Proofs handed in, by verdict",
      labelNames: ["result"],
      registers,
    }),
    replySeconds: new Histogram({
      name: "proofbook_http_reply_seconds",
      help: "Time from a request's head to its reply",
      labelNames: ["method", "route", "status"],
      buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
      registers,
    }),
  };
}
