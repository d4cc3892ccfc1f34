/** Collecting a quorum's signatures for batches: what is done once, whose turn it is, and who signed something else. */
import { recoverAddress, SigningKey } from "ethers";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { BatchVote } from "../../sequencer/batch/batch-vote.ts";
import type { CutBatch } from "../../sequencer/chain/ports.ts";
import type { Hash, Signature } from "../../sequencer/consensus/messages.ts";
import { addressOf } from "../../sequencer/consensus/secp256k1.ts";
import { BatchVotes } from "../../sequencer/validator/batch-votes.ts";
import { batchEvidence, type Evidence, evidenceDigests } from "../../verifier-contracts/evidence.ts";
import { type BatchStatement, batchDigest, exchangeDomain } from "../../verifier-contracts/typed-data.ts";

const keys = [1, 2, 3, 4, 5].map((byte) => new Uint8Array(32).fill(byte));
const validators = keys.map((key) => addressOf(key));
const domain = exchangeDomain(31337n, `0x${"11".repeat(20)}`);
const TURN_MS = 10_000;
const START: Hash = `0x${"00".repeat(32)}`;

const sign = (key: Uint8Array, digest: string): Signature =>
  new SigningKey(key).sign(digest).serialized as Signature;

/** What a validator says of a batch; `content` is whatever its data was. */
function voteOf(
  key: Uint8Array,
  number: number,
  content: number,
  previousDigest: Hash = START,
  epoch = 0,
): BatchVote {
  const dataHash: Hash = `0x${content.toString(16).padStart(64, "0")}`;
  const statement = { epoch, number, previousDigest, commitment: 7n, dataHash };
  return { ...statement, signature: sign(key, batchDigest(domain, statement)) };
}

/** The fourth goes after epoch 0, a fifth comes. */
const sets = [validators.slice(0, 4), validators.filter((_, i) => i !== 3)];

/** Batches up to 3 are of epoch 0, then of epoch 1. */
const batchOf = (number: number, commitment = 7n): CutBatch => ({
  header: {
    preRoot: 1n,
    postRoot: 2n,
    number,
    epoch: number <= 3 ? 0 : 1,
    time: 100,
    l1Start: 0,
    l1End: 0,
    steps: 4,
    wordCount: 0,
    signaturesHash: 0n,
  },
  words: [],
  commitment,
});

class Desk {
  readonly sent: BatchVote[] = [];
  readonly divergences: number[] = [];
  readonly evidence: { found: Evidence; signer: string }[] = [];
  signed = 0;
  nowMs = 0;
  readonly votes: BatchVotes;
  readonly statements: BatchStatement[] = [];

  constructor(self: number, commitment = 7n) {
    this.votes = new BatchVotes({
      domain,
      setOf: (epoch) => sets[epoch],
      self: validators[self]!,
      own: {
        sign: async (statement) => {
          this.signed += 1;
          this.statements.push(statement);
          return [sign(keys[self]!, batchDigest(domain, statement))];
        },
      },
      batch: async (number) => (number <= 5 ? batchOf(number, commitment) : undefined),
      broadcast: (vote) => this.sent.push(vote),
      nowMs: () => this.nowMs,
      turnMs: TURN_MS,
      onDivergence: (number) => this.divergences.push(number),
      onEvidence: (found, signer) => this.evidence.push({ found, signer }),
    });
  }
}

test("signs a batch once after the same digest, tells it again, and signs anew after a revert", async () => {
  const desk = new Desk(0);
  await desk.votes.advance(0, START, 3);
  await desk.votes.advance(0, START, 3);
  assert.is(desk.signed, 3);
  assert.equal(
    desk.sent.map(({ number }) => number),
    [1, 2, 3, 1, 2, 3],
  );
  await desk.votes.advance(0, `0x${"22".repeat(32)}`, 3);
  assert.is(desk.signed, 6);
  assert.is.not(desk.sent[6]!.signature, desk.sent[0]!.signature);
  assert.equal(desk.evidence, []);
});

