import { recoverAddress, Wallet } from "ethers";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { headerWords } from "../../sequencer/batch/header.ts";
import { batchSigner, type SignerError } from "../../sequencer/node/batch-signer.ts";
import { Database } from "../../sequencer/store/database.ts";
import type { StoredBatch } from "../../sequencer/store/settlement.ts";
import { dataHashOf, encodeBatchData } from "../../verifier-contracts/commitment.ts";
import { type BatchStatement, batchDigest, exchangeDomain } from "../../verifier-contracts/typed-data.ts";
import { withFolder } from "./exchange-fixture.ts";

const validator = new Wallet(`0x${"77".repeat(32)}`);
const exchange = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const chainId = 31337n;

const batch: StoredBatch = {
  header: {
    preRoot: 1n,
    postRoot: 2n,
    number: 1,
    epoch: 0,
    steps: 4,
    wordCount: 1,
    time: 5,
    l1Start: 0,
    l1End: 0,
    signaturesHash: 6n,
  },
  words: [7n],
  commitment: 8n,
  usedSteps: 1,
  fills: 0,
};

const statement: BatchStatement = {
  epoch: 0,
  number: 1,
  previousDigest: `0x${"00".repeat(32)}`,
  commitment: batch.commitment,
  dataHash: dataHashOf(encodeBatchData([...headerWords(batch.header), ...batch.words])),
};

const signerOver = (database: Database) =>
  batchSigner({
    database,
    chainId,
    exchange,
    validatorKey: validator.privateKey,
    batch: async (number) => (number === 1 ? batch : undefined),
  });

const codeOf = (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => "signed",
    (error: SignerError) => error.code,
  );

test("signs a batch that was cut here, the same way every time, also after a restart", async () =>
  withFolder(async (path) => {
    const database = await Database.open(path);
    const [signature] = await signerOver(database).sign(statement);
    const digest = batchDigest(exchangeDomain(chainId, exchange), statement);
    assert.is(recoverAddress(digest, signature!), validator.address);
    await database.close();
    const again = await Database.open(path);
    assert.equal(await signerOver(again).sign(statement), [signature]);
    await again.close();
  }));

test("signs nothing that it did not execute itself", async () =>
  withFolder(async (path) => {
    const database = await Database.open(path);
    const signer = signerOver(database);
    assert.is(await codeOf(signer.sign({ ...statement, number: 2 })), "unknownBatch");
    for (const changed of [{ commitment: 9n }, { dataHash: `0x${"11".repeat(32)}` }, { epoch: 1 }])
      assert.is(await codeOf(signer.sign({ ...statement, ...changed })), "foreignStatement");
    assert.is(await codeOf(signer.sign(statement)), "signed");
    await database.close();
  }));

test("never signs two digests for one number, not even asked at once", async () =>
  withFolder(async (path) => {
    const database = await Database.open(path);
    const signer = signerOver(database);
    const other = { ...statement, previousDigest: `0x${"22".repeat(32)}` };
    const answers = await Promise.all([codeOf(signer.sign(statement)), codeOf(signer.sign(other))]);
    assert.equal(answers, ["signed", "conflictingVote"]);
    await database.close();
    const again = await Database.open(path);
    assert.is(await codeOf(signerOver(again).sign(other)), "conflictingVote");
    await again.close();
  }));

test.run();
