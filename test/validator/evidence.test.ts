/** Contradictions are kept on disk and reported to a real registry, once, by whoever's turn it is. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Wallet } from "ethers";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { BatchVote } from "../../sequencer/batch/batch-vote.ts";
import { EvidenceReporter } from "../../sequencer/chain/evidence-reporter.ts";
import { MAX_BACKOFF_MS, MAX_REFUSALS } from "../../sequencer/chain/limits.ts";
import type { KeptEvidence, ReportOutcome } from "../../sequencer/chain/ports.ts";
import { TransactionSender } from "../../sequencer/chain/transaction-sender.ts";
import type { Hash } from "../../sequencer/consensus/messages.ts";
import { Database } from "../../sequencer/store/database.ts";
import { BatchVotes } from "../../sequencer/validator/batch-votes.ts";
import { EvidenceKeeper } from "../../sequencer/validator/evidence-keeper.ts";
import { PostedVotes } from "../../sequencer/validator/posted-votes.ts";
import { deploy } from "../../verifier-contracts/deploy/deploy.ts";
import { type Evidence, voteEvidence } from "../../verifier-contracts/evidence.ts";
import { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import { batchDigest, finalizeDigest, nullifyDigest } from "../../verifier-contracts/typed-data.ts";
import { type RegistryFixture, startRegistry } from "../contracts/registry-fixture.ts";

const STAKE = 1_000_000n;
const EPOCH = 1;
const TURN_MS = 60_000;
const FINALITY_BLOCKS = 2;
const QUORUM = 5;
const BLOCK: Hash = `0x${"aa".repeat(32)}`;
const silent = { info: () => {}, warn: () => {}, error: () => {} };

let folder: string;
let fixture: RegistryFixture;
let addresses: readonly string[];

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), "proofbook-evidence-"));
  fixture = await startRegistry(6, { minimumStake: STAKE });
  fixture.anvil.provider.pollingInterval = 20;
  for (const signer of fixture.signers) await fixture.join(signer, STAKE);
  await fixture.registry.sealEpoch();
  addresses = fixture.signers.map(({ address }) => address.toLowerCase());
});
test.after(async () => {
  await fixture?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The signer both finalized a view and gave it up. */
async function lieOf(signer: Wallet, view: number, epoch = EPOCH): Promise<Evidence> {
  const domain = await fixture.exchange.domain();
  const sign = (digest: string): string => signer.signingKey.sign(digest).serialized;
  const finalized = sign(finalizeDigest(domain, { epoch, view, blockHash: BLOCK }));
  const nullified = sign(nullifyDigest(domain, { epoch, view }));
  return voteEvidence(
    { kind: "finalize", epoch, view, block: BLOCK, signature: finalized },
    { kind: "nullify", epoch, view, block: null, signature: nullified },
  )!;
}

/** What one validator keeps, and who reports it. */
class Desk {
  readonly settled: { kept: KeptEvidence; outcome: ReportOutcome }[] = [];
  readonly ownKey: Evidence[] = [];
  keptTimes = 0;
  nowMs = 1_800_000_000_000;
  keeper!: EvidenceKeeper;
  reporter!: EvidenceReporter;
  private readonly self: number;
  private readonly name: string;
  private readonly exchange: ExchangeContract;
  private database!: Database;

  constructor(name: string, self: number, exchange = fixture.exchange) {
    this.name = name;
    this.self = self;
    this.exchange = exchange;
  }

  /** The L1 account of this validator's node. */
  get wallet(): Wallet {
    return new Wallet(fixture.anvil.wallet(1 + this.self).privateKey);
  }

  async open(): Promise<this> {
    const { provider } = fixture.anvil;
    const nowMs = () => this.nowMs;
    this.database = await Database.open(join(folder, this.name));
    this.keeper = await EvidenceKeeper.open({
      database: this.database,
      address: addresses[this.self]!,
      nowMs,
      turnMs: TURN_MS,
      onKept: () => {
        this.keptTimes += 1;
      },
      onOwnKey: (evidence) => this.ownKey.push(evidence),
      onSettled: (kept, outcome) => this.settled.push({ kept, outcome }),
    });
    const { chainId } = await provider.getNetwork();
    this.reporter = new EvidenceReporter({
      provider,
      exchange: this.exchange,
      desk: this.keeper,
      sender: new TransactionSender({ provider, wallet: this.wallet, chainId, nowMs, log: silent }),
      finalityBlocks: FINALITY_BLOCKS,
      nowMs,
      log: silent,
    });
    return this;
  }

  keep(evidence: Evidence, accused: number): Promise<void> {
    return this.keeper.keep(evidence, addresses[accused]!, addresses);
  }

