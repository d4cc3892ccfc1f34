/** Four validators' signers before the real contract: a batch, its revert, the same batch again, the next one. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { HEADER_WORDS } from "../../sequencer/exchange/limits.ts";
import { batchSigner } from "../../sequencer/node/batch-signer.ts";
import { Database } from "../../sequencer/store/database.ts";
import type { StoredBatch } from "../../sequencer/store/settlement.ts";
import { dataHashOf, headerOf } from "../../verifier-contracts/commitment.ts";
import type { DraftBatch } from "../../verifier-contracts/draft.ts";
import type { BatchRecord } from "../../verifier-contracts/records.ts";
import { batchDigest, orderSignatures, revertDigest } from "../../verifier-contracts/typed-data.ts";
import { type RegistryFixture, startRegistry } from "../contracts/registry-fixture.ts";
import { withFolder } from "./exchange-fixture.ts";

const STAKE = 1_000_000n;
const EPOCH = 1;

const storedAs = ({ allWords, commitment }: DraftBatch): StoredBatch => ({
  header: headerOf(allWords),
  words: [...allWords.slice(HEADER_WORDS)],
  commitment,
  usedSteps: 0,
  fills: 0,
});

/** Commits a batch after what the contract stands at, by the signers at these places. */
async function commitBy(
  { exchange }: RegistryFixture,
  signers: readonly ReturnType<typeof batchSigner>[],
  draft: DraftBatch,
): Promise<BatchRecord> {
  const { committedBatches, committedDigest } = await exchange.state();
  const statement = {
    epoch: EPOCH,
    number: committedBatches + 1,
    previousDigest: committedDigest,
    commitment: draft.commitment,
    dataHash: dataHashOf(draft.data),
  };
  const signatures = (await Promise.all(signers.map((signer) => signer.sign(statement)))).flat();
  const digest = batchDigest(await exchange.domain(), statement);
  const ordered = { ...draft, signatures: orderSignatures(digest, signatures) };
  return (await exchange.commitBatch(ordered)).record;
}

async function revert({ exchange, signers }: RegistryFixture, record: BatchRecord): Promise<void> {
  const statement = { epoch: EPOCH, from: record.number, digest: record.digest };
  const digest = revertDigest(await exchange.domain(), statement);
  const signatures = signers.slice(0, 3).map((signer) => signer.signingKey.sign(digest).serialized);
  await exchange.revertBatches({ record, signatures: orderSignatures(digest, signatures) });
}

test("a quorum's signers commit, and commit again after a revert; who was away joins in", async () => {
  const fixture = await startRegistry(4, { minimumStake: STAKE });
  try {
    await withFolder(async (folder) => {
      const { exchange, registry, signers, anvil, deploymentBlock } = fixture;
      for (const signer of signers) await fixture.join(signer, STAKE);
      await registry.sealEpoch();
      const { chainId } = await anvil.provider.getNetwork();
      const cut = new Map<number, StoredBatch>();
      const databases = await Promise.all(signers.map((_, index) => Database.open(`${folder}/${index}`)));
      const voters = signers.map((signer, index) =>
        batchSigner({
          database: databases[index]!,
          chainId,
          exchange: exchange.address,
          validatorKey: signer.privateKey,
          batch: async (number) => cut.get(number),
          published: (number) => exchange.recordOf(number, deploymentBlock),
        }),
      );

      const draft = await fixture.draft(EPOCH, []);
      cut.set(1, storedAs(draft));
      const first = await commitBy(fixture, voters.slice(0, 3), draft);
      await revert(fixture, first);
      assert.is((await exchange.state()).committedBatches, 0);
      const again = await commitBy(fixture, voters.slice(0, 3), draft);
      assert.is.not(again.digest, first.digest);
      assert.is(again.commitment, first.commitment);

      // The fourth has voted for nothing yet; the first and the second were here all along.
      const next = await fixture.draft(EPOCH, []);
      cut.set(2, storedAs(next));
      const second = await commitBy(fixture, [voters[0]!, voters[1]!, voters[3]!], next);
      assert.is(second.number, 2);
      await revert(fixture, second);
      await commitBy(fixture, voters.slice(1), next);
      assert.is((await exchange.state()).committedBatches, 2);
      await Promise.all(databases.map((database) => database.close()));
    });
  } finally {
    await fixture.stop();
  }
});

test.run();
