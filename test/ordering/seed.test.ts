import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Hash } from "../../sequencer/consensus/messages.ts";
import { addressOf } from "../../sequencer/consensus/secp256k1.ts";
import {
  hashOf,
  isDueReveal,
  type Reveal,
  revealOf,
  seedAfter,
  type Turn,
} from "../../sequencer/ordering/seed.ts";

const keys = [7, 8].map((byte) => new Uint8Array(32).fill(byte));
const [leader, other] = keys.map((key) => addressOf(key)) as [Hash, Hash];
const turn: Turn = { separator: new Uint8Array(32).fill(1), epoch: 3, view: 5 };
const reveal = revealOf(keys[0]!, turn);
const genesis = hashOf(new Uint8Array(32));

test("a leader shows the one value that its key has for its turn", () => {
  assert.ok(isDueReveal(leader, turn, reveal));
  assert.equal(revealOf(keys[0]!, turn), reveal, "after a restart too");
});

test("nothing else passes: another leader's, of another view, epoch or exchange, with another proof or key", () => {
  assert.not.ok(isDueReveal(other, turn, reveal));
  assert.not.ok(isDueReveal(leader, turn, revealOf(keys[1]!, turn)));
  const turns: Turn[] = [
    { ...turn, view: 6 },
    { ...turn, epoch: 4 },
    { ...turn, separator: new Uint8Array(32).fill(2) },
    { ...turn, epoch: turn.view, view: turn.epoch },
  ];
  const seeds = new Set([seedAfter(genesis, reveal)]);
  for (const one of turns) {
    assert.not.ok(isDueReveal(leader, one, reveal));
    const due = revealOf(keys[0]!, one);
    assert.not.ok(isDueReveal(leader, turn, due));
    assert.ok(isDueReveal(leader, one, due));
    seeds.add(seedAfter(genesis, due));
  }
  assert.is(seeds.size, turns.length + 1, "each turn has a value of its own");
  const mixed: Reveal[] = [
    { ...reveal, proof: revealOf(keys[0]!, turns[0]!).proof },
    { ...reveal, publicKey: revealOf(keys[1]!, turn).publicKey },
    { ...reveal, publicKey: `0x${"00".repeat(33)}` },
    { ...reveal, proof: `0x${"00".repeat(81)}` },
  ];
  for (const one of mixed) assert.not.ok(isDueReveal(leader, turn, one));
});

test("a seed depends on all that came before, and is pinned", () => {
  const later = revealOf(keys[0]!, { ...turn, view: 6 });
  const first = seedAfter(genesis, reveal);
  const seeds = [
    first,
    seedAfter(genesis, later),
    seedAfter(first, later),
    seedAfter(seedAfter(genesis, later), later),
  ];
  assert.is(new Set(seeds).size, seeds.length);
  assert.is(seeds[2], "0xc023d126ee8aac3e52a84072c49c4a4e0431af618fb40aa520a80299bf1c61bf");
});

test.run();