  close(): Promise<void> {
    return this.database.close();
  }

  outcomes(): ReportOutcome[] {
    return this.settled.map(({ outcome }) => outcome);
  }
}

const statusOf = async (index: number): Promise<string> =>
  (await fixture.registry.validatorOf(addresses[index]!)).status;
const sentBy = (desk: Desk): Promise<number> =>
  fixture.anvil.provider.getTransactionCount(desk.wallet.address);
const mine = (blocks: number) => fixture.anvil.provider.send("anvil_mine", [blocks]);

/** What a node that hears validators and reads L1 finds; `hears` before it looks at the chain. */
async function foundOnL1(hears: readonly BatchVote[]): Promise<{ found: Evidence; signer: string }[]> {
  const evidence: { found: Evidence; signer: string }[] = [];
  const domain = await fixture.exchange.domain();
  const votes = new BatchVotes({
    domain,
    setOf: (epoch) => (epoch === EPOCH ? addresses : undefined),
    self: "",
    own: { sign: () => Promise.reject(new Error("signs nothing")) },
    batch: async () => undefined,
    broadcast: () => undefined,
    nowMs: () => 0,
    turnMs: TURN_MS,
    onDivergence: () => undefined,
    onEvidence: (found, signer) => evidence.push({ found, signer }),
  });
  const taken: boolean[] = [];
  const posted = new PostedVotes({
    domain,
    contract: fixture.exchange,
    take: (vote) => taken.push(votes.take(vote)),
  });
  for (const vote of hears) assert.ok(votes.take(vote));
  for (const event of await fixture.exchange.events(0, "latest")) posted.note(event);
  const { committedBatches, committedDigest } = await fixture.exchange.state();
  await votes.advance(committedBatches, committedDigest, committedBatches);
  await posted.read();
  assert.equal(taken, new Array(2 * QUORUM).fill(true), "all signatures were read, and are the set's");
  return evidence;
}

test("who signs one batch for its peers and another one for L1 is found by whoever heard the first", async () => {
  const { signers, exchange } = fixture;
  const domain = await exchange.domain();
  const liar = 3;
  const first = await fixture.commit(EPOCH, signers.slice(1));
  const second = await fixture.commit(EPOCH, signers.slice(1));
  const statement = { epoch: EPOCH, number: 2, commitment: 7n, dataHash: BLOCK };
  const voteAfter = (previous: string): BatchVote => {
    const whole = { ...statement, previousDigest: previous as Hash };
    const signature = signers[liar]!.signingKey.sign(batchDigest(domain, whole)).serialized as Hash;
    return { ...whole, signature };
  };
  assert.equal(
    await foundOnL1([voteAfter(second.digest)]),
    [],
    "after another digest it is no contradiction",
  );
  const [one, ...more] = await foundOnL1([voteAfter(first.digest)]);
  const { found, signer } = one!;
  assert.equal([signer, found.offence, found.position, more.length], [addresses[liar], "batchTwice", 2, 0]);
  const desk = await new Desk("posted", 4).open();
  await desk.keep(found, liar);
  await desk.reporter.advance();
  assert.is(await statusOf(liar), "slashed");
  await desk.close();
});

test("reports what it kept, waits until that is final, and is paid for it", async () => {
  const desk = await new Desk("reports", 0).open();
  await desk.keep(await lieOf(fixture.signers[5]!, 7), 5);
  await desk.reporter.advance();
  assert.is(await statusOf(5), "slashed");
  assert.is(await fixture.token.getFunction("balanceOf")(desk.wallet.address), STAKE / 10n);
  await desk.reporter.advance();
  assert.equal(desk.outcomes(), [], "in a block, but not in a final one");
  await mine(FINALITY_BLOCKS);
  await desk.reporter.advance();
  assert.equal(desk.outcomes(), ["slashed"]);
  assert.equal(desk.keeper.waiting(), []);
  assert.is(await sentBy(desk), 1);
  await desk.close();
});

test("who finds the stake gone sends nothing, also long after and with other evidence", async () => {
  const desk = await new Desk("late", 1).open();
  await desk.keep(await lieOf(fixture.signers[5]!, 8), 5);
  desk.nowMs += 10 * TURN_MS;
  await desk.reporter.advance();
  assert.equal(desk.outcomes(), ["slashed"]);
  assert.is(await sentBy(desk), 0);
  await desk.keep(await lieOf(fixture.signers[5]!, 9), 5);
  assert.equal(desk.keeper.waiting(), [], "one of each signer and epoch");
  await desk.close();
});

