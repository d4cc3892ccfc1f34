import { recoverAddress, Wallet } from "ethers";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { headerWords } from "../../sequencer/batch/header.ts";
import { batchSigner, type SignerError, type StandingDigest } from "../../sequencer/node/batch-signer.ts";
import { Database } from "../../sequencer/store/database.ts";
import type { StoredBatch } from "../../sequencer/store/settlement.ts";
import { dataHashOf, encodeBatchData } from "../../verifier-contracts/commitment.ts";
import { batchEvidence } from "../../verifier-contracts/evidence.ts";
import {
  type BatchStatement,
  batchDigest,
  exchangeDomain,
  revertDigest,
} from "../../verifier-contracts/typed-data.ts";
import { withFolder } from "./exchange-fixture.ts";

const validator = new Wallet(`0x${"77".repeat(32)}`);
const exchange = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const chainId = 31337n;

const domain = exchangeDomain(chainId, exchange);

/** A batch of its own words: `salt` tells two of one number apart. */
const batchOf = (number: number, { epoch = 0, salt = 7n } = {}): StoredBatch => ({
  header: {
    preRoot: 1n,
    postRoot: 2n,
    number,
    epoch,
    steps: 4,
    wordCount: 1,
    time: 5,
    l1Start: 0,
    l1End: 0,
    signaturesHash: 6n,
  },
  words: [salt],
  commitment: 8n,
  usedSteps: 1,
  fills: 0,
});

const statementOf = ({ header, words, commitment }: StoredBatch, previousDigest: string): BatchStatement => ({
  epoch: header.epoch,
  number: header.number,
  previousDigest,
  commitment,
  dataHash: dataHashOf(encodeBatchData([...headerWords(header), ...words])),
});

const digestOf = (batch: StoredBatch, previousDigest: string): string =>
  batchDigest(domain, statementOf(batch, previousDigest));

const revertOf = (batch: StoredBatch, previousDigest: string, epoch: number): string =>
  revertDigest(domain, { epoch, from: batch.header.number, digest: digestOf(batch, previousDigest) });

const NOTHING = `0x${"00".repeat(32)}`;
const NOBODYS = `0x${"22".repeat(32)}`;
const [one, two] = [batchOf(1), batchOf(2)];
const first = statementOf(one, NOTHING);

interface Surroundings {
  readonly cut?: readonly StoredBatch[];
  readonly published?: Readonly<Record<number, StandingDigest>>;
}

const signerOver = (database: Database, { cut = [one, two], published = {} }: Surroundings = {}) =>
  batchSigner({
    database,
    chainId,
    exchange,
    validatorKey: validator.privateKey,
    batch: async (number) => cut.find(({ header }) => header.number === number),
    published: async (number) => published[number],
  });

const codeOf = (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => "signed",
    (error: SignerError) => error.code,
  );

async function withDatabase(run: (database: Database) => Promise<void>): Promise<void> {
  await withFolder(async (path) => {
    const database = await Database.open(path);
    try {
      await run(database);
    } finally {
      await database.close();
    }
  });
}

test("signs a batch that was cut here, the same way every time, also after a restart", async () =>
  withFolder(async (path) => {
    const database = await Database.open(path);
    const [signature] = await signerOver(database).sign(first);
    assert.is(recoverAddress(digestOf(one, NOTHING), signature!), validator.address);
    await database.close();
    const again = await Database.open(path);
    assert.equal(await signerOver(again).sign(first), [signature]);
    await again.close();
  }));

test("signs nothing that it did not execute itself", async () =>
  withDatabase(async (database) => {
    const signer = signerOver(database, { cut: [one] });
    assert.is(await codeOf(signer.sign({ ...first, number: 2 })), "unknownBatch");
    for (const changed of [{ commitment: 9n }, { dataHash: `0x${"11".repeat(32)}` }, { epoch: 1 }])
      assert.is(await codeOf(signer.sign({ ...first, ...changed })), "foreignStatement");
    assert.is(await codeOf(signer.sign(first)), "signed");
  }));

