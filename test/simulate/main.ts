/**
 * `npm run simulate -- --seeds N [--nodes n] [--seed S]`: the consensus core under a seeded clock, network and disk.
 * A seed that fails is printed with the command that replays it.
 */
import { Command } from "commander";
import { drawScenario } from "./scenario.ts";
import { type Outcome, World } from "./world.ts";

const program = new Command("simulate")
  .description("Runs the consensus core in simulated worlds and checks what must hold in each")
  .option("--seeds <count>", "how many seeds", "100")
  .option("--nodes <n>", "validators", "4")
  .option("--seed <first>", "first seed", "1")
  .parse();
const options = program.opts<{ seeds: string; nodes: string; seed: string }>();
const [seeds, nodes, first] = [options.seeds, options.nodes, options.seed].map(Number) as [
  number,
  number,
  number,
];

const started = performance.now();
const failed: number[] = [];
const sum = { events: 0, blocks: 0, epochs: 0, contradictionsCaught: 0 };
let slowest: Outcome | undefined;
for (let seed = first; seed < first + seeds; seed++) {
  try {
    const outcome = new World(drawScenario(seed, nodes)).run();
    for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += outcome[name];
    if (slowest === undefined || outcome.recoveredAfterMs > slowest.recoveredAfterMs) slowest = outcome;
    if (seeds === 1) console.log(`audit ${outcome.audit}`, outcome);
  } catch (error) {
    failed.push(seed);
    console.log(`seed ${seed} FAILED: ${(error as Error).message}`);
    console.log(`  npm run simulate -- --nodes ${nodes} --seed ${seed} --seeds 1`);
    if (seeds === 1) console.log((error as Error).stack);
  }
}
const seconds = (performance.now() - started) / 1000;
console.log(
  `${seeds - failed.length} of ${seeds} seeds passed, ${nodes} validators, ${seconds.toFixed(1)} s, ` +
    `${Math.round(sum.events / seconds)} events/s`,
);
console.log(
  JSON.stringify(sum),
  slowest && `slowest recovery ${slowest.recoveredAfterMs} ms, seed ${slowest.seed}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
