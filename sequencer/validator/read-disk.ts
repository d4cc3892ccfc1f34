/** What a validator finds on its disk when it starts. */
import { bornLog, type Start } from "../consensus/begin.ts";
import type { LogRecord } from "../consensus/ports.ts";
import { openParts, type Parts } from "../node/open.ts";
import { EpochSets } from "./epoch-sets.ts";
import { type ChainEnd, FinalChain, genesisHash } from "./final-chain.ts";
import type { ValidatorParts } from "./validator-parts.ts";
import { VoteLog } from "./vote-log.ts";

/** Where the last life ended, and what goes on from there. */
type Beginning = ChainEnd & Required<Pick<Start, "epoch" | "unended" | "start">>;

export interface Found {
  readonly parts: Parts;
  readonly chain: FinalChain;
  readonly end: Beginning;
  readonly epochs: EpochSets;
  readonly log: VoteLog;
  /** Null for a log that was lost. */
  readonly records: readonly LogRecord[] | null;
}

export async function readDisk(options: ValidatorParts): Promise<Found> {
  const { database, settings, poseidon, validator, isBorn } = options;
  const parts = await openParts(database, settings, poseidon);
  const chain = new FinalChain(database, genesisHash(parts.genesisRoot));
  const end = await chain.end(parts.height);
  const epochs = await EpochSets.load(database, validator.epoch);
  const { log, records } = await VoteLog.load(database);
  const born = bornLog(validator.epoch.number);
  if (records === null && isBorn) await log.append(born);
  const known = records ?? (isBorn ? born : null);
  return { parts, chain, end: beginning(end, epochs), epochs, log, records: known };
}

/** After the last block of an epoch, or before the first one that took over, nothing is final in the next one yet. */
function beginning(end: ChainEnd, epochs: EpochSets): Beginning {
  const { header } = end.floor;
  const epoch = epochs.after(header);
  const unended = epochs.unendedAfter(header);
  if (header === null || header.epoch === epoch.number) return { ...end, epoch, unended, start: null };
  return { ...end, finalView: 0, finalization: null, epoch, unended, start: end.finalization };
}
