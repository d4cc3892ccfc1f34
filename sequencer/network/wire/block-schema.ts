/** Votes, certificates, blocks: what messages and the log are made of. Numbers of fields are their places. */
import { hexToBytes } from "@noble/hashes/utils.js";
import { MAX_VALIDATORS } from "../../consensus/limits.ts";
import type {
  Block,
  Certificate,
  Hash,
  Header,
  Signature,
  SignatureOf,
  Subject,
  Vote,
} from "../../consensus/messages.ts";
import { hexOf } from "../../consensus/vote.ts";
import { MAX_PAYLOAD_BYTES } from "../../ordering/payload-layout.ts";
import { bytes, flag, mapped, oneOf, unsigned } from "./codec.ts";
import { list, maybe, one, record } from "./record.ts";

const hexBytes = (length: number) =>
  mapped<Hash>(bytes(length, length), (value) => hexToBytes(value.slice(2)), hexOf);

export const number = unsigned();
export const hash = hexBytes(32);
export const signature = hexBytes(65) satisfies ReturnType<typeof mapped<Signature>>;
const signer = unsigned(MAX_VALIDATORS - 1);
const voteKind = oneOf(["notarize", "nullify", "finalize"]);

/** The digest of a vote exists only for these. */
const namesABlockOrNullifies = (subject: Subject): boolean =>
  (subject.block === null) === (subject.kind === "nullify");

export const vote = record<Vote>(
  {
    kind: one(voteKind),
    epoch: one(number),
    view: one(number),
    block: maybe(hash),
    signer: one(signer),
    signature: one(signature),
  },
  namesABlockOrNullifies,
);

export const certificate = record<Certificate>(
  {
    kind: one(voteKind),
    epoch: one(number),
    view: one(number),
    block: maybe(hash),
    signatures: list(record<SignatureOf>({ signer: one(signer), signature: one(signature) }), MAX_VALIDATORS),
  },
  namesABlockOrNullifies,
);

export const header = record<Header>({
  epoch: one(number),
  view: one(number),
  height: one(number),
  parent: one(hash),
  timeMs: one(number),
  stateRootHeight: one(number),
  stateRoot: one(hash),
  payloadHash: one(hash),
  lastOfEpoch: one(flag),
});

export const block = record<Block>({ header: one(header), payload: one(bytes(0, MAX_PAYLOAD_BYTES)) });
