/**
 * `npm run simulate -- --seeds N [--nodes n] [--seed S]`: the consensus core under a seeded clock, network and disk.
 * A seed that fails is printed with the command that replays it. `--mutants` breaks one rule at a time and expects the
 * checks to notice; `--search` walks through all runs of a few views.
 */
import { Command, InvalidArgumentError } from "commander";
import { allowUnreadOutput } from "../../sequencer/programs/unread-output.ts";
import { Random } from "../generate/random.ts";
import { MUTANTS, ruleBrokenBy } from "./mutants.ts";
import { Runs } from "./runs.ts";
import { drawScenario } from "./scenario.ts";
import { search, walk } from "./search.ts";
import { type Outcome, World } from "./world.ts";

allowUnreadOutput();

const wholeNumber = (text: string): number => {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError("a whole number is wanted");
  return Number(text);
};

const program = new Command("simulate")
  .description("Runs the consensus core in simulated worlds and checks what must hold in each")
  .option("--seeds <count>", "how many seeds", wholeNumber, 100)
  .option("--nodes <n>", "validators of an epoch, 1 to 16", wholeNumber, 4)
  .option("--seed <first>", "first seed; drawn if left out", wholeNumber)
  .option("--mutants", "break one rule at a time; each has to be noticed within the seeds")
  .option("--search", "walk through all runs of four validators, one hostile, over --views")
  .option("--views <count>", "views of the search", wholeNumber, 2)
  .option("--hostile <index>", "the search with this validator hostile only, 0 to 3", wholeNumber)
  .option(
    "--states <count>",
    "states after which the search gives up, below 16 million",
    wholeNumber,
    4_000_000,
  )
  .option("--walks <count>", "instead of all runs of the search, so many at random, by --seed", wholeNumber)
  .parse();
const options = program.opts<{
  seeds: number;
  nodes: number;
  seed?: number;
  mutants?: true;
  search?: true;
  views: number;
  hostile?: number;
  states: number;
  walks?: number;
}>();
if (options.nodes < 1 || options.nodes > 16) program.error("--nodes goes from 1 to 16");
if (options.hostile !== undefined && options.hostile > 3) program.error("--hostile goes from 0 to 3");
if (options.views < 1 || options.states < 1) program.error("--views and --states begin at 1");

const first = options.seed ?? Date.now() % 1_000_000;
const passed = options.search ? searchAll() : options.mutants ? tryMutants() : runSeeds();
process.exitCode = passed ? 0 : 1;

function runSeeds(): boolean {
  const { seeds, nodes } = options;
  const startedMs = performance.now();
  const sum = { events: 0, blocks: 0, epochs: 0, contradictionsCaught: 0, misconductTold: 0 };
  const audits: Outcome[] = [];
  let failed = 0;
  console.log(`seeds ${first} to ${first + seeds - 1}, ${nodes} validators`);
  for (let seed = first; seed < first + seeds; seed++)
    try {
      const outcome = new World(drawScenario(seed, nodes)).run();
      for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += outcome[name];
      audits.push(outcome);
    } catch (error) {
      failed += 1;
      console.log(`seed ${seed} FAILED: ${(error as Error).message}`);
      console.log(`  npm run simulate -- --nodes ${nodes} --seed ${seed} --seeds 1`);
      if (seeds === 1) console.log((error as Error).stack);
    }
  if (seeds <= 3) for (const { seed, audit } of audits) console.log(`seed ${seed} audit ${audit}`);
  const seconds = (performance.now() - startedMs) / 1000;
  const slowestMs = Math.max(0, ...audits.map(({ recoveredAfterMs }) => recoveredAfterMs));
  console.log(
    `${sum.events} messages and blocks delivered, ${sum.blocks} blocks final everywhere, ${sum.epochs} epochs`,
  );
  console.log(
    `${sum.contradictionsCaught} contradictions reported, ${sum.misconductTold} forgeries; slowest recovery ${slowestMs} ms of virtual time`,
  );
  console.log(`${seeds - failed} of ${seeds} seeds passed in ${seconds.toFixed(1)} s`);
  return failed === 0;
}

function tryMutants(): boolean {
  const { seeds, nodes } = options;
  let unnoticed = 0;
  for (const [name, mutation] of Object.entries(MUTANTS)) {
    const counts = new Map<string, number>();
    for (let seed = first; seed < first + seeds; seed++) {
      const rule = ruleBrokenBy(mutation, seed, nodes);
      if (rule !== null) counts.set(rule, (counts.get(rule) ?? 0) + 1);
    }
    if (counts.size === 0) unnoticed += 1;
    const found = [...counts].map(([rule, count]) => `${rule} ${count}`).join(", ");
    console.log(`${name.padEnd(24)} ${found === "" ? "NOT NOTICED" : found}`);
  }
  console.log(`seeds ${first} to ${first + seeds - 1}, ${nodes} validators`);
  return unnoticed === 0;
}

function searchAll(): boolean {
  const { views, states, walks } = options;
  let broken = 0;
  if (walks !== undefined) console.log(`${walks} walks of each, --seed ${first}`);
  for (const hostile of options.hostile === undefined ? [0, 1, 2, 3] : [options.hostile]) {
    const startedMs = performance.now();
    const runs = new Runs(views, hostile);
    const coverage = walks === undefined ? search(runs, states) : walk(runs, walks, new Random(first));
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    const some = walks === undefined ? "the first, up to" : "walked through, up to";
    const extent = coverage.complete ? "all" : `${some} ${coverage.depth} events deep`;
    console.log(
      `hostile ${hostile}, ${views} views: ${coverage.states} states (${extent}), ` +
        `${coverage.transitions} transitions, ${seconds} s: ${coverage.violation ?? "no rule is broken"}`,
    );
    if (coverage.violation !== null) broken += 1;
  }
  return broken === 0;
}
