/**
 * Figures of the consensus that need no process: how fast the simulation runs (four validators, scenarios with faults),
 * and how long a block takes from its leader's proposal until it is final, over all blocks and nodes, with sixteen
 * honest validators around the world (consensus/wide-area.ts), in virtual time.
 */
import { drawScenario } from "../simulate/scenario.ts";
import { World } from "../simulate/world.ts";
import { VALIDATORS, WideArea } from "./consensus/wide-area.ts";
import type { Report } from "./report.ts";

const SEED = Number(process.env.SEED ?? 1);
const SEEDS = 100;
const WIDE_AREA_MS = 30_000;
/** The first blocks go to nodes that are only starting. */
const WARM_UP_MS = 2_000;

export function run(report: Report): void {
  report({ name: "simulate.seedsPerSecond", value: seedsPerSecond(), unit: "1/s" });
  const { finalityMs, blocks } = wideArea();
  const at = (share: number): number => finalityMs[Math.floor(share * (finalityMs.length - 1))]!;
  report({ name: "consensus.wan16FinalityP50Ms", value: at(0.5), unit: "ms" });
  report({ name: "consensus.wan16FinalityP99Ms", value: at(0.99), unit: "ms" });
  report({ name: "consensus.wan16BlocksPerSecond", value: (1000 * blocks) / WIDE_AREA_MS, unit: "1/s" });
}

function seedsPerSecond(): number {
  const startedMs = performance.now();
  for (let seed = SEED; seed < SEED + SEEDS; seed++) new World(drawScenario(seed, 4)).run();
  return (1000 * SEEDS) / (performance.now() - startedMs);
}

function wideArea(): { readonly finalityMs: number[]; readonly blocks: number } {
  const finalityMs: number[] = [];
  let blocks = 0;
  const scenario = {
    seed: SEED,
    validators: VALIDATORS,
    nodes: VALIDATORS,
    faults: new Map(),
    epochBlocks: 1_000_000,
    healsAtMs: 0,
    loss: 0,
    duplication: 0,
    usualDelayMs: 0,
    crashes: [],
    partitions: [],
    death: null,
    traffic: 1,
  };
  const world = new World(
    scenario,
    {},
    {
      timing: { delayMs: 400, heartbeatMs: 100, retryMs: 800, clockDriftMs: 500 },
      network: ({ clock, random }, receive) => new WideArea(clock, random, receive),
      delivered: (_node, { header }, nowMs) => {
        blocks = Math.max(blocks, header.height);
        if (header.timeMs >= WARM_UP_MS) finalityMs.push(nowMs - header.timeMs);
      },
    },
  );
  world.runFor(WIDE_AREA_MS);
  return { finalityMs: finalityMs.sort((a, b) => a - b), blocks };
}
