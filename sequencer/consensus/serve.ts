/** Questions of others, and the answers of others. */
import { admitCertificate, verifyCertificate } from "./certificates.ts";
import { holdBlock, openBlock } from "./chain.ts";
import { deliverHeld, deliverUpTo } from "./finality.ts";
import { MAX_ANSWERED_CERTIFICATES, MAX_REQUESTED_BLOCKS, MAX_REQUESTED_VIEWS } from "./limits.ts";
import type { Block, Certificate, CertificateRequest, Hash, Peer } from "./messages.ts";
import { wantsBlock } from "./resolver.ts";
import { isInReach, isOpen } from "./state.ts";
import { verifyStart } from "./take-over.ts";
import type { Turn } from "./turn.ts";

/** The certificates of these views, what is final already, and what leads further than the asker is. */
export function answerCertificates(turn: Turn, from: Peer, request: CertificateRequest): void {
  const { state } = turn;
  if (request.epoch < state.epoch.number || (request.epoch === state.epoch.number && state.over)) {
    turn.effects.push({ kind: "serveChain", to: from, fromHeight: request.height + 1 });
    return;
  }
  if (request.epoch > state.epoch.number) return;
  const found = new Set<Certificate>();
  const { entry, finalization, start } = state;
  const views = request.views.slice(0, MAX_REQUESTED_VIEWS);
  if (finalization !== null && finalization.view >= Math.min(request.view, ...views)) found.add(finalization);
  if (finalization === null && start !== null) found.add(start);
  if (entry !== null && entry.view >= request.view) found.add(entry);
  for (const view of views) {
    if (view <= state.finalView) continue;
    const certificates = state.rounds.get(view)?.certificates;
    for (const one of [certificates?.notarize, certificates?.nullify]) if (one) found.add(one);
  }
  if (found.size > 0) turn.send(from, { kind: "certificates", certificates: [...found] });
}

/** Up to the first forgery: who sends one gets no more work out of this node with that message. */
export function takeCertificates(turn: Turn, certificates: readonly Certificate[]): void {
  certificates
    .slice(0, MAX_ANSWERED_CERTIFICATES)
    .every((certificate) => admitCertificate(turn, certificate));
}

/** One block a message; what is not held above the floor may be in the database. */
export function answerBlocks(turn: Turn, from: Peer, hashes: readonly Hash[]): void {
  const elsewhere: Hash[] = [];
  for (const hash of new Set(hashes.slice(0, MAX_REQUESTED_BLOCKS))) {
    const block = turn.state.blocks.get(hash);
    if (block === undefined) elsewhere.push(hash);
    else turn.send(from, { kind: "blocks", blocks: [block] });
  }
  if (elsewhere.length > 0) turn.effects.push({ kind: "serveBlocks", to: from, hashes: elsewhere });
}

/** Only blocks that are missing are kept. */
export function takeBlocks(turn: Turn, blocks: readonly Block[]): void {
  for (const block of blocks.slice(0, MAX_REQUESTED_BLOCKS)) {
    const hash = openBlock(turn, block);
    if (hash !== undefined && wantsBlock(turn, hash)) holdBlock(turn, hash, block);
  }
  deliverHeld(turn);
}

export function answerChain(turn: Turn, from: Peer, fromHeight: number): void {
  if (fromHeight <= turn.state.floor.height) turn.effects.push({ kind: "serveChain", to: from, fromHeight });
}

/** Their hashes, if there are any and each stands on the one before. */
function chainOf(turn: Turn, blocks: readonly Block[]): Hash[] | null {
  const hashes: Hash[] = [];
  for (const block of blocks) {
    const hash = openBlock(turn, block);
    const { parent, epoch } = block.header;
    if (hash === undefined || parent !== (hashes.at(-1) ?? parent) || !isOpen(turn.state, epoch)) return null;
    hashes.push(hash);
  }
  return hashes.length === 0 ? null : hashes;
}

/** A stretch of final blocks: a chain from the floor up to the block of a good finalization. */
export function takeChain(turn: Turn, blocks: readonly Block[], finalization: Certificate): void {
  const { state } = turn;
  if (!isInReach(state, state.floor.height + 1)) return;
  const above = blocks.filter(({ header }) => header.height > state.floor.height);
  const hashes = chainOf(turn, above);
  if (hashes === null || finalization.kind !== "finalize" || finalization.block !== hashes.at(-1)) return;
  const isOwn = finalization.epoch === state.epoch.number;
  if (!(isOwn ? verifyCertificate(turn, finalization) : verifyStart(turn, finalization))) return;
  const [{ header }] = above as [Block];
  if (header.height === state.floor.height + 1 && header.parent !== state.floor.hash)
    turn.halt({ code: "conflictingFinality", certificate: finalization });
  if (header.parent !== state.floor.hash) return;
  above.forEach((block, i) => {
    holdBlock(turn, hashes[i]!, block);
  });
  admitCertificate(turn, finalization);
  // A later finalization is known: this one was not admitted, and helps all the same.
  if (state.floor.height < above.at(-1)!.header.height) deliverUpTo(turn, finalization);
  deliverHeld(turn);
}
