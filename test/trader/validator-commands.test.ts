/** `proofbook validator` against a real registry: a set comes together, changes, and loses a liar. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keccak256, toUtf8Bytes, type Wallet } from "ethers";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { evidenceCodec } from "../../sequencer/validator/evidence-table.ts";
import { peerKeyOf, secretKeyFromHex } from "../../sequencer/validator/identity.ts";
import { run } from "../../trader/cli/run.ts";
import { deploy } from "../../verifier-contracts/deploy/deploy.ts";
import { batchEvidence } from "../../verifier-contracts/evidence.ts";
import { batchDigest } from "../../verifier-contracts/typed-data.ts";
import { type RegistryFixture, signerAt, startRegistry } from "../contracts/registry-fixture.ts";

/** Of a six-decimal token. */
const STAKE = 1_000_000n;
const TERMS = {
  minimumStake: STAKE,
  epochSeconds: 100,
  handoverSeconds: 50,
  unbondingSeconds: 1000,
  silenceSeconds: 5000,
};
const [OWNER, OTHER] = [2, 3];
const START = `0x${"00".repeat(32)}`;

const folder = mkdtempSync(join(tmpdir(), "proofbook-validator-"));
const config = join(folder, "proofbook.json");
let fixture: RegistryFixture;

const fileOf = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const keyFile = (signer: Wallet): string => fileOf(`${signer.address}.key`, `${signer.privateKey}\n`);

async function proofbook(...args: string[]): Promise<{ status: number; out: string; error: string }> {
  let [out, error] = ["", ""];
  const status = await run({
    argv: args,
    env: { PROOFBOOK_CONFIG: config },
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
  });
  return { status, out, error };
}

/** With `--json`, by a wallet; throws when it did not end with the status. */
// biome-ignore lint/suspicious/noExplicitAny: commands answer in many shapes
async function as(wallet: number, args: readonly string[], status = 0): Promise<any> {
  const ended = await proofbook("--json", "--dev-wallet", String(wallet), "validator", ...args);
  assert.is(ended.status, status, `${args.join(" ")}\n${ended.out}${ended.error}`);
  return JSON.parse(ended.out);
}

const stakeFor = (signer: Wallet, amount = "1") =>
  as(OWNER, ["join", amount, "--validator-key", keyFile(signer), "--mint"]);