test("a quorum's signatures commit, in the turn of this node or after a while", async () => {
  const desks = [0, 1, 2, 3].map((self) => new Desk(self));
  await Promise.all(desks.map((desk) => desk.votes.advance(0, START, 1)));
  const all = desks.flatMap(({ sent }) => sent);
  for (const { votes } of desks) for (const vote of all) assert.ok(votes.take(vote));
  const statement = desks[0]!.statements[0]!;
  const ready = async () =>
    await Promise.all(desks.map(async ({ votes }) => (await votes.sign(statement))?.length ?? 0));
  assert.equal(await ready(), [0, 3, 0, 0], "batch 1 is validator 1's");
  for (const desk of desks) desk.nowMs = 6 * TURN_MS;
  assert.equal(await ready(), [3, 3, 3, 3], "nobody's turn lasts for ever");
});

test("votes from before a revert that come again take nobody's new one away", async () => {
  const desks = [0, 1, 2].map((self) => new Desk(self));
  const [first] = desks;
  await Promise.all(desks.map((desk) => desk.votes.advance(0, START, 1)));
  const old = desks.map(({ sent }) => sent[0]!);
  await Promise.all(desks.map((desk) => desk.votes.advance(0, `0x${"22".repeat(32)}`, 1)));
  const now = desks.map(({ sent }) => sent[1]!);
  for (const vote of [...now, ...old]) assert.ok(first!.votes.take(vote));
  first!.nowMs = 6 * TURN_MS;
  assert.is((await first!.votes.sign(first!.statements[1]!))?.length, 3);
});

test("too few signatures commit nothing", async () => {
  const [first, second] = [new Desk(1), new Desk(2)];
  await Promise.all([first, second].map((desk) => desk.votes.advance(0, START, 1)));
  for (const vote of second.sent) first.votes.take(vote);
  assert.is(await first.votes.sign(first.statements[0]!), undefined);
});

test("a vote of nobody's is told apart from one that comes too early or again", async () => {
  const desk = new Desk(0);
  await desk.votes.advance(0, START, 1);
  const good = voteOf(keys[1]!, 1, 3);
  assert.not.ok(desk.votes.take(voteOf(new Uint8Array(32).fill(9), 1, 3)));
  assert.not.ok(desk.votes.take({ ...good, signature: `0x${"ff".repeat(65)}` }));
  assert.not.ok(desk.votes.take({ ...good, commitment: 8n }), "signed something else");
  assert.ok(desk.votes.take(good));
  assert.ok(desk.votes.take(good));
  assert.ok(desk.votes.take({ ...good, number: 1_000_000 }));
  assert.equal(desk.evidence, []);
});

test("two votes for one number after one digest are evidence, whatever came between", async () => {
  const desk = new Desk(0);
  await desk.votes.advance(0, START, 1);
  const first = voteOf(keys[1]!, 2, 3);
  assert.ok(desk.votes.take(first));
  for (const previous of ["aa", "bb", "cc"])
    assert.ok(desk.votes.take(voteOf(keys[1]!, 2, 4, `0x${previous.repeat(32)}`)));
  assert.equal(desk.evidence, [], "a revert makes another digest");
  const second = voteOf(keys[1]!, 2, 5);
  assert.ok(desk.votes.take(second));
  assert.is(desk.evidence.length, 1);
  const { found, signer } = desk.evidence[0]!;
  assert.is(signer, validators[1]);
  assert.equal(found, batchEvidence(first, second));
  assert.is(found.offence, "batchTwice");
  for (const [i, digest] of evidenceDigests(domain, found).entries())
    assert.is(recoverAddress(digest, [found.first, found.second][i]!.signature).toLowerCase(), signer);
});

test("a contradiction shows also when L1 has the batch, but not for ever", async () => {
  const desk = new Desk(0);
  await desk.votes.advance(0, START, 1);
  desk.votes.take(voteOf(keys[1]!, 1, 3));
  await desk.votes.advance(10, `0x${"22".repeat(32)}`, 1);
  assert.ok(desk.votes.take(voteOf(keys[1]!, 1, 4)));
  assert.is(desk.evidence.length, 1);
  desk.votes.take(voteOf(keys[2]!, 1, 3));
  await desk.votes.advance(100, `0x${"22".repeat(32)}`, 1);
  assert.ok(desk.votes.take(voteOf(keys[2]!, 1, 4)));
  assert.is(desk.evidence.length, 1);
});

