/** Joining, ordering, handing over, lying and leaving, on a real node with real proofs. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { dataHashOf } from "../../verifier-contracts/commitment.ts";
import { batchEvidence, type SignedVote, voteEvidence } from "../../verifier-contracts/evidence.ts";
import type { ContractRefused } from "../../verifier-contracts/refusal.ts";
import {
  batchDigest,
  finalizeDigest,
  joinDigest,
  notarizeDigest,
  nullifyDigest,
} from "../../verifier-contracts/typed-data.ts";
import { malleate, refused } from "./exchange-fixture.ts";
import { peerKeyOf, type RegistryFixture, signerAt, startRegistry } from "./registry-fixture.ts";

const STAKE = 1_000_000n;
const TERMS = { minimumStake: STAKE, epochSeconds: 100, handoverSeconds: 50, unbondingSeconds: 1000 };
const [A, B] = [`0x${"aa".repeat(32)}`, `0x${"bb".repeat(32)}`];

let fixture: RegistryFixture;

test.before(async () => {
  fixture = await startRegistry(6, TERMS);
});
test.after(async () => {
  await fixture?.stop();
});

/** A vote as the consensus casts it. */
async function vote(
  signer: number,
  kind: SignedVote["kind"],
  epoch: number,
  view: number,
  block: string | null,
): Promise<SignedVote> {
  const domain = await fixture.exchange.domain();
  const digest =
    kind === "nullify"
      ? nullifyDigest(domain, { epoch, view })
      : (kind === "notarize" ? notarizeDigest : finalizeDigest)(domain, { epoch, view, blockHash: block! });
  const signature = fixture.signers[signer]!.signingKey.sign(digest).serialized;
  return { kind, epoch, view, block, signature };
}

const balance = async (): Promise<bigint> =>
  (await fixture.token.getFunction("balanceOf")(fixture.operator.address)) as bigint;

test("nobody orders before four have joined and a set is sealed", async () => {
  const { registry, exchange, signers, join, draft } = fixture;
  assert.is((await registry.terms()).minimumStake, STAKE);
  for (const signer of signers.slice(0, 3)) await join(signer, STAKE);
  assert.equal(await refused(registry.sealEpoch()), { code: "TooFewCandidates", candidates: 3n, needed: 4n });
  const early = await draft(1, signers.slice(0, 3));
  assert.equal(await refused(exchange.commitBatch(early)), {
    code: "WrongEpoch",
    earliest: 0n,
    latest: 0n,
    given: 1n,
  });
  await join(signers[3]!, STAKE);
  const sealed = await registry.sealEpoch();
  assert.is(sealed.epoch, 1);
  assert.equal(
    sealed.members,
    signers.slice(0, 4).map(({ address }) => address),
  );
  assert.equal(await registry.members(1), sealed.members);
  assert.is(await registry.quorum(1), 3);
  assert.equal(await registry.orderingEpochs(), { current: 0, earliest: 1, latest: 1 });
});

test("the digest that a signer consents to is the contract's", async () => {
  const { registry, exchange, operator, signers } = fixture;
  const [signer] = signers;
  const validator = await registry.validatorOf(signer!.address);
  assert.equal(
    { owner: validator.owner, peerKey: validator.peerKey, stake: validator.stake, status: validator.status },
    { owner: operator.address, peerKey: peerKeyOf(signer!), stake: STAKE, status: "candidate" },
  );
  const foreign = joinDigest(await exchange.domain(), { owner: signer!.address, peerKey: A });
  const consent = signers[4]!.signingKey.sign(foreign).serialized;
  assert.equal(
    await refused(registry.join({ signer: signers[4]!.address, peerKey: A, stake: STAKE, consent })),
    { code: "NoConsent", signer: signers[4]!.address },
  );
});

test("three of four order, two do not, and the first batch begins the epoch", async () => {
  const { exchange, registry, signers, draft, commit, prove } = fixture;
  const two = await draft(1, signers.slice(0, 2));
  assert.equal(await refused(exchange.commitBatch(two)), { code: "TooFewSignatures", given: 2n, needed: 3n });
  const record = await commit(1, signers.slice(0, 3));
  assert.is(record.epoch, 1);
  assert.is(await registry.currentEpoch(), 1);
  await prove(record);
  assert.is((await exchange.state()).provenBatches, 1);
});

test("reports a liar once, in whatever spelling it signed, and pays the reporter a tenth", async () => {
  const { registry, anvil, token, signers } = fixture;
  const reporter = anvil.wallet(5);
  const first = await vote(3, "finalize", 1, 7, A);
  const nullified = await vote(3, "nullify", 1, 7, null);
  const evidence = voteEvidence({ ...nullified, signature: malleate(nullified.signature) }, first)!;
  assert.is(evidence.offence, "finalizeAndNullify");
  const { signer, reward } = await registry.connect(reporter).slash(evidence);
  assert.is(signer, signers[3]!.address);
  assert.is(reward, STAKE / 10n);
  assert.is(await token.getFunction("balanceOf")(reporter.address), STAKE / 10n);
  assert.is((await registry.validatorOf(signer)).status, "slashed");
  const again = voteEvidence(await vote(3, "notarize", 1, 8, A), await vote(3, "notarize", 1, 8, B))!;
  assert.equal(await refused(registry.slash(again)), { code: "NothingAtStake", signer });
});

