/** Contradictions of validators as they lie in the node's database. */
import type { Evidence, Offence } from "../../verifier-contracts/evidence.ts";
import { bigUnsigned, type Codec, nullable, object, unsigned } from "../batch/codec.ts";
import type { KeptEvidence, ReportOutcome } from "../chain/ports.ts";
import { oneOf, text } from "../store/records.ts";
import { space } from "../store/space.ts";

const counter = unsigned(53);
/** 65 bytes in hex are the longest text. */
const hex = text(132);

const statement: Codec<Evidence["first"]> = object({
  content: hex,
  commitment: bigUnsigned(256),
  signature: hex,
});

/** As it is also written in the log, for `proofbook validator report`. */
export const evidenceCodec = object<Evidence>({
  offence: oneOf<Offence>("notarizeTwice", "finalizeTwice", "finalizeAndNullify", "batchTwice"),
  epoch: counter,
  position: counter,
  previousDigest: hex,
  first: statement,
  second: statement,
});

/** epoch, signer in lower case */
export const evidenceTable = space(
  "evidence",
  object<KeptEvidence>({
    signer: hex,
    evidence: evidenceCodec,
    dueAtMs: counter,
    outcome: nullable(oneOf<ReportOutcome>("slashed", "noStake", "refused")),
  }),
);