test("votes of an epoch that this node has not reached are left", async () => {
  const desk = new Desk(0);
  await desk.votes.advance(0, START, 1);
  for (const content of [3, 4]) assert.ok(desk.votes.take(voteOf(keys[1]!, 1, content, START, 2)));
  assert.equal(desk.evidence, []);
});

test("the set that ordered a batch votes for it, and a new member begins when L1 has the old set's last batch", async () => {
  const [stays, goes, comes] = [new Desk(0), new Desk(3), new Desk(4)];
  const numbers = ({ sent }: Desk): number[] => sent.map(({ number }) => number);
  for (const desk of [stays, goes, comes]) await desk.votes.advance(0, START, 5);
  assert.equal([numbers(stays), numbers(goes), numbers(comes)], [[1, 2, 3, 4, 5], [1, 2, 3], []]);
  const digest = batchDigest(domain, stays.sent[2]!);
  for (const desk of [goes, comes]) await desk.votes.advance(3, digest, 5);
  assert.equal(
    [numbers(goes), numbers(comes)],
    [
      [1, 2, 3],
      [4, 5],
    ],
  );
  assert.is(comes.sent[0]!.signature, sign(keys[4]!, batchDigest(domain, stays.sent[3]!)));
});

test("a quorum is of the batch's own set; who is none of it waits for all of them, and then brings the batch, too", async () => {
  const [a, b, c, goes, comes] = [0, 1, 2, 3, 4].map((self) => new Desk(self)) as [
    Desk,
    Desk,
    Desk,
    Desk,
    Desk,
  ];
  const all = [a, b, c, goes, comes];
  for (const desk of [a, b, goes]) await desk.votes.advance(0, START, 3);
  const last = goes.sent[2]!;
  const third = [a, b, goes].flatMap(({ sent }) => sent.filter(({ number }) => number === 3));
  // A member of the next set calls the same batch its own.
  const liar = { ...last, epoch: 1, signature: sign(keys[4]!, batchDigest(domain, { ...last, epoch: 1 })) };
  for (const desk of all) for (const vote of [...third, liar]) assert.ok(desk.votes.take(vote));
  for (const desk of all) desk.nowMs = 4 * TURN_MS - 1;
  assert.is((await goes.votes.sign(last))?.length, 3);
  assert.is(await comes.votes.sign(last), undefined);
  comes.nowMs = 4 * TURN_MS;
  const signatures = await comes.votes.sign(last);
  assert.equal([...signatures!].sort(), third.map(({ signature }) => signature as string).sort());
  assert.is(await goes.votes.sign({ ...last, epoch: 1 }), undefined, "one of the next set is no quorum");
  const stranger = { ...last, signature: sign(keys[4]!, batchDigest(domain, last)) };
  assert.not.ok(a.votes.take(stranger), "a later member is nobody in the epoch before");
});

test("whoever signs with this node's key is noticed", async () => {
  const desk = new Desk(0);
  await desk.votes.advance(0, START, 1);
  assert.ok(desk.votes.take(voteOf(keys[0]!, 1, 3)));
  assert.is(desk.evidence[0]?.signer, validators[0]);
});

for (const order of ["before", "after"] as const)
  test(`a quorum that signed something else is noticed when its votes come ${order} the own`, async () => {
    const desk = new Desk(0);
    const others = [1, 2, 3].map((self) => new Desk(self, 8n));
    await Promise.all(others.map((other) => other.votes.advance(0, START, 1)));
    const told = others.flatMap(({ sent }) => sent);
    if (order === "after") await desk.votes.advance(0, START, 1);
    for (const vote of told) assert.ok(desk.votes.take(vote));
    if (order === "before") await desk.votes.advance(0, START, 1);
    assert.ok(desk.divergences.includes(1));
  });

test.run();
