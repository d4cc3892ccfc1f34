import { MalformedValue } from "../../sequencer/batch/malformed-value.ts";
import { evidenceCodec } from "../../sequencer/validator/evidence-table.ts";
import type { Evidence } from "../../verifier-contracts/evidence.ts";
import { TraderError } from "../sdk/trader-error.ts";
import { readJson } from "./validator-key.ts";

/** Evidence as a node keeps and logs it. Throws `BAD_CONFIG`, which names what is malformed. */
export function readEvidence(path: string): Evidence {
  const json = readJson(path);
  const isLine = typeof json === "object" && json !== null && "evidence" in json;
  try {
    return evidenceCodec.decode(isLine ? json.evidence : json, "evidence");
  } catch (error) {
    if (!(error instanceof MalformedValue)) throw error;
    throw new TraderError("BAD_CONFIG", {
      message: `${path}: ${error.message}`,
      whatToDo: "Give the evidence as a node logs it, JSON with offence, epoch, position, first and second.",
    });
  }
}
