/** What a node keeps of the registry: sets that never change, who has a say in the mesh, and where they are reached. */
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Hash } from "../../sequencer/consensus/messages.ts";
import { addressOf } from "../../sequencer/consensus/secp256k1.ts";
import { type Announcement, announcerOf, signAnnouncement } from "../../sequencer/network/announcement.ts";
import { peerIdOf, peerIdOfKey } from "../../sequencer/network/libp2p-node.ts";
import { Database } from "../../sequencer/store/database.ts";
import { identitySeed, peerKeyOf } from "../../sequencer/validator/identity.ts";
import { PeerAddresses } from "../../sequencer/validator/peer-addresses.ts";
import { RegistryBook } from "../../sequencer/validator/registry-book.ts";
import type { Member } from "../../sequencer/validator/registry-tables.ts";
import { lookAtRegistry, readSet } from "../../sequencer/validator/registry-watch.ts";
import type { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import type { RegistryContract } from "../../verifier-contracts/registry.ts";
import { withFolder } from "../node/exchange-fixture.ts";

const keys = [1, 2, 3, 4, 5, 6].map((byte) => new Uint8Array(32).fill(byte));
const members: readonly Member[] = keys.map((key) => ({ address: addressOf(key), peerKey: peerKeyOf(key) }));
const setOf = (...indices: readonly number[]): Member[] => indices.map((index) => members[index]!);
const addresses = (of: readonly Member[]): string[] => of.map(({ address }) => address);
const separator = new Uint8Array(32).fill(7);

/** Takes over. */
const NOBODY = { takeOvers: new Map<number, number>(), committed: null };

async function withDatabase(call: (database: Database) => Promise<void>): Promise<void> {
  await withFolder(async (path) => {
    const database = await Database.open(join(path, "data"));
    try {
      await call(database);
    } finally {
      await database.close();
    }
  });
}

test("a set is known from when it was read, may be proposed a while later, and is still there after a restart", async () =>
  withDatabase(async (database) => {
    let nowMs = 1_000;
    const book = await RegistryBook.load(database, () => nowMs);
    assert.is(book.sealedSet(1), "unseen");
    assert.equal(book.missing(0, 0), []);
    assert.equal(book.missing(0, 1), [1]);
    assert.ok(
      await book.learn({ current: 0, sealed: 1, sets: new Map([[1, setOf(0, 1, 2, 3)]]), ...NOBODY }),
    );
    assert.not.ok(await book.learn({ current: 0, sealed: 1, sets: new Map(), ...NOBODY }), "nothing new");
    assert.equal(book.sealedSet(1), addresses(setOf(0, 1, 2, 3)));
    assert.is(book.knownFor(1, 500), null);
    nowMs += 500;
    assert.equal(book.knownFor(1, 500), addresses(setOf(0, 1, 2, 3)));
    assert.is(book.knownFor(2, 0), null);
    const again = await RegistryBook.load(database, () => nowMs);
    assert.equal(again.membersOf(1), setOf(0, 1, 2, 3));
    assert.equal(again.knownFor(1, 500), addresses(setOf(0, 1, 2, 3)), "the others have seen it long ago");
    assert.equal(again.peers, book.peers);
  }));

test("in the mesh are the sets of before, now and next; who joins late reads these and the first one", async () =>
  withDatabase(async (database) => {
    const book = await RegistryBook.load(database, () => 0);
    assert.equal(book.missing(7, 8), [1, 6, 7, 8]);
    const sets = [
      [1, setOf(0)],
      [6, setOf(1, 2)],
      [7, setOf(2, 3)],
      [8, setOf(4, 3)],
    ] as const;
    await book.learn({ current: 7, sealed: 8, sets: new Map(sets), ...NOBODY });
    assert.equal(book.missing(7, 8), []);
    assert.equal([...addresses(book.peers)].sort(), [...addresses(setOf(1, 2, 3, 4))].sort());
    assert.not.ok(book.isPeer(members[0]!.address), "the first set has no say any more");
    await book.learn({ current: 8, sealed: 8, sets: new Map(), ...NOBODY });
    assert.equal([...addresses(book.peers)].sort(), [...addresses(setOf(2, 3, 4))].sort());
  }));

test("a set that takes over is named by L1 alone, to those who have come to what it took over from", async () =>
  withDatabase(async (database) => {
    const book = await RegistryBook.load(database, () => 0);
    const committed = { batches: 7, root: 5n };
    // The fourth epoch never began: the fifth took over from the third.
    const takeOvers = new Map([[5, 3]]);
    assert.equal(book.missing(3, 5, takeOvers), [1, 2, 3, 4, 5]);
    const sets = new Map([1, 2, 3, 4, 5].map((epoch) => [epoch, setOf(epoch - 1, 5)]));
    assert.ok(await book.learn({ current: 3, sealed: 5, sets, takeOvers, committed }));
    assert.not.ok(
      await book.learn({ current: 3, sealed: 5, sets: new Map(), takeOvers: new Map(), committed }),
      "nothing new",
    );
    assert.is(book.takesOver(2), null, "it follows the chain first");
    for (const from of [3, 4]) {
      const { epoch, unended, committed: taken } = book.takesOver(from)!;
      assert.equal([epoch.number, epoch.validators], [5, addresses(setOf(4, 5))]);
      assert.equal(
        unended.map(({ number }) => number),
        [3, 4].filter((number) => number >= from),
      );
      assert.equal(taken, committed);
    }
    assert.is(book.takesOver(5), null);
    assert.is(book.sealedSet(5), "never");
    assert.equal(book.sealedSet(3), addresses(setOf(2, 5)));
    assert.is(book.knownFor(4, 0), null, "the third hands over to nobody any more");
    assert.equal(book.knownFor(3, 0), addresses(setOf(2, 5)));

    const again = await RegistryBook.load(database, () => 0);
    assert.is(again.takeOversThrough, 5);
    assert.is(again.takesOver(3), null, "what L1 has is not known before it was looked at");
    // It began meanwhile, and a further set was sealed.
    const later = new Map([[6, setOf(0, 5)]]);
    await again.learn({ current: 5, sealed: 6, sets: later, takeOvers: new Map(), committed: null });
    assert.is(again.takesOver(3)!.committed, null, "whoever began saw to that");
    assert.is(again.takesOver(5), null);
    assert.equal(again.knownFor(6, 0), addresses(setOf(0, 5)), "handed over to as always");
  }));

test("of the epochs that were not looked at before, those that take over are read, and what L1 had then", async () =>
  withDatabase(async (database) => {
    const book = await RegistryBook.load(database, () => 0);
    const began = [0, 100, 200, 0, 0];
    const registry = {
      orderingEpochs: async () => ({ current: 2, earliest: 4, latest: 4 }),
      epochOf: async (epoch: number) => ({ beganAt: began[epoch], takesOver: epoch === 4 }),
      members: async (epoch: number) => addresses(setOf(epoch)),
      validatorOf: async (signer: string) => members.find(({ address }) => address === signer),
    } as unknown as RegistryContract;
    const asked: unknown[] = [];
    const exchange = {
      state: async (block: number) => {
        asked.push(block);
        return { committedBatches: 9, committedRoot: 4n };
      },
    } as unknown as ExchangeContract;
    const options = {
      ...{ provider: { getBlockNumber: async () => 30 }, registry, exchange, book, log: console },
      ...{ deploymentBlock: 10, finalityBlocks: 2, intervalMs: 1 },
    };
    assert.ok(await lookAtRegistry(options));
    assert.equal(asked, [28], "as of the same final block");
    const { epoch, unended, committed } = book.takesOver(2)!;
    assert.equal([epoch.number, unended.map(({ number }) => number)], [4, [2, 3]]);
    assert.equal(committed, { batches: 9, root: 4n });
    assert.is(book.takesOver(1), null);
    assert.not.ok(await lookAtRegistry(options));
  }));

test("what counts is a block deep enough; before the deployment is deep there is nothing to read", async () =>
  withDatabase(async (database) => {
    const book = await RegistryBook.load(database, () => 0);
    const asked: unknown[] = [];
    const sealedAt = 20;
    const registry = {
      orderingEpochs: async (block: number) => {
        asked.push(block);
        return block < sealedAt
          ? { current: 0, earliest: 0, latest: 0 }
          : { current: 0, earliest: 1, latest: 1 };
      },
      members: async () => setOf(2, 1).map(({ address }) => address.toUpperCase().replace("0X", "0x")),
      epochOf: async () => ({ takesOver: false }),
      validatorOf: async (signer: string) => members.find(({ address }) => address === signer.toLowerCase()),
    } as unknown as RegistryContract;
    let head = 11;
    const options = () => ({
      ...{ provider: { getBlockNumber: async () => head }, registry, book, log: console },
      ...{ deploymentBlock: 10, finalityBlocks: 2, intervalMs: 1, exchange: {} as ExchangeContract },
    });
    const look = () => lookAtRegistry(options());
    assert.not.ok(await look());
    assert.equal(asked, []);
    head = 21;
    assert.not.ok(await look());
    assert.equal(asked, [19]);
    assert.is(book.sealedSet(1), "unseen");
    head = 22;
    assert.ok(await look());
    assert.equal(book.sealedSet(1), addresses(setOf(2, 1)));
    assert.not.ok(await look());
    assert.equal(await readSet(options(), 1), setOf(2, 1));
    for (const epoch of [0, 2])
      assert.is(await readSet(options(), epoch), undefined, `${epoch} is not sealed`);
    const another = { ...options(), book: await RegistryBook.load(database, () => 0) };
    head = 11;
    assert.equal(await readSet(another, 1), setOf(2, 1), "kept, so no L1 is needed");
  }));

test("a registered key names the node that has its secret; bytes that are no key name nobody", async () => {
  for (const key of keys) {
    const registered = Buffer.from(peerKeyOf(key).slice(2), "hex");
    assert.is(peerIdOfKey(registered), await peerIdOf(identitySeed(key)));
  }
  assert.is(peerIdOfKey(new Uint8Array(31)), null);
});

const announce = (index: number, timeMs: number, ...multiaddrs: string[]): Announcement =>
  signAnnouncement(separator, keys[index]!, { timeMs, multiaddrs });

let nowMs = 1_000_000;

async function bookOfAddresses(database: Database, isMember = (index: number) => index < 3) {
  return await PeerAddresses.load({
    database,
    separator,
    hints: new Map([[members[0]!.address, ["/ip4/10.0.0.1/tcp/1", "/ip4/10.0.0.2/tcp/1"]]]),
    isMember: (address) => isMember(members.findIndex((member) => member.address === address)),
    nowMs: () => nowMs,
  });
}

test("an announcement is its signer's, for one exchange, with all of its words", () => {
  const said = announce(0, 5, "/ip4/1.2.3.4/tcp/5");
  assert.is(announcerOf(separator, said), members[0]!.address);
  for (const changed of [{ timeMs: 6 }, { multiaddrs: ["/ip4/1.2.3.4/tcp/6"] }, { multiaddrs: [] }])
    assert.is.not(announcerOf(separator, { ...said, ...changed }), members[0]!.address);
  assert.is.not(announcerOf(new Uint8Array(32), said), members[0]!.address);
  const garbage = { ...said, signature: `0x${"ff".repeat(65)}` as Hash };
  assert.is(announcerOf(separator, garbage), undefined);
});

test("of one member the newest announcement counts, before the configuration, and after a restart", async () =>
  withDatabase(async (database) => {
    const book = await bookOfAddresses(database);
    const [zero, one] = [members[0]!.address, members[1]!.address];
    assert.equal(book.of(zero), ["/ip4/10.0.0.1/tcp/1", "/ip4/10.0.0.2/tcp/1"]);
    assert.equal(book.of(one), []);
    assert.is(await book.take(announce(0, 100_000, "/ip4/1.1.1.1/tcp/1", "/ip4/10.0.0.2/tcp/1")), "new");
    assert.equal(book.of(zero), ["/ip4/1.1.1.1/tcp/1", "/ip4/10.0.0.2/tcp/1", "/ip4/10.0.0.1/tcp/1"]);
    assert.is(await book.take(announce(0, 90_000, "/ip4/2.2.2.2/tcp/1")), "old");
    nowMs += 9_999;
    const newer = announce(0, 110_000, "/ip4/2.2.2.2/tcp/1");
    assert.is(await book.take(newer), "old", "nobody floods by new ones");
    nowMs += 1;
    assert.is(await book.take(announce(0, 110_000, "/ip4/2.2.2.2/tcp/1")), "new");
    assert.is(await book.take(announce(0, 110_000, "/ip4/2.2.2.2/tcp/1")), "old");
    const again = await bookOfAddresses(database);
    assert.is(again.of(zero)[0], "/ip4/2.2.2.2/tcp/1");
    assert.equal(again.all, book.all);
  }));

test("strangers, empty ones and such from the future are not kept; who is no member any more is forgotten", async () =>
  withDatabase(async (database) => {
    let least = 0;
    const book = await bookOfAddresses(database, (index) => index >= least && index < 3);
    assert.is(await book.take(announce(3, 1, "/ip4/1.1.1.1/tcp/1")), "strange");
    assert.is(await book.take(announce(0, 1)), "strange");
    assert.is(await book.take(announce(0, nowMs + 600_001, "/ip4/1.1.1.1/tcp/1")), "strange");
    for (const index of [0, 1]) await book.take(announce(index, 1, "/ip4/1.1.1.1/tcp/1"));
    assert.is(book.all.length, 2);
    least = 1;
    assert.is(book.all.length, 1, "nobody is told of who left");
    await book.take(announce(2, 1, "/ip4/1.1.1.1/tcp/1"));
    least = 0;
    assert.is((await bookOfAddresses(database)).all.length, 2);
  }));

test.run();
