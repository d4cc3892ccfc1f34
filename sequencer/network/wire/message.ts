/** Messages of consensus as they travel. */
import {
  MAX_ANSWERED_CERTIFICATES,
  MAX_CARRIED_CERTIFICATES,
  MAX_REQUESTED_BLOCKS,
  MAX_REQUESTED_VIEWS,
} from "../../consensus/limits.ts";
import type { Message, Proposal } from "../../consensus/messages.ts";
import { MAX_CHAIN_BLOCKS_READ } from "../limits.ts";
import { block, certificate, hash, number, vote } from "./block-schema.ts";
import { decode, encode } from "./codec.ts";
import { choice, list, maybe, one, record } from "./record.ts";

const proposal = record<Proposal>({
  epoch: one(number),
  view: one(number),
  block: one(block),
  parentView: one(number),
  // The parent's own certificate beside the nullifications.
  certificates: list(certificate, MAX_CARRIED_CERTIFICATES + 1),
  vote: one(vote),
});

const message = choice<Message>({
  vote: [1, record({ vote: one(vote) })],
  certificate: [2, record({ certificate: one(certificate) })],
  proposal: [3, record({ proposal: one(proposal) })],
  certificateRequest: [
    4,
    record({
      epoch: one(number),
      view: one(number),
      height: one(number),
      views: list(number, MAX_REQUESTED_VIEWS),
    }),
  ],
  certificates: [5, record({ certificates: list(certificate, MAX_ANSWERED_CERTIFICATES) })],
  blockRequest: [6, record({ hashes: list(hash, MAX_REQUESTED_BLOCKS) })],
  blocks: [7, record({ blocks: list(block, MAX_REQUESTED_BLOCKS) })],
  chainRequest: [8, record({ epoch: one(number), fromHeight: one(number) })],
  chain: [9, record({ blocks: list(block, MAX_CHAIN_BLOCKS_READ), finalization: one(certificate) })],
  statusRequest: [10, record({ epoch: one(number), nonce: one(number) })],
  status: [11, record({ epoch: one(number), nonce: one(number), certificate: maybe(certificate) })],
});

/** A message beyond its bounds is a bug and throws. */
export const encodeMessage = (value: Message): Uint8Array<ArrayBuffer> => encode(message, value);

/** Throws `WireError`. */
export const decodeMessage = (bytes: Uint8Array): Message => decode(message, bytes);
