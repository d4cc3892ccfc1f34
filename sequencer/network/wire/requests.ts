/** Signed requests of traders on their way between nodes. Whether they mean anything is for the door to say. */
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { MAX_REQUEST_WORDS } from "../../ordering/limits.ts";
import type { Point, Signature, SignedRequest } from "../../signature/request.ts";
import { MAX_REQUESTS_PER_FRAME } from "../limits.ts";
import { bytes, decode, encode, mapped } from "./codec.ts";
import { list, one, record } from "./record.ts";
import { refuse } from "./wire-error.ts";

/** Big-endian. The door compares with the field and the group; here only the width counts. */
export const word = mapped<bigint>(
  bytes(32, 32),
  (value) => hexToBytes(value.toString(16).padStart(64, "0")),
  (value) => BigInt(`0x${bytesToHex(value)}`),
);

interface Coordinates {
  readonly x: bigint;
  readonly y: bigint;
}
interface FlatRequest {
  readonly words: readonly bigint[];
  readonly publicKey: Coordinates;
  readonly r8: Coordinates;
  readonly s: bigint;
}

const point = record<Coordinates>({ x: one(word), y: one(word) });
const request = record<FlatRequest>({
  words: list(word, MAX_REQUEST_WORDS),
  publicKey: one(point),
  r8: one(point),
  s: one(word),
});
const requests = record<{ readonly requests: readonly FlatRequest[] }>({
  requests: list(request, MAX_REQUESTS_PER_FRAME),
});

const coordinates = ([x, y]: Point): Coordinates => ({ x, y });
const pointOf = ({ x, y }: Coordinates): Point => [x, y];

const flat = ({ words, publicKey, signature }: SignedRequest): FlatRequest => ({
  words,
  publicKey: coordinates(publicKey),
  r8: coordinates(signature.r8),
  s: signature.s,
});

function signed({ words, publicKey, r8, s }: FlatRequest): SignedRequest {
  if (words.length === 0) refuse("outOfRange");
  const signature: Signature = { r8: pointOf(r8), s };
  return { words, publicKey: pointOf(publicKey), signature };
}

/** At most `MAX_REQUESTS_PER_FRAME`. */
export const encodeRequests = (values: readonly SignedRequest[]): Uint8Array<ArrayBuffer> =>
  encode(requests, { requests: values.map(flat) });

/** Throws `WireError`. */
export const decodeRequests = (bytes: Uint8Array): SignedRequest[] =>
  decode(requests, bytes).requests.map(signed);
