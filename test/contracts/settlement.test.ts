/** From a deposit to a claim, on a real node with real proofs. */
import { Interface } from "ethers";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { EXCHANGE_ABI } from "../../verifier-contracts/abi.ts";
import { encodeBatchData } from "../../verifier-contracts/commitment.ts";
import { measureBatchGas } from "../../verifier-contracts/gas.ts";
import { orderSignatures, revertDigest } from "../../verifier-contracts/typed-data.ts";
import {
  type Fixture,
  GENESIS_ROOT,
  malleate,
  placeWord,
  refused,
  startExchange,
  withdrawWord,
} from "./exchange-fixture.ts";

let fixture: Fixture;

test.before(async () => {
  fixture = await startExchange();
});
test.after(async () => {
  await fixture?.stop();
});

test("a new exchange stands at its first state", async () => {
  const { exchange, deployment, alice } = fixture;
  const state = await exchange.state();
  assert.is(state.committedRoot, GENESIS_ROOT);
  assert.is(state.provenRoot, GENESIS_ROOT);
  assert.is(state.committedBatches, 0);
  assert.is(deployment.verifiers.length, 4);
  assert.is(await exchange.verifierOf(16), deployment.verifiers[1]!.address);
  assert.is(await exchange.collateral(), deployment.collateral);
  assert.equal(await refused(exchange.connect(alice).claim(1)), { code: "NoSuchAccount", account: 1n });
});

test("registers, deposits, trades, withdraws and claims", async () => {
  const { exchange, alicesExchange, alice, token, deployment, settle, commit, prove } = fixture;
  const registered = await alicesExchange.register(5_000_000n, (7n << 128n) | 9n);
  assert.is(registered.account, 1);
  assert.is(registered.firstRequest, 0);
  assert.is((await alicesExchange.deposit(1, 1_000_000n)).request, 3);

  const queue = await exchange.requests(0, 100);
  assert.is(queue.length, 4);
  assert.is(queue[0], 11n | 128n | (7n << 8n));
  assert.is(queue[1], 12n | 128n | (9n << 8n));

  const first = await settle([...queue.slice(0, 3), placeWord(1)]);
  assert.is((await exchange.state()).provenRoot, first.postRoot);

  // The deposit is refused, the withdrawal accepted: both come back.
  const second = await commit([queue[3]! | (1n << 5n), withdrawWord(1, 2_000_000n)]);
  assert.is((await exchange.accountOf(1)).claimable, 0n);
  await prove(second.record, second.draft);
  assert.equal(await exchange.accountOf(1), { owner: alice.address, claimable: 3_000_000n });

  const before = (await token.getFunction("balanceOf")(alice.address)) as bigint;
  assert.is((await exchange.claim(1)).amount, 3_000_000n);
  assert.is(await token.getFunction("balanceOf")(alice.address), before + 3_000_000n);
  assert.equal(await refused(exchange.claim(1)), { code: "NothingToClaim", account: 1n });

  const state = await exchange.state();
  assert.is(state.provenRequests, 4);
  assert.is(state.totalDeposited - state.totalPaid, 3_000_000n);
  assert.is(await token.getFunction("balanceOf")(deployment.exchange), 3_000_000n);
});

test("everything that happened is read back from the chain", async () => {
  const { exchange, deployment } = fixture;
  const events = await exchange.events(deployment.blockNumber, "latest");
  assert.equal(
    events.map(({ name }) => name),
    [
      "Registered",
      "Deposited",
      "BatchCommitted",
      "BatchProven",
      "BatchCommitted",
      "Credited",
      "Credited",
      "BatchProven",
      "Claimed",
    ],
  );
  const committed = events.find((event) => event.name === "BatchCommitted")!;
  const posted = await exchange.postedBatch(committed.transactionHash);
  assert.is(posted!.words.length, 9 + 4);
  assert.is(posted!.words[12], placeWord(1));
  assert.equal(await exchange.recordOf(1, deployment.blockNumber), committed.record);
});

