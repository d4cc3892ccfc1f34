/** Jobs for provers: who may take them, leases, and proofs that are verified before they are kept. */
import { suite } from "uvu";
import { equal, is } from "uvu/assert";
import { threadVerifier } from "../../sequencer/api/proof-verifier.ts";
import { headerWords } from "../../sequencer/batch/header.ts";
import { decodeJob } from "../../sequencer/batch/job-codec.ts";
import { publicInputsOf } from "../../verifier-contracts/commitment.ts";
import { snarkjsProof } from "../chain/settled-exchange.ts";
import { type TinyCircuit, tinyCircuit } from "../contracts/tiny-circuit.ts";
import { batchViewOf, fakeNode, jobOf, PLACE_WORD, partsOf } from "./fake-node.ts";
import { type LocalServer, localServer } from "./local-server.ts";

const test = suite("jobs");
const view = batchViewOf(1, [PLACE_WORD], { state: "waiting" });
const signals = publicInputsOf(view.commitment, [...headerWords(view.header), ...view.words]);
let circuit: TinyCircuit;
let server: LocalServer;
let nowMs: number;

test.before(async () => {
  circuit = await tinyCircuit();
});
test.before.each(async () => {
  nowMs = 1_000_000;
  const verifier = threadVerifier(new Map([[4, circuit.verifyingKey]]));
  server = await localServer(partsOf(fakeNode(), { verifier, now: () => nowMs }));
});
test.after.each(async () => await server.close());

const lease = (worker = "w1") => server.ask("POST", "/v1/jobs/lease", { worker, seconds: 60 });
const extend = (worker = "w1", number = 1) =>
  server.ask("POST", `/v1/jobs/${number}/extend`, { worker, seconds: 60 });
const release = (worker = "w1", number = 1) => server.ask("POST", `/v1/jobs/${number}/release`, { worker });
const proofOf = async (publicSignals: readonly bigint[] = signals) => ({
  worker: "w1",
  proof: snarkjsProof(await circuit.prove(...(publicSignals as typeof signals))),
  publicSignals: publicSignals.map(String),
});
const handIn = (body: object, number = 1) => server.ask("POST", `/v1/jobs/${number}/proof`, body);

test("a leased job is the job, whole", async () => {
  const answer = await lease();
  is(answer.status, 200);
  equal([answer.body.number, answer.body.worker, answer.body.untilMs], [1, "w1", 1_060_000]);
  equal(decodeJob(answer.body.job), jobOf(view));
});

test("nobody else gets it while the lease lasts, and the next one when it ran out", async () => {
  await lease();
  is((await lease("w2")).status, 204);
  nowMs += 60_000;
  is((await lease("w2")).status, 200);
});

test("a lease is extended by its holder only", async () => {
  await lease();
  nowMs += 30_000;
  is((await extend()).body.untilMs, 1_090_000);
  equal((await extend("w2")).body.error, {
    code: "notLeased",
    message: "The job is not leased to this worker, or its lease ran out",
    batch: 1,
  });
  is((await extend("w1", 2)).body.error.code, "noSuchBatch");
});

test("a job that is given back is free at once", async () => {
  await lease();
  is((await release("w2")).body.error.code, "notLeased");
  is((await release()).status, 200);
  is((await lease("w2")).status, 200);
});

test("a true proof is taken, with or without a lease, and twice is as good as once", async () => {
  const proof = await proofOf();
  equal((await handIn(proof)).body, { number: 1, isNew: true });
  equal((await handIn(proof)).body, { number: 1, isNew: false });
  is((await lease()).status, 204);
  is((await extend()).body.error.code, "alreadyProven");
});

test("a proof that does not verify is refused, and the job stays", async () => {
  const good = await proofOf();
  const other = await proofOf([signals[0] + 1n, signals[1], signals[2]]);
  is((await handIn({ ...good, proof: other.proof })).body.error.code, "invalidProof");
  const offCurve = { ...good.proof, pi_a: ["1", "1", "1"] };
  is((await handIn({ ...good, proof: offCurve })).body.error.code, "invalidProof");
  const large = { ...good.proof, pi_a: ["9".repeat(78), "2", "1"] };
  is((await handIn({ ...good, proof: large })).body.error.code, "invalidProof");
  is((await lease()).status, 200);
});

test("a true proof of another statement is refused, also one with a signal plus the field's order", async () => {
  const other = await proofOf([signals[0], signals[1] + 1n, signals[2]]);
  const answer = await handIn(other);
  is(answer.body.error.code, "wrongStatement");
  equal(answer.body.error.expected, signals.map(String));
  const order = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
  const aliased = {
    ...(await proofOf()),
    publicSignals: [signals[0] + order, signals[1], signals[2]].map(String),
  };
  is((await handIn(aliased)).body.error.code, "wrongStatement");
});

test("a proof for a batch that does not exist is refused", async () => {
  is((await handIn(await proofOf(), 2)).body.error.code, "noSuchBatch");
});

test("a batch of a tier without a key is refused", async () => {
  const other = await localServer(partsOf(fakeNode(), { verifier: threadVerifier(new Map()) }));
  try {
    const answer = await other.ask("POST", "/v1/jobs/1/proof", await proofOf());
    equal([answer.status, answer.body.error.code, answer.body.error.steps], [422, "unknownTier", 4]);
  } finally {
    await other.close();
  }
});

test("malformed proofs and workers are refused by the schema", async () => {
  const good = await proofOf();
  const bad = [
    { ...good, proof: { ...good.proof, pi_a: ["1", "2"] } },
    { ...good, proof: { ...good.proof, pi_b: good.proof.pi_a } },
    { ...good, proof: { ...good.proof, curve: "bls12381" } },
    { ...good, publicSignals: good.publicSignals.slice(1) },
    { ...good, worker: "" },
    { ...good, worker: "w".repeat(65) },
    { ...good, worker: "a b" },
  ];
  for (const body of bad) is((await handIn(body)).body.error.code, "malformed", JSON.stringify(body));
  is((await server.ask("POST", "/v1/jobs/lease", { worker: "w", seconds: 0 })).status, 400);
  is((await server.ask("POST", "/v1/jobs/lease", { worker: "w", seconds: 901 })).status, 400);
});

test("with a token, everybody must show it", async () => {
  const guarded = await localServer(partsOf(fakeNode()), { jobsToken: "correct horse" });
  const ask = (authorization?: string) =>
    guarded.ask(
      "POST",
      "/v1/jobs/lease",
      { worker: "w", seconds: 5 },
      authorization === undefined ? {} : { authorization },
    );
  try {
    for (const wrong of [
      undefined,
      "",
      "Bearer ",
      "Bearer correct",
      "correct horse",
      "bearer correct horse",
    ]) {
      const answer = await ask(wrong);
      equal([answer.status, answer.body.error.code], [401, "unauthorized"]);
    }
    is((await ask("Bearer correct horse")).status, 200);
  } finally {
    await guarded.close();
  }
});

test("without one, a page in a browser that makes its own name mean this machine is turned away", async () => {
  const body = JSON.stringify({ worker: "w", seconds: 5 });
  const ask = (host: string) =>
    server.raw(
      `POST /v1/jobs/lease HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
  is((await ask("attacker.example")).slice(9, 12), "403");
  is((await ask(`localhost:${server.port}`)).slice(9, 12), "200");
});

test.run();
