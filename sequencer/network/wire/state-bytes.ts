/**
 * The exchange's state as snapshots carry it: the bytes by which the database keeps it (batch/state-codec.ts). Every width
 * there is the one that the state's hash has room for, so that no two values have one hash.
 */
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { ByteReader, ByteWriter } from "../../batch/bytes.ts";
import type { BinaryCodec } from "../../batch/codec.ts";
import { MalformedValue } from "../../batch/malformed-value.ts";
import { accountCodec, machineCodec, marketCodec } from "../../batch/state-codec.ts";
import { FIELD_MODULUS } from "../../exchange/field.ts";
import { ACCOUNT_BITS, WORD_BITS } from "../../exchange/limits.ts";
import type { NumberedAccount } from "../../snapshot/snapshot.ts";
import { bytes, type Codec, mapped, unsigned } from "./codec.ts";
import { one, record } from "./record.ts";
import { refuse, WireError } from "./wire-error.ts";

/** Eleven numbers of 32 bytes and a taker. */
const MAX_MACHINE_BYTES = 512;
/** Parameters, four totals, two links. */
const MAX_MARKET_BYTES = 512;
/** 256 orders of 64 bytes, and the account itself. */
const MAX_ACCOUNT_BYTES = 18 * 1024;

const inBytes = <T>(codec: BinaryCodec<T>, most: number): Codec<T> =>
  mapped<T>(
    bytes(1, most),
    (value) => {
      const writer = new ByteWriter();
      codec.bytes.write(writer, value);
      return writer.take();
    },
    (encoded) => whole(codec, encoded),
  );

function whole<T>(codec: BinaryCodec<T>, encoded: Uint8Array): T {
  try {
    const reader = new ByteReader(encoded);
    const value = codec.bytes.read(reader, "");
    reader.end("");
    return value;
  } catch (error) {
    if (error instanceof MalformedValue) throw new WireError(CODES[error.reason] ?? "malformed");
    throw error;
  }
}

const CODES: Partial<Record<MalformedValue["reason"], WireError["code"]>> = {
  outOfRange: "outOfRange",
  wrongLength: "outOfRange",
  duplicate: "inconsistent",
  inconsistent: "inconsistent",
};

export const machineState = inBytes(machineCodec, MAX_MACHINE_BYTES);
export const marketState = inBytes(marketCodec, MAX_MARKET_BYTES);
export const numberedAccount = record<NumberedAccount>({
  index: one(unsigned(2 ** ACCOUNT_BITS - 1)),
  account: one(inBytes(accountCodec, MAX_ACCOUNT_BYTES)),
});

/** 32 bytes, big-endian, below a bound. */
const below = (bound: bigint): Codec<bigint> =>
  mapped<bigint>(
    bytes(32, 32),
    (value) => hexToBytes(value.toString(16).padStart(64, "0")),
    (value) => {
      const number = BigInt(`0x${bytesToHex(value)}`);
      return number < bound ? number : refuse("outOfRange");
    },
  );
export const fieldElement = below(FIELD_MODULUS);
export const word = below(1n << BigInt(WORD_BITS));
