/**
 * The whole way of a request through a node: HTTP, signature, execution, state root of each batch of 16 steps, one
 * synced write per block, receipt. The node has a process of its own, the load another; circuits of full size, 64
 * accounts, 8 markets. Throughput with all accounts at once; latency with few, as a market in calm waters has.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { ACCOUNTS, signedFlow } from "./node/flow.ts";
import { sendLanes } from "./node/load.ts";
import { quantile, type Report } from "./report.ts";

const SEED = 1;
/** Key tables are built and code is compiled in these. */
const WARM_UP = 60 * ACCOUNTS;
const LOADED = 100 * ACCOUNTS;
const CALM = 20 * ACCOUNTS;
const CALM_LANES = 4;

export async function run(report: Report): Promise<void> {
  const lanes = signedFlow(await loadPoseidon(), SEED, WARM_UP + LOADED + CALM);
  const take = (count: number) => lanes.map((lane) => lane.splice(0, count / ACCOUNTS));
  const folder = await mkdtemp(join(tmpdir(), "proofbook-bench-"));
  const server = spawn(
    process.execPath,
    ["--import", "tsx", fileURLToPath(new URL("node/server.ts", import.meta.url)), join(folder, "data")],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  try {
    const [line] = (await once(createInterface({ input: server.stdout }), "line")) as [string];
    const port = Number(line);
    await sendLanes(port, take(WARM_UP));
    const startMs = performance.now();
    await sendLanes(port, take(LOADED));
    const seconds = (performance.now() - startMs) / 1000;
    report({ name: "sequencer.requestsPerSecond", value: LOADED / seconds, unit: "requests/s" });
    const times = await calmTimes(port, take(CALM));
    report({ name: "sequencer.acknowledgeP50Ms", value: quantile(times, 0.5), unit: "ms" });
    report({ name: "sequencer.acknowledgeP99Ms", value: quantile(times, 0.99), unit: "ms" });
  } finally {
    const ended = once(server, "exit");
    server.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
}

/** A few lanes at a time, until all are sent. */
async function calmTimes(port: number, lanes: readonly string[][]): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < lanes.length; at += CALM_LANES)
    times.push(...(await sendLanes(port, lanes.slice(at, at + CALM_LANES))));
  return times;
}
