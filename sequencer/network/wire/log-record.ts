/** Records of a validator's log and blocks of its database: the same encodings on disk as between nodes. */
import type { Block } from "../../consensus/messages.ts";
import type { LogRecord } from "../../consensus/ports.ts";
import { block, certificate, number, vote } from "./block-schema.ts";
import { decode, encode } from "./codec.ts";
import { choice, one, record } from "./record.ts";

const logRecord = choice<LogRecord>({
  begin: [1, record({ epoch: one(number) })],
  vote: [2, record({ vote: one(vote) })],
  block: [3, record({ block: one(block) })],
  certificate: [4, record({ certificate: one(certificate) })],
  silent: [5, record({ epoch: one(number), through: one(number) })],
});

export const encodeLogRecord = (value: LogRecord): Uint8Array<ArrayBuffer> => encode(logRecord, value);

/** Throws `WireError`. */
export const decodeLogRecord = (bytes: Uint8Array): LogRecord => decode(logRecord, bytes);

export const encodeBlock = (value: Block): Uint8Array<ArrayBuffer> => encode(block, value);

/** Throws `WireError`. */
export const decodeBlock = (bytes: Uint8Array): Block => decode(block, bytes);