test("never signs two digests after one, not even asked at once or after a restart", async () =>
  withFolder(async (path) => {
    const other = batchOf(1, { salt: 9n });
    const database = await Database.open(path);
    let now = one;
    const signer = batchSigner({
      database,
      chainId,
      exchange,
      validatorKey: validator.privateKey,
      batch: async () => now,
      published: async () => undefined,
    });
    const voted = await Promise.all([codeOf(signer.sign(first)), codeOf(signer.sign(first))]);
    assert.equal(voted, ["signed", "signed"]);
    now = other;
    const different = statementOf(other, NOTHING);
    assert.is(await codeOf(signer.sign(different)), "conflictingVote");
    await database.close();
    const again = await Database.open(path);
    assert.is(await codeOf(signerOver(again, { cut: [other] }).sign(different)), "conflictingVote");
    assert.is(await codeOf(signerOver(again).sign(first)), "signed");
    await again.close();
  }));

test("goes on from its own vote for the batch before, and from nothing that it cannot explain", async () =>
  withDatabase(async (database) => {
    const signer = signerOver(database);
    assert.is(await codeOf(signer.sign(statementOf(two, digestOf(one, NOTHING)))), "unknownPrevious");
    await signer.sign(first);
    for (const previous of [NOBODYS, NOTHING, digestOf(batchOf(1, { salt: 9n }), NOTHING)])
      assert.is(await codeOf(signer.sign(statementOf(two, previous))), "unknownPrevious");
    assert.is(await codeOf(signer.sign(statementOf(one, NOBODYS))), "unknownPrevious");
    assert.is(await codeOf(signer.sign(statementOf(two, digestOf(one, NOTHING)))), "signed");
  }));

test("signs the same batch again after a revert, and both votes are no evidence", async () =>
  withDatabase(async (database) => {
    const signer = signerOver(database);
    const [before] = await signer.sign(first);
    const again = statementOf(one, revertOf(one, NOTHING, 0));
    const [after] = await signer.sign(again);
    assert.is.not(before, after);
    assert.is(batchEvidence({ ...first, signature: before! }, { ...again, signature: after! }), undefined);
    // And again, and on from there.
    const third = statementOf(one, revertOf(one, again.previousDigest, 0));
    assert.is(await codeOf(signer.sign(third)), "signed");
    assert.is(await codeOf(signer.sign(statementOf(two, digestOf(one, third.previousDigest)))), "signed");
    assert.is(await codeOf(signer.sign(statementOf(two, digestOf(two, NOBODYS)))), "unknownPrevious");
  }));

test("signs again in a later epoch what an earlier one ordered and a later one took back", async () =>
  withDatabase(async (database) => {
    await signerOver(database).sign(first);
    const later = batchOf(1, { epoch: 3 });
    const signer = signerOver(database, { cut: [later] });
    for (const epoch of [0, 2, 3])
      assert.is(await codeOf(signer.sign(statementOf(later, revertOf(one, NOTHING, epoch)))), "signed");
    const future = statementOf(later, revertOf(one, NOTHING, 4));
    assert.is(await codeOf(signer.sign(future)), "unknownPrevious");
  }));

test("after an absence takes up what L1 published", async () =>
  withDatabase(async (database) => {
    const digest = digestOf(batchOf(1, { salt: 9n }), NOBODYS);
    const published = { 1: { epoch: 0, digest } };
    const signer = signerOver(database, { published });
    assert.is(await codeOf(signer.sign(statementOf(two, digest))), "signed");
    const reverted = revertDigest(domain, { epoch: 0, from: 1, digest });
    assert.is(await codeOf(signer.sign(statementOf(one, reverted))), "signed");
    assert.is(await codeOf(signer.sign(statementOf(two, reverted))), "unknownPrevious");
  }));

test.run();
