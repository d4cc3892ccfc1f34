/**
 * A validator of a measured set, in a process of its own: mesh, LevelDB, threads, API, everything but a chain, whose
 * words it is given. `member.ts PLAN`; tells its parent when it listens, and then whatever it is asked.
 */
import { join } from "node:path";
import { pino } from "pino";
import { Registry } from "prom-client";
import { apiServer } from "../../../sequencer/api/server.ts";
import { DEFAULT_LIMITS, systemClock } from "../../../sequencer/node/settings.ts";
import { loadPoseidon } from "../../../sequencer/state-tree/poseidon.ts";
import { FULL_DIMENSIONS } from "../../../sequencer/state-tree/state-tree.ts";
import { Database } from "../../../sequencer/store/database.ts";
import { KernelThreads } from "../../../sequencer/threads/kernel-threads.ts";
import { fixedMembership } from "../../../sequencer/validator/membership.ts";
import { ValidatorNode } from "../../../sequencer/validator/validator-node.ts";
import { benchGenesis, registrations } from "../node/flow.ts";
import { answerParent } from "./answer-parent.ts";
import { EXCHANGE_NAME, type SetPlan, setConfigOf, validatorOf } from "./plan.ts";

const plan = JSON.parse(process.argv[2]!) as SetPlan;
const genesis = { ...benchGenesis, time: plan.genesisTime };
const set = await setConfigOf(plan);
const poseidon = await loadPoseidon();
const threads = await KernelThreads.start(genesis.domain);
const finalityMs: number[] = [];
const node = await ValidatorNode.start({
  membership: fixedMembership(set),
  set,
  exchangeName: EXCHANGE_NAME,
  database: await Database.open(join(plan.folder, `member-${plan.index}`)),
  settings: {
    genesis,
    dimensions: FULL_DIMENSIONS,
    tiers: [16],
    maxBatchSeconds: 600,
    epoch: 0,
    increments: [],
    limits: DEFAULT_LIMITS,
  },
  validator: validatorOf(plan, set),
  isBorn: plan.isBorn,
  prices: { kind: "fixed" },
  firstPrices: genesis.markets.map(({ oraclePrice }) => oraclePrice),
  poseidon,
  work: threads,
  clock: systemClock,
  random: Math.random,
  log: pino({ level: "error" }),
  observers: {
    onFinality: (milliseconds) => finalityMs.push(milliseconds),
    onHalt: (fault) => {
      throw fault;
    },
  },
});
const { sequencer } = node;
const next = sequencer.nextL1Index();
await sequencer.submitL1(registrations(poseidon, plan.accounts).slice(next), next);
const api = await apiServer(
  {
    sequencer,
    chain: null,
    verifier: { hasTier: () => false, verify: async () => false },
    now: systemClock.nowMs,
  },
  { jobsToken: null, registry: new Registry() },
);
await api.listen({ host: "127.0.0.1", port: plan.apiPorts[plan.index]! });

answerParent(() => ({
  finalityMs: finalityMs.splice(0),
  ordered: sequencer.health().sequence,
  peers: node.network.metrics().peers.filter(({ canSend }) => canSend).length,
}));
