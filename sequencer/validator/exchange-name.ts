/**
 * The name under which the nodes of an exchange find each other on the network: chain, contract, and a digest of all
 * that every node must have alike, in every epoch. Nodes that would derive different states from the same block do not
 * understand each other from the beginning, and say so, instead of halting once they have diverged.
 */
import { createHash } from "node:crypto";
import type { SequencerSettings } from "../node/settings.ts";
import { PAYLOAD_VERSION } from "../ordering/payload-layout.ts";
import type { ValidatorSettings } from "./settings.ts";

/** Nobody has to find a second one that fits: a hostile node can use whatever name it likes. */
const DIGEST_CHARACTERS = 16;

export function exchangeName(
  { chainId, address }: { readonly chainId: number; readonly address: string },
  { genesis, dimensions, tiers, maxBatchSeconds }: SequencerSettings,
  { derivation, blockLimits }: ValidatorSettings,
): string {
  // The quorum is an epoch's.
  const { quorum: _, ...rules } = derivation;
  const alike = { genesis, dimensions, tiers, maxBatchSeconds, rules, blockLimits };
  const text = JSON.stringify([PAYLOAD_VERSION, alike], inOneOrder);
  const digest = createHash("sha256").update(text).digest("hex").slice(0, DIGEST_CHARACTERS);
  return `${chainId}/${address.toLowerCase()}/${digest}`;
}

/** Members by their names, whole numbers of either kind as text. */
const inOneOrder = (_: string, value: unknown): unknown => {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
};
