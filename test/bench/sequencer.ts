/**
 * The whole way of a request through a node: HTTP, signature, execution, state root and job of each batch, synced writes,
 * receipt. The node has a process of its own with circuits of full size, 8 markets and 64 accounts; the load, signed
 * beforehand, comes from this process and shares the cores.
 *
 *   requestsPerSecond           every account has four requests under way all the time; batches of 16 steps, the default
 *   manyRequestsPerSecond       the same in bodies of eight requests, two bodies of each account under way
 *   batch256...                 both with batches of 256 steps, which hash what their steps have in common once: for
 *                               provers of 8 million constraints
 *   acknowledgeP50Ms, P99Ms     four accounts with one request under way, as a market in calm waters has; 16 steps
 *   ...cpuUsPerRequest          what all threads of the node, and the load, use of the cores for a request under load: says
 *                               more than the rate where others use the machine, too
 */
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { ACCOUNTS, type Lane, signedFlow } from "./node/flow.ts";
import { type Sending, sendLanes } from "./node/load.ts";
import { MeasuredNode } from "./node/measured-node.ts";
import { quantile, type Report } from "./report.ts";

const SEED = 1;
/** Key tables are built and code is compiled in these, half of them singly: a node of days does neither any more. */
const WARM_UP = 512 * ACCOUNTS;
const LOADED = 384 * ACCOUNTS;
const CALM = 20 * ACCOUNTS;
const CALM_LANES = 4;
const SINGLY: Sending = { underWay: 4 };
const MANY: Sending = { perBody: 8, underWay: 2 };

interface Load {
  readonly warmUpSingly: readonly Lane[];
  readonly warmUpMany: readonly Lane[];
  readonly singly: readonly Lane[];
  readonly many: readonly Lane[];
}

export async function run(report: Report): Promise<void> {
  const lanes = signedFlow(await loadPoseidon(), SEED, WARM_UP + 2 * LOADED + CALM);
  const part = (from: number, count: number): Lane[] =>
    lanes.map((lane) => lane.slice(from / ACCOUNTS, (from + count) / ACCOUNTS));
  const load: Load = {
    warmUpSingly: part(0, WARM_UP / 2),
    warmUpMany: part(WARM_UP / 2, WARM_UP / 2),
    singly: part(WARM_UP, LOADED),
    many: part(WARM_UP + LOADED, LOADED),
  };
  await onNode([4, 16], async (node) => {
    await underLoad(node, load, (name, value, unit) => report({ name: `sequencer.${name}`, value, unit }));
    const times = await calmTimes(node.port, part(WARM_UP + 2 * LOADED, CALM));
    report({ name: "sequencer.acknowledgeP50Ms", value: quantile(times, 0.5), unit: "ms" });
    report({ name: "sequencer.acknowledgeP99Ms", value: quantile(times, 0.99), unit: "ms" });
  });
  await onNode([16, 256], (node) =>
    underLoad(node, load, (name, value, unit) => {
      report({ name: `sequencer.batch256${capital(name)}`, value, unit });
    }),
  );
}

async function onNode(
  tiers: readonly number[],
  measure: (node: MeasuredNode) => Promise<void>,
): Promise<void> {
  const node = await MeasuredNode.start(tiers);
  try {
    await measure(node);
  } finally {
    await node.stop();
  }
}

type Measure = (name: string, value: number, unit: string) => void;

async function underLoad(node: MeasuredNode, load: Load, measure: Measure): Promise<void> {
  await sendLanes(node.port, load.warmUpSingly, SINGLY);
  await sendLanes(node.port, load.warmUpMany, MANY);
  await timed(node, load.singly, SINGLY, measure);
  await timed(node, load.many, MANY, (name, value, unit) => measure(`many${capital(name)}`, value, unit));
}

async function timed(
  node: MeasuredNode,
  lanes: readonly Lane[],
  sending: Sending,
  measure: Measure,
): Promise<void> {
  const nodeBeforeUs = await node.cpuUs();
  const loadBefore = process.cpuUsage();
  const startMs = performance.now();
  await sendLanes(node.port, lanes, sending);
  const seconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(loadBefore);
  measure("requestsPerSecond", LOADED / seconds, "requests/s");
  measure("cpuUsPerRequest", ((await node.cpuUs()) - nodeBeforeUs) / LOADED, "us");
  measure("loadCpuUsPerRequest", (user + system) / LOADED, "us");
}

const capital = (name: string): string => name[0]!.toUpperCase() + name.slice(1);

/** A few lanes at a time, until all are sent. */
async function calmTimes(port: number, lanes: readonly Lane[]): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < lanes.length; at += CALM_LANES)
    times.push(...(await sendLanes(port, lanes.slice(at, at + CALM_LANES))));
  return times;
}
