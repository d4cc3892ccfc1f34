/** kill -9 at random moments of trading: what was acknowledged is there, and the state is the one its log leads to. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { apply } from "../../sequencer/exchange/apply.ts";
import { LiveIndex } from "../../sequencer/exchange/book-index.ts";
import { decide } from "../../sequencer/exchange/decide.ts";
import { type Exchange, genesisExchange } from "../../sequencer/exchange/exchange.ts";
import { outcomeOf } from "../../sequencer/exchange/word.ts";
import type { SoloSequencer } from "../../sequencer/node/solo-sequencer.ts";
import { programArguments } from "../../sequencer/programs/arguments.ts";
import { StateTree } from "../../sequencer/state-tree/state-tree.ts";
import { Database } from "../../sequencer/store/database.ts";
import { tables } from "../../sequencer/store/tables.ts";
import { goOn } from "../generate/go-on.ts";
import { Random, testSeed } from "../generate/random.ts";
import { genesis, openAt, poseidon, settingsOf, withFolder } from "./exchange-fixture.ts";

/** Kills; more only if most of them came before anything was acknowledged. */
const ROUNDS = { atLeast: 6, atMost: 60 };
const MAX_ACKS = 120;
const settings = settingsOf({ tiers: [4, 8], maxBatchSeconds: 20 });

interface Life {
  /** Sequence of every acknowledged word. */
  readonly acknowledged: Map<string, number>;
  readonly proven: number[];
}

/** Lets a child trade until it has said so many lines, and kills it in the midst of whatever it does then. */
function liveAndDie(folder: string, seed: number, lines: number): Promise<Life> {
  const child = spawn(
    process.execPath,
    [...programArguments("test/node/trading-child.ts"), folder, String(seed)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const life: Life = { acknowledged: new Map(), proven: [] };
  let seen = 0;
  createInterface({ input: child.stdout }).on("line", (line) => {
    const [kind, first, second] = line.split(" ");
    if (kind === "ack") life.acknowledged.set(first!, Number(second));
    if (kind === "proven") life.proven.push(Number(first));
    seen += 1;
    if (seen === lines) child.kill("SIGKILL");
  });
  return new Promise((resolve, reject) =>
    child.on("close", (_, signal) =>
      signal === "SIGKILL" ? resolve(life) : reject(new Error("the child ended by itself")),
    ),
  );
}

const rootOf = (exchange: Exchange): bigint => {
  const tree = new StateTree(settings.dimensions, poseidon.hash);
  tree.rebuild(exchange);
  return tree.stateRoot(exchange);
};

/** The state that the log leads to, from genesis. */
async function stateByLog(folder: string): Promise<{ root: bigint; words: number }> {
  const exchange = genesisExchange(genesis, new LiveIndex());
  const database = await Database.open(folder);
  const rows = await database.list(tables.log);
  await database.close();
  for (const { key, value } of rows) {
    const step = decide(exchange, value.word, value.authority !== null);
    assert.is(step.outcome, outcomeOf(value.word), key);
    apply(exchange, step);
    while (exchange.machine.taker !== null) apply(exchange, decide(exchange, undefined, false));
  }
  return { root: rootOf(exchange), words: rows.length };
}

async function checkBatches(sequencer: SoloSequencer): Promise<void> {
  let root = sequencer.genesisRoot;
  for (let number = 1; number <= sequencer.latestBatch(); number++) {
    const { header } = (await sequencer.batch(number))!;
    assert.is(header.preRoot, root, `batch ${number}`);
    assert.equal((await sequencer.jobs.job(number))!.header, header);
    root = header.postRoot;
  }
}

test("after every kill the acknowledged requests are there, and the root is the one of the log", async () =>
  withFolder(async (folder) => {
    const seed = testSeed("kill -9");
    const random = new Random(seed);
    const acknowledged = new Map<string, number>();
    const proven = new Set<number>();
    let kills = 0;
    const lacking = () => (acknowledged.size > kills ? [] : ["acknowledged requests"]);
    for (const round of goOn(ROUNDS, lacking)) {
      kills += 1;
      const life = await liveAndDie(folder, seed + round, random.between(1, MAX_ACKS));
      for (const [word, sequence] of life.acknowledged) acknowledged.set(word, sequence);
      for (const number of life.proven) {
        assert.not.ok(proven.has(number), `batch ${number} was proven twice`);
        proven.add(number);
      }
      const byLog = await stateByLog(folder);
      const sequencer = await openAt(folder, settings);
      assert.is(sequencer.health().sequence, byLog.words);
      assert.is(rootOf(sequencer.exchange), byLog.root, `round ${round}`);
      for (const [word, sequence] of acknowledged)
        assert.is((await sequencer.receipt(BigInt(`0x${word}`)))?.sequence, sequence, `word ${word} is lost`);
      for (const number of proven) assert.is(sequencer.jobs.state(number)!.state, "proven");
      await checkBatches(sequencer);
      await sequencer.close();
    }
    console.log(`${acknowledged.size} acknowledged, ${proven.size} batches proven over ${kills} kills`);
  }));

test.run();
