/** What simulated blocks carry, and which of them are valid. */
import type { Block, Header } from "../../sequencer/consensus/messages.ts";
import type { Verdict } from "../../sequencer/consensus/ports.ts";
import type { Random } from "../generate/random.ts";

/** First byte of a payload that every validator finds invalid. */
const BAD = 0xff;
/** A validator that has not seen what a block refers to cannot tell yet. */
const CANNOT_TELL_YET = 0.03;

interface PayloadRules {
  readonly epochBlocks: number;
}

export interface Built {
  readonly payload: Uint8Array;
  readonly lastOfEpoch: boolean;
}

const endsEpoch = ({ epochBlocks }: PayloadRules, height: number): boolean => height % epochBlocks === 0;

export function makePayload(
  rules: PayloadRules,
  parent: Header | null,
  empty: boolean,
  random: Random,
): Built {
  const payload = empty
    ? new Uint8Array()
    : Uint8Array.from([random.below(250), random.below(250), random.below(250), random.below(250)]);
  return { payload, lastOfEpoch: endsEpoch(rules, (parent?.height ?? 0) + 1) };
}

export const badPayload = (): Uint8Array => Uint8Array.of(BAD);

export const isBad = (block: Block): boolean => block.payload[0] === BAD;

export function verdictOn(rules: PayloadRules, block: Block, parent: Header | null, random: Random): Verdict {
  const { header } = block;
  if (isBad(block) || header.lastOfEpoch !== endsEpoch(rules, (parent?.height ?? 0) + 1))
    return "provablyInvalid";
  return random.chance(CANNOT_TELL_YET) ? "missing" : "valid";
}
