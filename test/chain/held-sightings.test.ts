/** What others bring to L1 before this node has cut it: recorded once it is cut, if it is still so by then. */
import { suite } from "uvu";
import { equal, is, ok } from "uvu/assert";
import { HeldSightings } from "../../sequencer/chain/held-sightings.ts";
import type { BatchSettlement, L1Transaction } from "../../sequencer/chain/settlement-record.ts";
import { chainSuite } from "./chain-suite.ts";
import { DurableNode } from "./durable-node.ts";
import type { SettledExchange } from "./settled-exchange.ts";

const transactionAt = (block: number): L1Transaction => ({
  ...{ hash: `0x${block}`, block, blockHash: `0xb${block}` },
  ...{ time: 0, gasUsed: 1n, gasPrice: 1n },
});
const sighting = (number: number, commit: number | null, prove: number | null = null): BatchSettlement => ({
  number,
  commit: commit === null ? null : transactionAt(commit),
  prove: prove === null ? null : transactionAt(prove),
});
const changesOf = (...sightings: BatchSettlement[]) =>
  new Map(sightings.map((settlement) => [settlement.number, settlement]));

const book = suite("sightings of batches that are not here");

book("are held of batches after the newest one only, and nothing of what was taken back", () => {
  const held = new HeldSightings(10);
  held.replace(changesOf(sighting(3, 5), sighting(4, 6), sighting(5, null)), 3);
  equal([...held.upTo(9).keys()], [4]);
  held.replace(changesOf(sighting(4, null)), 3);
  is(held.upTo(9).size, 0);
});

book("are those of a block's time", () => {
  const held = new HeldSightings(10);
  held.replace(changesOf(sighting(4, 6, 8), sighting(5, 7)), 3);
  equal([...held.upTo(6).values()], [sighting(4, 6)]);
  is(held.upTo(5).size, 0);
});

book("are handed out when their batch is cut", () => {
  const held = new HeldSightings(10);
  held.replace(changesOf(sighting(4, 6), sighting(5, 7)), 3);
  const cut = held.cutBy(4);
  equal([...cut.keys()], [4]);
  held.forget(cut.keys());
  equal([...held.upTo(9).keys()], [5]);
});

book("are bounded: of the batches that are cut last it is only known that something is missing", () => {
  const held = new HeldSightings(2);
  held.replace(changesOf(sighting(6, 8), sighting(4, 6), sighting(5, 7)), 3);
  equal([...held.upTo(9).keys()], [4, 5]);
  equal(
    [5, 6, 7].map((number) => held.hasDropped(number)),
    [false, true, true],
  );
  held.clear();
  is(held.hasDropped(6), false);
});

book.run();

let chain: SettledExchange;
let node: DurableNode;
/** Of the same set, and behind. */
let late: DurableNode;
const test = chainSuite("a node that cuts later than others commit", async (settled) => {
  chain = settled;
  node = new DurableNode(chain);
  late = new DurableNode(chain);
  await node.begin();
  await node.cutBatch();
  await late.watcher.look();
});

function catchUp(): void {
  late.cut.push(...node.cut.slice(late.cut.length));
  for (const [number, proof] of node.proven) late.proven.set(number, proof);
}

test("records commitment and proof when it has cut the batch, though the chain has not moved", async () => {
  await node.prove(1);
  await node.round(1);
  await late.watcher.look();
  await node.round(1);
  await late.watcher.look();
  is(late.settlements.size, 0);
  catchUp();
  await late.watcher.look();
  equal(late.settlements.get(1), node.settlements.get(1));
  ok(late.settlements.get(1)?.prove);
});

test("sends the proof of a batch that another one committed before it was cut here", async () => {
  await node.round(1);
  await late.watcher.look();
  await node.prove(1);
  catchUp();
  await late.watcher.look();
  is(await late.submitter.advance(), "sent");
  is((await chain.exchange.state()).provenBatches, 1);
});

test("records nothing that a reorganisation undid meanwhile", async () => {
  await node.round(2);
  await late.watcher.look();
  await chain.reorganise(1);
  await late.watcher.look();
  catchUp();
  await late.watcher.look();
  ok(late.settlements.get(1)?.commit);
  is(late.settlements.get(2), undefined);
});

test("reads again what there was no room for", async () => {
  late.maxHeldBatches = 1;
  late.restart();
  await node.round(2);
  await late.watcher.look();
  catchUp();
  await late.watcher.look();
  equal([...late.settlements.values()], [...node.settlements.values()]);
  is(late.settlements.size, 2);
});

test.run();