test.before(async () => {
  fixture = await startRegistry(0, TERMS);
  fixture.anvil.provider.pollingInterval = 20;
  writeFileSync(config, JSON.stringify({ rpc: fixture.anvil.url, exchange: fixture.exchange.address }));
});
test.after(async () => {
  await fixture?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("help tells each command, and what else it needs", async () => {
  const { status, out } = await proofbook("validator", "--help");
  assert.is(status, 0);
  for (const name of [
    ...["status", "consent", "join", "raise", "leave", "withdraw", "affirm", "seal", "report"],
    ...["sign-revert", "revert"],
  ])
    assert.match(out, new RegExp(`^ {2}${name}\\b`, "m"));
  assert.match(out, /no sequencer\s+has to run/);
});

test("an owner stakes for a key that is elsewhere, with that key's consent", async () => {
  const signer = signerAt(0);
  const owner = fixture.anvil.wallet(OWNER).address;
  const made = await proofbook("validator", "consent", "--validator-key", keyFile(signer), "--owner", owner);
  assert.is(made.status, 0, made.error);
  const consent = fileOf("consent.json", made.out);
  const foreign = await as(OTHER, ["join", "1", "--consent", consent, "--mint"], 2);
  assert.match(foreign.error.message, `is a consent to the owner ${owner}`);
  const joined = await as(OWNER, ["join", "1.5", "--consent", consent, "--mint"]);
  assert.equal([joined.signer, joined.owner, joined.stake], [signer.address, owner, "1500000"]);

  const shown = await as(OTHER, ["status", signer.address]);
  assert.equal(
    { owner: shown.owner, stake: shown.stake, status: shown.status, peerKey: shown.peerKey },
    {
      owner,
      stake: "1500000",
      status: "candidate",
      peerKey: peerKeyOf(secretKeyFromHex(signer.privateKey)),
    },
  );
});

test("what was not sent ends with status 2, what the registry refuses with 6, and both say what to do", async () => {
  const key = keyFile(signerAt(1));
  const both = await as(OWNER, ["join", "1", "--consent", key, "--validator-key", key], 2);
  assert.is(both.error.code, "BAD_FLAGS");
  assert.match((await as(OWNER, ["join", "1", "--consent", key], 2)).error.message, "is not JSON");
  const noKey = fileOf("empty.key", "hello");
  assert.match(
    (await as(OWNER, ["join", "1", "--validator-key", noKey], 2)).error.message,
    "no validator's key",
  );
  const small = await as(OWNER, ["join", "0.5", "--validator-key", key, "--mint"], 6);
  assert.is(small.error.reason, "StakeTooSmall");
  assert.match(small.error.whatToDo, "At least 1000000 quanta");
  const again = await as(OWNER, ["join", "1", "--validator-key", keyFile(signerAt(0)), "--mint"], 6);
  assert.is(again.error.reason, "SignerTaken");
  assert.is((await as(OTHER, ["leave", signerAt(0).address], 6)).error.reason, "NotTheOwner");
  const early = await as(OTHER, ["seal"], 6);
  assert.match(early.error.whatToDo, "1 candidates, 4 are needed");
  assert.is((await proofbook("validator", "leave", "0x12")).status, 2);
  assert.is((await proofbook("--json", "validator", "seal")).status, 2, "no wallet");
});

test("a set is sealed, and status shows who is in it", async () => {
  for (const index of [1, 2, 3, 4]) await stakeFor(signerAt(index));
  assert.is((await as(OWNER, ["raise", signerAt(1).address, "0.25", "--mint"])).stake, "1250000");
  const addresses = [0, 1, 2, 3, 4].map((index) => signerAt(index).address);
  const sealed = await as(OTHER, ["seal"]);
  assert.equal([sealed.epoch, sealed.members], [1, addresses]);
  const status = await as(OTHER, ["status"]);
  assert.equal([status.epoch, status.sealedEpoch], [0, 1]);
  assert.equal([status.sealedMembers, status.candidates], [addresses, addresses]);
  const { out } = await proofbook("validator", "status");
  assert.match(out, "0, the set of 1 is sealed");
  assert.match(out, new RegExp(`^${signerAt(1).address} +1.250000 +candidate`, "m"));
});

test("who leaves is paid when its epoch is over, proven and long enough ago, and is told until then", async () => {
  const { commit, prove, passSeconds, registry, token, anvil } = fixture;
  const set = [0, 1, 2, 3, 4].map(signerAt);
  const record = await commit(1, set.slice(0, 4));
  const leaver = signerAt(0).address;
  assert.is((await as(OWNER, ["withdraw", leaver], 6)).error.reason, "NothingToWithdraw");
  assert.is((await as(OWNER, ["leave", leaver])).lastEpoch, 1);
  assert.match(
    (await as(OTHER, ["withdraw", leaver], 6)).error.whatToDo,
    "until the next set has ordered a batch",
  );
  assert.match((await as(OTHER, ["seal"], 6)).error.whatToDo, /may be sealed from \d{4}-/);
  await passSeconds(TERMS.epochSeconds);
  assert.is((await as(OTHER, ["seal"])).epoch, 2);
  await commit(2, set.slice(1));
  assert.match(
    (await as(OTHER, ["withdraw", leaver], 6)).error.whatToDo,
    "Batches up to 1 have to be proven, 0 are",
  );
  await prove(record);
  assert.match((await as(OTHER, ["withdraw", leaver], 6)).error.whatToDo, /paid out from \d{4}-/);
  await passSeconds(TERMS.unbondingSeconds);
  const elsewhere = anvil.wallet(OTHER).address;
  const toStranger = ["withdraw", leaver, "--to", elsewhere];
  assert.is((await as(OTHER, toStranger, 6)).error.reason, "NotTheOwner");
  const toItself = await as(OWNER, ["withdraw", leaver, "--to", registry.address], 6);
  assert.match(toItself.error.whatToDo, "name another address");
  const before = (await token.getFunction("balanceOf")(elsewhere)) as bigint;
  const paid = await as(OWNER, toStranger);
  assert.equal([paid.stake, paid.to], ["1500000", elsewhere]);
  assert.is(await token.getFunction("balanceOf")(elsewhere), before + 1_500_000n);
  assert.is((await registry.validatorOf(leaver)).status, "withdrawn");
});

/** A signer's two orders of one batch. */
async function lieOf(signer: Wallet) {
  const domain = await fixture.exchange.domain();
  const signed = (content: string) => {
    const place = { epoch: 2, number: 5, previousDigest: START, commitment: 2n ** 200n };
    const statement = { ...place, dataHash: keccak256(toUtf8Bytes(content)) };
    return { ...statement, signature: signer.signingKey.sign(batchDigest(domain, statement)).serialized };
  };
  return batchEvidence(signed("one"), signed("two"))!;
}

test("after a long silence only those are in the next set who said that they are there", async () => {
  const { passSeconds, registry } = fixture;
  const [gone, ...there] = [1, 2, 3, 4].map((index) => signerAt(index).address);
  const newcomer = signerAt(5);
  await stakeFor(newcomer);
  const early = await as(OWNER, ["affirm", gone!], 6);
  assert.is(early.error.reason, "NotSilent");
  const { silentFrom } = await as(OTHER, ["status"]);
  await passSeconds(TERMS.silenceSeconds);
  assert.ok(silentFrom <= (await fixture.anvil.provider.getBlock("latest"))!.timestamp);
  for (const signer of [...there, newcomer.address]) await as(OWNER, ["affirm", signer]);
  assert.is((await as(OTHER, ["affirm", gone!], 6)).error.reason, "NotTheOwner");
  await passSeconds(TERMS.silenceSeconds);
  const { epoch, members } = await as(OTHER, ["seal"]);
  assert.is(epoch, 3);
  assert.equal([...members].sort(), [...there, newcomer.address].sort());
  assert.is((await registry.validatorOf(gone!)).status, "leaving");
});

test("evidence is reported from the line that a node logged, and from the evidence alone", async () => {
  const liar = signerAt(4);
  const evidence = evidenceCodec.encode(await lieOf(liar));
  const line = fileOf("line.json", JSON.stringify({ level: 50, msg: "...", signer: liar.address, evidence }));
  const reported = await as(OTHER, ["report", line]);
  assert.equal([reported.signer, reported.offence, reported.reward], [liar.address, "batchTwice", "100000"]);
  const again = await as(OTHER, ["report", fileOf("evidence.json", JSON.stringify(evidence))], 6);
  assert.is(again.error.reason, "NothingAtStake");
  assert.is((await as(OTHER, ["status", liar.address])).status, "slashed");
});

test("what is no evidence is refused before anything is sent", async () => {
  const evidence = evidenceCodec.encode(await lieOf(signerAt(3))) as Record<string, unknown>;
  const { offence: _, ...without } = evidence;
  const malformed = await as(OTHER, ["report", fileOf("malformed.json", JSON.stringify(without))], 2);
  assert.match(malformed.error.message, "evidence.offence: missingField");
  assert.is((await as(OTHER, ["report", join(folder, "nowhere.json")], 2)).error.code, "BAD_CONFIG");
  const { first } = evidence;
  const same = await as(
    OTHER,
    ["report", fileOf("same.json", JSON.stringify({ ...evidence, second: first }))],
    6,
  );
  assert.is(same.error.reason, "NoContradiction");
});

test("a quorum takes unproven batches back; too few, strangers and old signatures are told before gas is spent", async () => {
  const { exchange, commit } = fixture;
  // The set that took over: what it orders first begins its epoch.
  const set = [2, 3, 4, 5].map(signerAt);
  await commit(3, set);
  const { committedBatches, provenBatches } = await exchange.state();
  const first = provenBatches + 1;
  assert.ok(first < committedBatches, "two batches wait for their proofs");
  const sign = async (signer: Wallet, batch = first) => {
    const signed = await proofbook(
      "validator",
      "sign-revert",
      String(batch),
      "--validator-key",
      keyFile(signer),
    );
    return { ...signed, file: fileOf(`revert-${signer.address}-${batch}.json`, signed.out) };
  };
  const files = await Promise.all(set.map(async (signer) => (await sign(signer)).file));
  const revert = (some: readonly string[], status: number, batch = first) =>
    as(OTHER, ["revert", String(batch), ...some], status);
  assert.match(
    (await revert([files[0]!, files[1]!, files[0]!], 2)).error.message,
    "2 signatures, 3 are needed",
  );
  assert.match((await sign(signerAt(9))).error, "is no validator of epoch 3");
  assert.match((await sign(set[0]!, first - 1)).error, "is proven, and stays");
  assert.match((await sign(set[0]!, committedBatches + 1)).error, "is not committed");
  const other = await sign(set[0]!, first + 1);
  assert.match(
    (await revert([other.file, ...files.slice(1)], 2)).error.message,
    `is about batch ${first + 1}`,
  );

  const reverted = await revert(files.slice(0, 3), 0);
  assert.equal([reverted.from, reverted.to, reverted.epoch], [first, committedBatches, 3]);
  assert.is((await exchange.state()).committedBatches, provenBatches);
  await commit(3, set);
  assert.match((await revert(files.slice(0, 3), 2)).error.whatToDo, "Sign anew");
});

test("an exchange with a fixed set has nobody to join", async () => {
  const { anvil, circuit, operator } = fixture;
  const { verifyingKey, circuitHash } = circuit;
  const { exchange } = await deploy({
    signer: operator,
    tiers: [{ steps: 4, verifyingKey, circuitHash }],
    validators: [operator.address],
    accountDepth: 10,
    genesisRoot: () => 5n,
  });
  const fixed = fileOf("fixed.json", JSON.stringify({ rpc: anvil.url, exchange }));
  const { status, out } = await proofbook("--json", "--config", fixed, "validator", "status");
  assert.is(status, 2);
  assert.match(JSON.parse(out).error.message, "has a fixed set of validators");
});

test.run();