test("two batches of one number after one digest are evidence, after two digests they are not", async () => {
  const { exchange, signers, draft } = fixture;
  const domain = await exchange.domain();
  const { committedDigest } = await exchange.state();
  const signed = async (previousDigest: string) => {
    const { data, commitment } = await draft(1, []);
    const statement = { epoch: 1, number: 2, previousDigest, commitment, dataHash: dataHashOf(data) };
    const digest = batchDigest(domain, statement);
    return { ...statement, signature: signers[2]!.signingKey.sign(digest).serialized };
  };
  const [one, two, other] = [await signed(committedDigest), await signed(committedDigest), await signed(A)];
  assert.is(batchEvidence(one, other), undefined);
  assert.is(batchEvidence(one, one), undefined);
  const evidence = batchEvidence(one, two)!;
  const { signer } = await fixture.registry.slash(evidence);
  assert.is(signer, signers[2]!.address);
});

test("what does not contradict itself is no evidence, and the contract agrees", async () => {
  const { registry } = fixture;
  const votes = [
    await vote(0, "notarize", 1, 9, A),
    await vote(0, "finalize", 1, 9, B),
    await vote(0, "notarize", 1, 10, B),
    await vote(0, "nullify", 1, 10, null),
    await vote(0, "notarize", 2, 9, B),
  ];
  for (const a of votes) for (const b of votes) assert.is(voteEvidence(a, b), undefined);
  const twice = voteEvidence(votes[0]!, { ...votes[0]!, block: B })!;
  assert.is((await refused(registry.slash(twice))).code, "DifferentSigners");
});

test("hands over to the next set; who left is paid after its last batch is proven and the time passed", async () => {
  const { registry, exchange, signers, join, draft, commit, prove, passSeconds } = fixture;
  const [leaver] = signers;
  for (const signer of signers.slice(4)) await join(signer, STAKE);
  const last = await commit(1, signers.slice(0, 3));
  assert.is((await registry.leave(leaver!.address)).lastEpoch, 1);
  await passSeconds(TERMS.epochSeconds);
  assert.is((await refused(registry.sealEpoch())).code, "TooFewCandidates");
  const newcomer = signerAt(6);
  await join(newcomer, STAKE);
  assert.is((await registry.sealEpoch()).epoch, 2);
  const nextSet = [signers[1]!, signers[4]!, newcomer];

  await passSeconds(TERMS.handoverSeconds + 1);
  assert.equal(await registry.orderingEpochs(), { current: 1, earliest: 2, latest: 2 });
  const late = await draft(1, signers.slice(0, 3));
  assert.is((await refused(exchange.commitBatch(late))).code, "WrongEpoch");
  const first = await commit(2, nextSet);
  assert.is((await registry.epochOf(2)).priorBatches, 2);

  const withdraw = () => registry.withdrawStake(leaver!.address);
  assert.equal(await refused(withdraw()), { code: "BatchesUnproven", needed: 2n, proven: 1n });
  await prove(last);
  assert.is((await refused(withdraw())).code, "StillUnbonding");
  await passSeconds(TERMS.unbondingSeconds);
  const before = await balance();
  const paid = await withdraw();
  assert.equal([paid.stake, paid.to], [STAKE, fixture.operator.address]);
  assert.is(await balance(), before + STAKE);
  await prove(first);
});

test("everything that happened is read back from the chain", async () => {
  const { registry, signers, deploymentBlock } = fixture;
  const events = await registry.events(deploymentBlock, "latest");
  assert.equal(
    events.map(({ name }) => name),
    [
      ...["Joined", "Joined", "Joined", "Joined", "EpochSealed", "EpochBegan"],
      ...["Left", "Slashed", "Left", "Slashed", "Joined", "Joined", "Left", "Joined"],
      ...["EpochSealed", "EpochBegan", "StakeWithdrawn"],
    ],
  );
  const slashed = events.filter((event) => event.name === "Slashed");
  assert.equal(
    slashed.map(({ signer, offence, position }) => ({ signer, offence, position })),
    [
      { signer: signers[3]!.address, offence: "finalizeAndNullify", position: 7 },
      { signer: signers[2]!.address, offence: "batchTwice", position: 2 },
    ],
  );
});

test("a refusal of the registry says its facts", async () => {
  const { registry } = fixture;
  const error = await registry.leave(A.slice(0, 42)).catch((reason: unknown) => reason as ContractRefused);
  assert.match(String(error), "NotACandidate");
});

test.run();
