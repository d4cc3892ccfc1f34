import { test } from "uvu";
import * as assert from "uvu/assert";
import { leaderOf, makeEpoch } from "../../sequencer/consensus/epoch.ts";
import type { Hash } from "../../sequencer/consensus/messages.ts";
import {
  hashOf,
  isDueReveal,
  RevealTree,
  revealSecret,
  seedAfter,
  turnOf,
} from "../../sequencer/ordering/seed.ts";
import { Random, testSeed } from "../generate/random.ts";

const secret = revealSecret(new Uint8Array(32).fill(7), 3);
const other = (hash: Hash): Hash =>
  `0x${hash.endsWith("0") ? `${hash.slice(2, -1)}1` : `${hash.slice(2, -1)}0`}`;

test("each turn's value is that which was committed, in trees of one and of several stored parts", () => {
  for (const depth of [1, 4, 11]) {
    const tree = new RevealTree(secret, depth);
    const values = new Set<string>();
    for (let turn = 0; turn < 2 ** depth; turn++) {
      const reveal = tree.reveal(turn)!;
      values.add(reveal.value);
      assert.ok(isDueReveal(tree.commitment, turn, reveal, depth), `depth ${depth} turn ${turn}`);
    }
    assert.is(values.size, 2 ** depth);
  }
});

test("nothing else passes: other turns, values, paths, lengths, trees", () => {
  const depth = 11;
  const tree = new RevealTree(secret, depth);
  const random = new Random(testSeed("reveals"));
  const stranger = new RevealTree(revealSecret(new Uint8Array(32).fill(7), 4), depth);
  assert.is.not(stranger.commitment, tree.commitment);
  for (let round = 0; round < 50; round++) {
    const turn = random.below(2 ** depth);
    const reveal = tree.reveal(turn)!;
    const at = random.below(depth);
    const path = reveal.path.map((hash, i) => (i === at ? other(hash) : hash));
    const wrong = [
      tree.reveal((turn + 1 + random.below(2 ** depth - 1)) % 2 ** depth),
      { ...reveal, value: other(reveal.value) },
      { ...reveal, path },
      { ...reveal, path: reveal.path.slice(1) },
      { ...reveal, path: [...reveal.path, reveal.value] },
      { value: reveal.path[0]!, path: reveal.path.slice(1) },
      stranger.reveal(turn),
      null,
    ];
    for (const bad of wrong) assert.not.ok(isDueReveal(tree.commitment, turn, bad, depth));
    assert.ok(isDueReveal(tree.commitment, turn, reveal, depth));
  }
});

test("who committed to nothing, or has used up its values, reveals nothing", () => {
  const tree = new RevealTree(secret, 2);
  const reveal = tree.reveal(0)!;
  assert.ok(isDueReveal(null, 0, null, 2));
  assert.not.ok(isDueReveal(null, 0, reveal, 2));
  assert.is(tree.reveal(4), null);
  assert.ok(isDueReveal(tree.commitment, 4, null, 2));
  assert.not.ok(isDueReveal(tree.commitment, 4, reveal, 2));
});

test("a validator's turns count up by one, whoever is how many", () => {
  for (const n of [1, 4, 7])
    for (const number of [0, 1, 5]) {
      const epoch = makeEpoch(
        number,
        Array.from({ length: n }, (_, i) => `v${i}`),
      );
      const turns = new Map<number, number>();
      for (let view = 1; view <= 5 * n; view++) {
        const leader = leaderOf(epoch, view);
        assert.is(turnOf(view, n), turns.get(leader) ?? 0);
        turns.set(leader, (turns.get(leader) ?? 0) + 1);
      }
    }
});

test("a seed depends on all that came before, and is pinned", () => {
  const genesis = hashOf(new Uint8Array(32));
  const tree = new RevealTree(secret, 3);
  const first = seedAfter(genesis, tree.reveal(0));
  const seeds = [
    first,
    seedAfter(genesis, tree.reveal(1)),
    seedAfter(genesis, null),
    seedAfter(first, tree.reveal(1)),
    seedAfter(seedAfter(genesis, null), tree.reveal(1)),
  ];
  assert.is(new Set(seeds).size, seeds.length);
  assert.is(tree.commitment, "0x1a48583d86fdd01fdf1f2dfda15b316193c9affd43937e0dcc24ca8a150b1ee1");
  assert.is(seeds[3], "0xdff97a98d40d22e4461d2588a6cbba3f10bb9677656eec24128c587a32440ae6");
});

test.run();