test("a batch that comes through another contract counts, and its words are not in the transaction's input", async () => {
  const { exchange, deployment, anvil, stranger, draft, prove } = fixture;
  // Passes its input on.
  const forwarder = `0x${"f0".repeat(20)}`;
  const code = `0x363d3d373d3d363d3d73${exchange.address.slice(2)}5af15000`;
  await anvil.provider.send("anvil_setCode", [forwarder, code]);
  const drafted = await draft([placeWord(9)]);
  const { data, commitment, signatures } = drafted;
  const input = new Interface(EXCHANGE_ABI).encodeFunctionData("commitBatch", [data, commitment, signatures]);
  const sent = await stranger.sendTransaction({ to: forwarder, data: input, gasLimit: 500_000n });
  await sent.wait();
  const { committedBatches } = await exchange.state();
  const record = (await exchange.recordOf(committedBatches, deployment.blockNumber))!;
  assert.is(record.digest, drafted.digest);
  assert.is(await exchange.postedBatch(sent.hash), undefined);
  await prove(record, drafted);
});

test("the digest signed in TypeScript is the contract's: a quorum takes back and commits again", async () => {
  const { exchange, operator, commit, prove } = fixture;
  const { record, draft } = await commit([placeWord(2)]);
  assert.is(record.digest, draft.digest);
  assert.equal([record.commitment, record.challenge, record.evaluation], [...draft.publicInputs]);

  const digest = revertDigest(await exchange.domain(), {
    epoch: 0,
    from: record.number,
    digest: record.digest,
  });
  const signatures = orderSignatures(digest, [operator.signingKey.sign(digest).serialized]);
  await exchange.revertBatches({ record, signatures });
  assert.is((await exchange.state()).committedDigest, digest);

  // The old signature died with the batch.
  const replayed = await refused(exchange.commitBatch(draft));
  assert.is(replayed.code, "NotAValidator");
  const again = await commit([placeWord(2)]);
  await prove(again.record, again.draft);
});

test("refuses a stranger's signature, a malleated one, none and one for other words", async () => {
  const { exchange, stranger, draft } = fixture;
  const theirs = await draft([placeWord(3)], { validators: [stranger] });
  assert.equal(await refused(exchange.commitBatch(theirs)), {
    code: "NotAValidator",
    signer: stranger.address,
  });
  const good = await draft([placeWord(3)]);
  const signatures = [malleate(good.signatures[0]!)];
  assert.is((await refused(exchange.commitBatch({ ...good, signatures }))).code, "InvalidSignature");
  assert.equal(await refused(exchange.commitBatch({ ...good, signatures: [] })), {
    code: "TooFewSignatures",
    given: 0n,
    needed: 1n,
  });
  const data = encodeBatchData([...good.allWords.slice(0, -1), placeWord(4)]);
  assert.is((await refused(exchange.commitBatch({ ...good, data }))).code, "NotAValidator");
});

test("refuses words that are not the queue's, with the facts", async () => {
  const { exchange, alicesExchange, draft } = fixture;
  const { request } = await alicesExchange.deposit(1, 1_000_000n);
  const [word] = await exchange.requests(request, request + 1);
  const altered = await draft([word! + (1n << 94n)]);
  assert.equal(await refused(exchange.commitBatch(altered)), {
    code: "QueueMismatch",
    index: 0n,
    expected: word!,
  });
  const twice = await draft([word!, word!]);
  assert.equal(await refused(exchange.commitBatch(twice)), { code: "QueueExhausted", index: 1n });
  await fixture.settle([word!]);
});

test("passes on what the token refuses", async () => {
  const { exchange } = fixture;
  assert.is((await refused(exchange.deposit(1, 1_000_000n))).code, "ERC20InsufficientAllowance");
});

test("measures gas: about 31 bytes and little computation for each order", async () => {
  const { exchange, operator, circuit, anvil } = fixture;
  const measured = [];
  for (const [steps, wordCount] of [
    [4, 4],
    [16, 16],
    [64, 64],
    [256, 256],
  ] as const) {
    const time = (await anvil.provider.getBlock("latest"))!.timestamp;
    const prove = (inputs: readonly [bigint, bigint, bigint]) => circuit.prove(...inputs);
    measured.push(await measureBatchGas({ exchange, validators: [operator], steps, wordCount, prove, time }));
  }
  for (const { wordCount, commitGas, proveGas, commitInputBytes } of measured)
    console.log(`  ${wordCount} orders: commit ${commitGas}, prove ${proveGas}, ${commitInputBytes} bytes`);
  assert.ok(measured[0]!.commitGas < 130_000n, "a small commitment");
  assert.ok(measured[0]!.proveGas < 290_000n, "a proof");
  const perOrder = (measured[3]!.commitGas - measured[0]!.commitGas) / 252n;
  assert.ok(perOrder < 1_100n, `an order costs ${perOrder}`);
});

test.run();
