/** Fork points, and requests that are handed over whole. */
import { test } from "uvu";
import { equal, is, match, unreachable } from "uvu/assert";
import { extendTrail, findFork, type LinkedBlock } from "../../sequencer/chain/trail.ts";
import { wholeRequests } from "../../sequencer/chain/whole-requests.ts";
import { encodePayload, encodeWord, WordType } from "../../sequencer/exchange/word.ts";

/** Blocks n..m of a chain named by a letter, linked. */
const blocks = (from: number, to: number, chain = "a"): LinkedBlock[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    number: from + i,
    hash: `${chain}${from + i}`,
    parentHash: `${chain}${from + i - 1}`,
  }));

const hashesOf = (chain: readonly LinkedBlock[]) => async (number: number) =>
  chain.find((block) => block.number === number)?.hash;

test("the fork point is the newest block that the chain still has", async () => {
  const trail = blocks(5, 9);
  is((await findFork(trail, hashesOf(blocks(1, 9))))?.number, 9);
  is((await findFork(trail, hashesOf([...blocks(1, 6), ...blocks(7, 12, "b")])))?.number, 6);
});

test("a chain that became shorter forks at its head", async () => {
  is((await findFork(blocks(5, 9), hashesOf(blocks(1, 7))))?.number, 7);
});

test("there is no fork point when even the oldest block is gone", async () => {
  is(await findFork(blocks(5, 9), hashesOf([...blocks(1, 4), ...blocks(5, 12, "b")])), undefined);
});

test("a chain that ends before the oldest block says nothing of it", async () => {
  try {
    await findFork(blocks(5, 9), hashesOf(blocks(1, 4)));
    unreachable("it found one");
  } catch (error) {
    match(String(error), /no block 5/);
  }
});

test("new blocks replace those above the fork point, and old ones fall off", () => {
  const [five] = blocks(5, 5);
  const next = [{ number: 6, hash: "b6", parentHash: "a5" }, ...blocks(7, 8, "b")];
  equal(
    extendTrail(blocks(4, 7), five!, next, 2)?.map(({ hash }) => hash),
    ["b6", "b7", "b8"],
  );
});

test("the final block stays: it is the one whose loss is a fault", () => {
  equal(
    extendTrail(blocks(5, 7), blocks(7, 7)[0]!, blocks(8, 8), 2)?.map(({ number }) => number),
    [6, 7, 8],
  );
});

test("after a long absence only the last blocks are kept", () => {
  equal(
    extendTrail(blocks(1, 1), blocks(1, 1)[0]!, blocks(98, 100), 2)?.map(({ number }) => number),
    [98, 99, 100],
  );
});

test("blocks that do not hang together are no trail", () => {
  const fork = blocks(7, 7)[0]!;
  is(extendTrail(blocks(5, 7), fork, blocks(8, 9, "b"), 2), undefined);
  is(extendTrail(blocks(5, 7), fork, [...blocks(8, 8), ...blocks(9, 9, "b")], 2), undefined);
});

test("a request that has only begun waits for its end", () => {
  const [high, low] = [encodePayload(11, 1n, true), encodePayload(12, 2n, true)];
  const register = encodeWord({ type: WordType.register, l1: 1, account: 1 });
  const deposit = encodeWord({ type: WordType.deposit, l1: 1, account: 1 });
  equal(wholeRequests([deposit, high, low, register]), [deposit, high, low, register]);
  equal(wholeRequests([deposit, high, low]), [deposit]);
  equal(wholeRequests([deposit, high]), [deposit]);
  equal(wholeRequests([high, low]), []);
});

test.run();
