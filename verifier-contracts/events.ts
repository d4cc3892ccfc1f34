/** What happened on the exchange contract, in the order of the chain. */
import type { Interface, Log, LogDescription, Result } from "ethers";
import { type BatchRecord, readBatchRecord } from "./records.ts";

/** Where an event stands; the block's hash tells whether the chain was reorganised since. */
export interface EventPlace {
  readonly blockNumber: number;
  readonly blockHash: string;
  readonly transactionHash: string;
  readonly logIndex: number;
}

export type ExchangeEvent = EventPlace &
  (
    | {
        readonly name: "Registered";
        readonly account: number;
        readonly owner: string;
        readonly keyHash: bigint;
        readonly amount: bigint;
        /** Index in the L1 queue of the first of its three words. */
        readonly firstRequest: number;
      }
    | {
        readonly name: "Deposited";
        readonly account: number;
        readonly amount: bigint;
        readonly request: number;
      }
    | { readonly name: "BatchCommitted"; readonly number: number; readonly record: BatchRecord }
    | { readonly name: "BatchProven"; readonly number: number; readonly root: bigint }
    | {
        readonly name: "BatchesReverted";
        readonly from: number;
        readonly to: number;
        readonly digest: string;
      }
    | {
        readonly name: "Credited";
        readonly account: number;
        readonly amount: bigint;
        readonly batch: number;
      }
    | { readonly name: "Claimed"; readonly account: number; readonly to: string; readonly amount: bigint }
  );

/** The event of a log; undefined when it is none of the exchange's. */
export function readEvent(abi: Interface, log: Log): ExchangeEvent | undefined {
  const parsed: LogDescription | null = abi.parseLog(log);
  if (!parsed) return undefined;
  const place: EventPlace = {
    blockNumber: log.blockNumber,
    blockHash: log.blockHash,
    transactionHash: log.transactionHash,
    logIndex: log.index,
  };
  const number = (key: string): number => Number(parsed.args.getValue(key));
  const big = (key: string): bigint => parsed.args.getValue(key) as bigint;
  const text = (key: string): string => parsed.args.getValue(key) as string;
  switch (parsed.name) {
    case "Registered":
      return {
        ...place,
        name: "Registered",
        account: number("account"),
        owner: text("owner"),
        keyHash: big("keyHash"),
        amount: big("amount"),
        firstRequest: number("firstRequest"),
      };
    case "Deposited":
      return {
        ...place,
        name: "Deposited",
        account: number("account"),
        amount: big("amount"),
        request: number("request"),
      };
    case "BatchCommitted": {
      const record = readBatchRecord(parsed.args.getValue("record") as Result);
      return { ...place, name: "BatchCommitted", number: record.number, record };
    }
    case "BatchProven":
      return { ...place, name: "BatchProven", number: number("number"), root: big("root") };
    case "BatchesReverted":
      return {
        ...place,
        name: "BatchesReverted",
        from: number("from"),
        to: number("to"),
        digest: text("digest"),
      };
    case "Credited":
      return {
        ...place,
        name: "Credited",
        account: number("account"),
        amount: big("amount"),
        batch: number("batch"),
      };
    case "Claimed":
      return {
        ...place,
        name: "Claimed",
        account: number("account"),
        to: text("to"),
        amount: big("amount"),
      };
    default:
      return undefined;
  }
}
