/** What a validator measures of itself and of the others, beside what every node measures. */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { ValidatorNode } from "./validator-node.ts";

export interface ValidatorMetrics {
  onFinality(milliseconds: number): void;
  onFinal(): void;
  onEvidence(kind: string): void;
  onInvalid(): void;
  /** From now on asks the node when somebody scrapes. */
  watch(node: ValidatorNode): void;
}

const PREFIX = "proofbook_validator_";
/** From a region's usual to a set whose leaders are down; what comes later was fetched while catching up. */
const FINALITY_BUCKETS_SECONDS = [0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10];

export function validatorMetrics(registry: Registry): ValidatorMetrics {
  const registers = [registry];
  const counter = <L extends string = never>(name: string, help: string, labelNames: L[] = []): Counter<L> =>
    new Counter({ name: PREFIX + name, help, labelNames, registers });
  const finality = new Histogram({
    name: `${PREFIX}finality_seconds`,
    help: "From a leader's proposal, by its clock, until the block was final here",
    buckets: FINALITY_BUCKETS_SECONDS,
    registers,
  });
  const finalBlocks = counter("final_blocks_total", "Blocks that became final and were executed");
  const evidence = counter("evidence_total", "Contradictions of validators that were caught", ["kind"]);
  const invalid = counter("invalid_blocks_total", "Proposals that broke the rule of payloads");
  return {
    onFinality: (milliseconds) => finality.observe(milliseconds / 1000),
    onFinal: () => finalBlocks.inc(),
    onEvidence: (kind) => evidence.inc({ kind }),
    onInvalid: () => invalid.inc(),
    watch: (node) => watch(node, registry),
  };
}

function watch(node: ValidatorNode, registry: Registry): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name: PREFIX + name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  const { sequencer, network } = node;
  gauge("view", "View of consensus", () => sequencer.consensus().view);
  gauge("epoch", "Epoch of consensus", () => sequencer.epoch.number);
  gauge("member", "1 if this node votes in the epoch", () => Number(sequencer.consensus().isMember));
  gauge(
    "silent",
    "1 while this node may not sign: its log was lost, and an earlier life may have signed here",
    () => {
      const { view, silentThrough } = sequencer.consensus();
      return Number(view <= silentThrough);
    },
  );
  gauge("height", "Height of the last final block", () => sequencer.consensus().height);
  gauge("executing", "Final blocks that are not executed yet", () => sequencer.consensus().executing);
  gauge("mempool_requests", "Requests that wait for a block", () => sequencer.health().queued);
  gauge(
    "dropped_messages",
    "Messages that found the queue of inputs full",
    () => sequencer.consensus().dropped,
  );
  gauge("shed_answers", "Questions for blocks that found too many others", () => sequencer.consensus().shed);
  gauge("connected_peers", "Validators that frames can be sent to", () => {
    const { peers } = network.metrics();
    return peers.filter(({ role, canSend }) => role === "validator" && canSend).length;
  });
  gauge("queued_bytes", "Bytes that wait to be sent to peers", () =>
    network.metrics().peers.reduce((sum, { queuedBytes }) => sum + queuedBytes, 0),
  );
  gauge("cut_peers", "Peers that were cut off since the start", () => network.metrics().cuts);
  new Gauge({
    name: `${PREFIX}price_deviation_ppm`,
    help: "How far a validator's newest price lies from the median of the newest, in millionths",
    labelNames: ["validator", "market"],
    registers,
    collect() {
      this.reset();
      const { validators } = sequencer.epoch;
      for (const { signer, market, partsPerMillion } of sequencer.priceDeviations())
        this.set({ validator: validators[signer] ?? "", market }, partsPerMillion);
    },
  });
}
