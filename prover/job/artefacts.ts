/** Circuit and keys by tier. */
import type { BatchDimensions } from "../keys/batch-circuit.ts";
import type { VerifyingKey } from "../keys/verifying-key.ts";

/** Files that were checked a moment ago. */
export interface TierArtefacts {
  readonly wasm: string;
  readonly zkey: string;
  readonly verifyingKey: VerifyingKey;
}

/** Finds and checks the artefacts of a tier; throws `missingArtefact` or `corruptArtefact`. */
export type ArtefactSource = (tier: BatchDimensions) => Promise<TierArtefacts>;
