/** What happened on the registry, in the order of the chain. */
import type { Interface, Log, Result } from "ethers";
import type { EventPlace } from "./events.ts";
import { type Offence, offenceOf } from "./evidence.ts";

export type RegistryEvent = EventPlace &
  (
    | {
        readonly name: "Joined";
        readonly signer: string;
        readonly owner: string;
        readonly peerKey: string;
        readonly stake: bigint;
      }
    | { readonly name: "StakeRaised"; readonly signer: string; readonly stake: bigint }
    | { readonly name: "Affirmed"; readonly signer: string }
    /** The last epoch that it must serve; 0 for none. */
    | { readonly name: "Left"; readonly signer: string; readonly lastEpoch: number }
    | { readonly name: "Displaced"; readonly signer: string; readonly by: string }
    | { readonly name: "EpochSealed"; readonly epoch: number; readonly members: readonly string[] }
    | { readonly name: "EpochBegan"; readonly epoch: number; readonly priorBatches: number }
    | {
        readonly name: "Slashed";
        readonly signer: string;
        readonly offence: Offence;
        readonly epoch: number;
        /** The view, or the batch's number. */
        readonly position: number;
        readonly reporter: string;
        readonly reward: bigint;
        readonly lost: bigint;
      }
    | {
        readonly name: "StakeWithdrawn";
        readonly signer: string;
        readonly to: string;
        readonly stake: bigint;
      }
  );

const asText = (value: unknown): string => value as string;
const asAmount = (value: unknown): bigint => value as bigint;
const asTexts = (value: unknown): string[] => [...(value as Result)] as string[];
const asOffence = (value: unknown): Offence => offenceOf(Number(value));

/** How each parameter is read; those of one name are of one type in all events. */
const READERS: Readonly<Record<string, (value: unknown) => unknown>> = {
  signer: asText,
  owner: asText,
  peerKey: asText,
  by: asText,
  to: asText,
  reporter: asText,
  stake: asAmount,
  reward: asAmount,
  lost: asAmount,
  epoch: Number,
  lastEpoch: Number,
  priorBatches: Number,
  position: Number,
  members: asTexts,
  offence: asOffence,
};

/** The event of a log; undefined when it is none of the registry's. */
export function readRegistryEvent(abi: Interface, log: Log): RegistryEvent | undefined {
  const parsed = abi.parseLog(log);
  if (!parsed) return undefined;
  const facts = parsed.fragment.inputs.map(({ name }) => {
    const read = READERS[name];
    if (read === undefined) throw new Error(`${parsed.name}.${name} has no reader`);
    return [name, read(parsed.args.getValue(name))] as const;
  });
  const place: EventPlace = {
    blockNumber: log.blockNumber,
    blockHash: log.blockHash,
    transactionHash: log.transactionHash,
    logIndex: log.index,
  };
  return { ...place, name: parsed.name, ...Object.fromEntries(facts) } as RegistryEvent;
}
