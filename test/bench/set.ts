/**
 * A set of four validators as processes on loopback, under load and when one of them dies.
 *
 * - Requests: all accounts at once, each waiting for its receipt. Every node checks, holds, executes and hashes each.
 * - Recovery: one is killed with -9 while traders trade through the other three, and started again at once. It has
 *   recovered when it gives a trader a receipt: then it has all that was final before. The longest silence is that of
 *   the other three meanwhile.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { type Lane, signedFlow } from "./node/flow.ts";
import { sendLanes, sendUntilTaken } from "./node/load.ts";
import type { Report } from "./report.ts";
import type { MeasuredSet } from "./set/measured-set.ts";
import { sendAll, takeFrom, withSet } from "./set/measured-set.ts";

const SEED = Number(process.env.SEED ?? 1);
const SIZE = 4;
const ACCOUNTS = 128;
/** Requests of each account: until code is compiled and tables are built, in the measurement, and for the recovery. */
const WARM_UP = 8;
const LOADED = 20;
const RECOVERY = 12;
/** Who trades while one is killed, and for how long before. */
const TRADERS = 12;
const TRADING_MS = 500;

export async function run(report: Report): Promise<void> {
  const count = ACCOUNTS * (WARM_UP + LOADED + RECOVERY);
  const lanes = signedFlow(await loadPoseidon(), SEED, count, ACCOUNTS);
  await withSet(SIZE, ACCOUNTS, async (set) => {
    await throughput(report, set, lanes);
    await recovery(report, set, lanes);
  });
}

async function throughput(report: Report, set: MeasuredSet, lanes: readonly Lane[]): Promise<void> {
  await sendAll(set, takeFrom(lanes, WARM_UP));
  const startMs = performance.now();
  const receiptMs = await sendAll(set, takeFrom(lanes, LOADED));
  const perSecond = (1000 * receiptMs.length) / (performance.now() - startMs);
  report({ name: `sequencer.set${SIZE}RequestsPerSecond`, value: perSecond, unit: "requests/s" });
}

async function recovery(report: Report, set: MeasuredSet, lanes: readonly Lane[]): Promise<void> {
  const { apiPorts } = set.plan;
  const victim = apiPorts.length - 1;
  const [[first] = [], ...others] = lanes;
  const receiptsAtMs: number[] = [];
  let isOver = false;
  const trading = others.slice(0, TRADERS).map(async (_, trader) => {
    const own = others.filter((_, lane) => lane % TRADERS === trader);
    await sendLanes(apiPorts[trader % victim]!, [own.flat()], {
      onReceipt: () => receiptsAtMs.push(performance.now()),
      isOver: () => isOver,
    });
  });
  await sleep(TRADING_MS);
  const killedMs = performance.now();
  await set.kill(victim);
  const restarted = set.restart(victim);
  await sendUntilTaken(apiPorts[victim]!, first!);
  const recoveredMs = performance.now();
  isOver = true;
  await Promise.all([...trading, restarted]);
  report({ name: "consensus.recoverySeconds", value: (recoveredMs - killedMs) / 1000, unit: "s" });
  const moments = [killedMs, ...receiptsAtMs.filter((atMs) => atMs > killedMs && atMs < recoveredMs)];
  const silencesMs = moments.map((atMs, i) => (moments[i + 1] ?? recoveredMs) - atMs);
  report({ name: "consensus.longestSilenceMs", value: Math.max(...silencesMs), unit: "ms" });
}
