/** Jobs for provers: lease one, keep it, hand in the proof. */
import { type Static, Type } from "typebox";
import { encodeJob } from "../batch/job-codec.ts";
import type { LeaseCode } from "../store/job-queue.ts";
import { jobAccess } from "./access.ts";
import { ApiError } from "./api-error.ts";
import { handIn } from "./job-desk.ts";
import { MAX_LEASE_BYTES, MAX_LEASE_SECONDS, MAX_PROOF_BYTES, MAX_WORKER_NAME } from "./limits.ts";
import type { ApiMetrics } from "./metrics.ts";
import type { ApiParts } from "./ports.ts";
import { Closed, Element, ERRORS, Index } from "./schemas.ts";
import type { ApiServer } from "./server-type.ts";

const Worker = Type.String({ minLength: 1, maxLength: MAX_WORKER_NAME, pattern: "^[A-Za-z0-9._:-]+$" });
const LeaseBody = Closed({
  worker: Worker,
  seconds: Type.Integer({ minimum: 1, maximum: MAX_LEASE_SECONDS }),
});
const BatchNumber = Closed({ number: Index });
const LeaseReply = Type.Object({ number: Index, worker: Type.String(), untilMs: Index });

const Coordinate = Type.String({ pattern: "^(0|[1-9][0-9]{0,77})$" });
const Point1 = Type.Array(Coordinate, { minItems: 3, maxItems: 3 });
const Pair = Type.Array(Coordinate, { minItems: 2, maxItems: 2 });
const ProofBody = Closed({
  worker: Worker,
  proof: Closed({
    pi_a: Point1,
    pi_b: Type.Array(Pair, { minItems: 3, maxItems: 3 }),
    pi_c: Point1,
    protocol: Type.Literal("groth16"),
    curve: Type.Literal("bn128"),
  }),
  publicSignals: Type.Array(Element, { minItems: 3, maxItems: 3 }),
});

/** What the schema has checked: three coordinates, three pairs, three coordinates. */
type Groth16Points = Parameters<typeof handIn>[3]["proof"];
const proofOf = (proof: Static<typeof ProofBody>["proof"]): Groth16Points => ({
  ...proof,
  pi_a: proof.pi_a as unknown as Groth16Points["pi_a"],
  pi_b: proof.pi_b as unknown as Groth16Points["pi_b"],
  pi_c: proof.pi_c as unknown as Groth16Points["pi_c"],
});

const LEASE_CODES = {
  unknownJob: "noSuchBatch",
  notLeased: "notLeased",
  alreadyProven: "alreadyProven",
} as const satisfies Record<LeaseCode, string>;

export function jobRoutes(
  server: ApiServer,
  parts: ApiParts,
  metrics: ApiMetrics,
  token: string | null,
): void {
  const { sequencer, now } = parts;
  const { jobs } = sequencer;
  const onRequest = jobAccess(token);

  server.post(
    "/v1/jobs/lease",
    {
      onRequest,
      bodyLimit: MAX_LEASE_BYTES,
      schema: {
        summary: "Take the oldest job that nobody holds",
        tags: ["jobs"],
        body: LeaseBody,
        response: {
          200: Type.Object({ ...LeaseReply.properties, job: Type.Any() }),
          204: Type.Null({ description: "No job waits" }),
          ...ERRORS,
        },
      },
    },
    async ({ body: { worker, seconds } }, reply) => {
      const nowMs = now();
      const leased = await jobs.lease(nowMs, worker, seconds);
      if (leased === undefined) return reply.code(204).send(null);
      const { number, job } = leased;
      return { number, worker, untilMs: nowMs + seconds * 1000, job: encodeJob(job) };
    },
  );

  server.post(
    "/v1/jobs/:number/extend",
    {
      onRequest,
      bodyLimit: MAX_LEASE_BYTES,
      schema: {
        summary: "Keep a lease",
        tags: ["jobs"],
        params: BatchNumber,
        body: LeaseBody,
        response: { 200: LeaseReply, ...ERRORS },
      },
    },
    async ({ params: { number }, body: { worker, seconds } }) => {
      const nowMs = now();
      const refusal = await jobs.extend(nowMs, number, worker, seconds);
      if (refusal !== null) throw new ApiError(LEASE_CODES[refusal], { batch: number });
      return { number, worker, untilMs: nowMs + seconds * 1000 };
    },
  );

  server.post(
    "/v1/jobs/:number/release",
    {
      onRequest,
      bodyLimit: MAX_LEASE_BYTES,
      schema: {
        summary: "Give a job back unfinished",
        tags: ["jobs"],
        params: BatchNumber,
        body: Closed({ worker: Worker }),
        response: { 200: Type.Object({ number: Index }), ...ERRORS },
      },
    },
    async ({ params: { number }, body: { worker } }) => {
      const refusal = await jobs.release(number, worker);
      if (refusal !== null) throw new ApiError(LEASE_CODES[refusal], { batch: number });
      return { number };
    },
  );

  server.post(
    "/v1/jobs/:number/proof",
    {
      onRequest,
      bodyLimit: MAX_PROOF_BYTES,
      schema: {
        summary: "Hand in a proof; it is verified before it is kept",
        description: "With or without a lease. A second proof is answered like the first, with isNew false.",
        tags: ["jobs"],
        params: BatchNumber,
        body: ProofBody,
        response: { 200: Type.Object({ number: Index, isNew: Type.Boolean() }), ...ERRORS },
      },
    },
    async ({ params: { number }, body }) => {
      const handed = { proof: proofOf(body.proof), publicSignals: body.publicSignals.map(BigInt) };
      const answer = await handIn(parts, number, body.worker, handed);
      metrics.proofs.inc({ result: "code" in answer ? answer.code : answer.isNew ? "new" : "known" });
      if (!("code" in answer)) return { number, isNew: answer.isNew };
      const { code, ...facts } = answer;
      throw new ApiError(code, facts);
    },
  );
}
