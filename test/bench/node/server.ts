/**
 * A node without a chain for the bench, in a process of its own: `server.ts FOLDER TIERS`. Tells its parent the port when it
 * listens, and what it has used of the cores when asked.
 */
import type { AddressInfo } from "node:net";
import { Registry } from "prom-client";
import { apiServer } from "../../../sequencer/api/server.ts";
import { DEFAULT_LIMITS, systemClock } from "../../../sequencer/node/settings.ts";
import { SoloSequencer } from "../../../sequencer/node/solo-sequencer.ts";
import { loadPoseidon } from "../../../sequencer/state-tree/poseidon.ts";
import { FULL_DIMENSIONS } from "../../../sequencer/state-tree/state-tree.ts";
import { Database } from "../../../sequencer/store/database.ts";
import { KernelThreads } from "../../../sequencer/threads/kernel-threads.ts";
import { benchGenesis, registrations } from "./flow.ts";

const poseidon = await loadPoseidon();
const settings = {
  genesis: benchGenesis,
  dimensions: FULL_DIMENSIONS,
  tiers: process.argv[3]!.split(",").map(Number),
  maxBatchSeconds: 600,
  epoch: 0,
  increments: [],
  limits: DEFAULT_LIMITS,
};
const database = await Database.open(process.argv[2]!);
const threads = await KernelThreads.start(benchGenesis.domain);
const sequencer = await SoloSequencer.open(database, settings, poseidon, systemClock, {}, threads);
await sequencer.submitL1(registrations(poseidon), 0);
await sequencer.submitTick({ time: benchGenesis.time + 1, deltas: benchGenesis.markets.map(() => 0) });
const verifier = { hasTier: () => false, verify: async () => false };
const api = await apiServer(
  { sequencer, chain: null, verifier, now: systemClock.nowMs },
  { jobsToken: null, registry: new Registry() },
);
await api.listen({ host: "127.0.0.1", port: 0 });
process.send!((api.server.address() as AddressInfo).port);
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send!(user + system);
});
process.on("SIGTERM", async () => {
  await api.close();
  await sequencer.close();
  await threads.close();
  process.disconnect();
});