test("what was kept is there after a restart, and reported then", async () => {
  const desk = await new Desk("restart", 0).open();
  const evidence = await lieOf(fixture.signers[4]!, 7);
  await desk.keep(evidence, 4);
  await desk.keep(await lieOf(fixture.signers[4]!, 8), 4);
  assert.is(desk.keptTimes, 1);
  await desk.close();

  await desk.open();
  const [kept] = desk.keeper.waiting();
  assert.equal(kept?.evidence, evidence);
  desk.nowMs += TURN_MS - 1;
  await desk.reporter.advance();
  assert.is(await statusOf(4), "candidate", "validator 5 comes before validator 0");
  desk.nowMs += 1;
  await desk.reporter.advance();
  assert.is(await statusOf(4), "slashed");
  await mine(FINALITY_BLOCKS);
  await desk.close();

  await desk.open();
  await desk.reporter.advance();
  assert.equal(desk.outcomes(), ["slashed"]);
  await desk.close();
  await desk.open();
  assert.equal(desk.keeper.waiting(), []);
  await desk.close();
});

test("validators report one after the other, and the accused is no reporter of itself", async () => {
  const evidence = await lieOf(fixture.signers[2]!, 7);
  const due: number[] = [];
  for (const self of [0, 1, 3, 4, 5]) {
    const desk = await new Desk(`turn-${self}`, self).open();
    await desk.keep(evidence, 2);
    due.push((desk.keeper.waiting()[0]!.dueAtMs - desk.nowMs) / TURN_MS);
    await desk.close();
  }
  assert.equal(due, [3, 4, 0, 1, 2]);
  const accused = await new Desk("accused", 2).open();
  await accused.keep(evidence, 2);
  assert.equal(accused.keeper.waiting(), []);
  assert.equal(accused.ownKey, [evidence]);
  await accused.close();
});

test("a report that a reorganisation undid is sent again", async () => {
  const { provider } = fixture.anvil;
  const desk = await new Desk("reorganised", 3).open();
  await desk.keep(await lieOf(fixture.signers[2]!, 7), 2);
  const before = await provider.send("evm_snapshot", []);
  await desk.reporter.advance();
  assert.is(await statusOf(2), "slashed");
  await provider.send("evm_revert", [before]);
  assert.is(await statusOf(2), "candidate");
  // Its transaction is gone: first that is noticed, then it is sent again.
  for (let look = 0; look < 3; look++) await desk.reporter.advance();
  assert.is(await statusOf(2), "slashed");
  await mine(FINALITY_BLOCKS);
  await desk.reporter.advance();
  assert.equal(desk.outcomes(), ["slashed"]);
  await desk.close();
});

test("evidence that the registry does not see is given up after a while", async () => {
  const desk = await new Desk("refused", 2).open();
  await desk.keep(await lieOf(fixture.signers[1]!, 7, 9), 1);
  for (let refusals = 1; refusals <= MAX_REFUSALS; refusals++) {
    assert.equal(desk.outcomes(), []);
    await desk.reporter.advance();
    await desk.reporter.advance();
    desk.nowMs += MAX_BACKOFF_MS;
  }
  assert.equal(desk.outcomes(), ["refused"]);
  assert.is(await sentBy(desk), 0);
  assert.is(await statusOf(1), "candidate");
  await desk.close();
});

test("two contradictions at once are two transactions, one after the other", async () => {
  const desk = await new Desk("two", 4).open();
  const sentBefore = await sentBy(desk);
  desk.nowMs += TURN_MS;
  await desk.keep(await lieOf(fixture.signers[0]!, 7), 0);
  await desk.keep(await lieOf(fixture.signers[1]!, 7), 1);
  desk.nowMs += 10 * TURN_MS;
  for (let look = 0; look < 3; look++) await desk.reporter.advance();
  assert.equal([await statusOf(0), await statusOf(1)], ["slashed", "slashed"]);
  assert.is((await sentBy(desk)) - sentBefore, 2);
  await desk.close();
});

test("before a set without stake, evidence is kept and nothing is sent", async () => {
  const { anvil, circuit, operator, signers } = fixture;
  const { verifyingKey, circuitHash } = circuit;
  const { exchange } = await deploy({
    signer: operator,
    tiers: [{ steps: 4, verifyingKey, circuitHash }],
    validators: signers.map(({ address }) => address),
    accountDepth: 10,
    genesisRoot: () => 5n,
  });
  const desk = await new Desk("fixed", 5, new ExchangeContract(exchange, anvil.provider)).open();
  await desk.keep(await lieOf(signers[3]!, 7, 0), 3);
  desk.nowMs += 10 * TURN_MS;
  for (let look = 0; look < 2; look++) await desk.reporter.advance();
  assert.is(desk.keeper.waiting().length, 1);
  assert.is(await sentBy(desk), 0);
  await desk.close();
});

test.run();
