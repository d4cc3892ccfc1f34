/** Cheats with the header, the words, their commitment and evaluation, and the order of steps. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { CircuitInput } from "../../prover/witness/circuit-input.ts";
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";
import { Side, WordType } from "../../sequencer/exchange/word.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { evaluateWords } from "../../verifier-contracts/commitment.ts";
import { Court } from "./court.ts";
import { type BatchInputs, inputsOf, join, recommit } from "./recommit.ts";
import { World } from "./world.ts";

const test = suite("cheating with batches");
const [ALICE, BOB] = [1, 2] as const;
const [single, double] = [await Court.open(1), await Court.open(2)];
const poseidon = await loadPoseidon();
const world = World.genesis(poseidon).register(10_000).register(10_000);
const deposit = world.deposit(ALICE, 500n);
const batch: CircuitInput = world.fork().next(deposit);
const LIMB = 1n << 128n;

const edited = (change: (inputs: BatchInputs) => void): CircuitInput => recommit(poseidon, batch, change);

/** Changes inputs and leaves commitment, challenge and evaluation as they were. */
const unbound = (change: (inputs: BatchInputs & Record<string, unknown>) => void): CircuitInput => {
  const inputs = inputsOf(batch) as BatchInputs & Record<string, unknown>;
  change(inputs);
  return { ...batch, input: inputs };
};

const rejects = async (court: Court, claim: CircuitInput, title: string): Promise<void> => {
  assert.not(await court.isProven(claim), title);
};

test("a header with another root, time or range of the L1 queue", async () => {
  assert.is(await single.judge(batch), "nobody");
  const names = ["preRoot", "preRoot", "postRoot", "postRoot", null, "time", "l1Start", "l1End", null];
  for (const [at, name] of names.entries()) {
    const claim = edited(({ header }) => {
      header[at]! += 1n;
    });
    // Batch info and the hash of the signatures are bound to the proof, and mean something to the contract alone.
    if (name === null) assert.is(await single.judge(claim), "nobody", `word ${at}`);
    else await rejects(single, claim, name);
  }
  const both = edited(({ header }) => {
    header[6]! += 1n;
    header[7]! += 1n;
  });
  await rejects(single, both, "both ends of the queue");
});

test("limbs of a root are told apart by the contract, not here", async () => {
  const claim = edited(({ header }) => {
    header[2]! -= 1n;
    header[3]! += LIMB;
  });
  assert.is(await single.judge(claim), "nobody");
});

test("header or word other than the committed ones", async () => {
  for (let at = 0; at < 9; at++) {
    const claim = unbound(({ header }) => {
      header[at]! += 1n;
    });
    await rejects(single, claim, `header word ${at}`);
  }
  const setSpareBit = ({ words }: BatchInputs) => {
    words[0]! |= 1n << 247n;
  };
  await rejects(single, unbound(setSpareBit), "a bit that no rule reads");
  assert.is(await single.judge(edited(setSpareBit)), "nobody");
});

test("a wrong commitment, challenge or evaluation", async () => {
  for (const name of ["commitment", "challenge", "evaluation"]) {
    const claim = unbound((inputs) => {
      inputs[name] = ((inputs[name] as bigint) + 1n) % FIELD_MODULUS;
    });
    await rejects(single, claim, name);
  }
});

test("an evaluation of other words: one more, one fewer, another, or a zero word that counts", async () => {
  const { header, words } = inputsOf(batch);
  const challenge = batch.publicSignals[1];
  const posted = [...header, ...words];
  for (const other of [
    [...posted, words[0]!],
    header,
    [...header, words[0]! ^ 1n],
    [...header, 0n, ...words],
    [...posted, 0n],
  ]) {
    const claim = unbound((inputs) => {
      inputs.evaluation = evaluateWords(other, challenge);
    });
    await rejects(single, claim, `${other.length} words`);
  }
});

test("inputs of another state: accounts' root, registers, a market, a path", async () => {
  const changes: ((inputs: BatchInputs) => void)[] = [
    (inputs) => {
      inputs.accountsRoot += 1n;
    },
    ({ machine }) => {
      machine[0]! += 1n;
    },
    ({ market }) => {
      market[1]![5]! += 1n;
    },
    ({ accountPath }) => {
      (accountPath as bigint[][][][])[0]![1]![2]![3]! += 1n;
    },
    ({ orderPath }) => {
      (orderPath as bigint[][][][])[0]![0]![1]![0]! += 1n;
    },
    ({ account }) => {
      account[0]![1]![3]! += 1n;
    },
  ];
  for (const [i, change] of changes.entries()) await rejects(single, edited(change), `change ${i}`);
});

test("two steps in order are one batch, and a no-op may only follow", async () => {
  const w = world.fork();
  const [first, second] = [w.next(world.deposit(ALICE, 1n)), w.next(world.deposit(BOB, 2n))];
  const pair = join(poseidon, first, second);
  assert.is(await double.judge(pair), "nobody");
  const swapped = recommit(poseidon, pair, ({ words }) => void words.reverse());
  await rejects(double, swapped, "words in another order than the steps");
  await rejects(double, join(poseidon, second, first), "steps in another order than the state");
  await rejects(double, join(poseidon, first, first), "the same step twice");

  const idle = world.cheat({ logged: null });
  const later = w.cheat({ logged: null });
  assert.is(await double.judge(join(poseidon, second, later)), "nobody", "a no-op at the end");
  assert.is(await double.judge(join(poseidon, idle, first)), "rule", "a no-op at the beginning");
});

test("a taker goes on in the next step, and what consumes nothing posts nothing", async () => {
  const w = world.fork();
  w.run(w.place(ALICE, Side.sell, 4, { slot: 1 }), w.place(ALICE, Side.sell, 4, { slot: 2 }));
  const taker = w.place(BOB, Side.buy, 8);
  const cancel = w.request({ type: WordType.cancel, account: ALICE, slot: 2 });
  const active = w.fork();
  const filled = active.next(taker);
  const pair = join(poseidon, filled, active.next(null));
  assert.is(await double.judge(pair), "nobody");
  assert.is(inputsOf(pair).words[1], 0n);
  // The cheat: the maker's cancel is consumed before the taker is finished.
  const between = w.fork();
  between.next(taker);
  const cancelled = between.cheat({
    logged: cancel,
    pretend: ({ machine }) => {
      machine.taker = null;
    },
    claim: (after, before) => {
      after.machine.taker = before.machine.taker;
    },
  });
  await rejects(double, join(poseidon, filled, cancelled), "a cancel before the taker's turn is over");
});

test.run();
