/**
 * Scripted liars. Each has an honest core, so that it keeps up and is believed, and a tongue that says something else or
 * something more. They sign with their own key only.
 */
import type {
  Block,
  Certificate,
  Hash,
  Message,
  Peer,
  Proposal,
  Subject,
  Vote,
} from "../../sequencer/consensus/messages.ts";
import { hashHeader, hashPayload } from "./keys.ts";
import { badPayload } from "./payload.ts";
import type { Fault } from "./scenario.ts";
import { honestTongue, type Tongue, type Validator } from "./validator.ts";

export function makeTongue(fault: Fault): Tongue {
  switch (fault) {
    case "silent":
    case "twins":
    case "forgetful":
      return honestTongue;
    case "equivocator":
      return { say: equivocate, hear: onceABlock(voteForEverything) };
    case "finalizer":
      return { say: keepTo(() => true), hear: onceABlock(finalizeEverything) };
    case "nullifier":
      return { say: nullifyOnly };
    case "impersonator":
      return { say: keepTo(() => true), hear: impersonate };
    case "replayer":
      return new Replayer();
    case "garbler":
      return { say: keepTo(() => true), hear: garble };
    case "forker":
      return { say: fork, hear: onceABlock(voteForEverything) };
    case "withholder":
      return { say: withhold };
  }
}

const keepTo =
  (isSaid: (message: Message) => boolean): Tongue["say"] =>
  (validator, to, message) => {
    if (isSaid(message)) validator.post(to, message);
  };

function sign(validator: Validator, subject: Subject): Vote {
  const { character, state } = validator;
  return { ...subject, signer: state!.self, signature: character.sign(subject) };
}

function postVote(validator: Validator, to: Peer | "all", subject: Subject): void {
  if (validator.state!.self >= 0) validator.post(to, { kind: "vote", vote: sign(validator, subject) });
}

const others = ({ state, character }: Validator): Peer[] =>
  state!.epoch.validators.filter((peer) => peer !== character.name);

/** The same place in the chain, another content. */
function variantOf(block: Block, payload: Uint8Array): Block {
  return { header: { ...block.header, payloadHash: hashPayload(payload) }, payload };
}

const withBlock = (validator: Validator, proposal: Proposal, block: Block): Proposal => {
  const { epoch, view } = proposal;
  const vote = sign(validator, { kind: "notarize", epoch, view, block: hashHeader(block.header) });
  return { ...proposal, block, vote };
};

/** Two blocks, or three, each to a part of the others; sometimes one is invalid. Then votes for both. */
function equivocate(validator: Validator, to: Peer | "all", message: Message): void {
  const { random } = validator;
  if (message.kind !== "proposal") {
    validator.post(to, message);
    return;
  }
  const { proposal } = message;
  const payload = random.chance(0.15) ? badPayload() : Uint8Array.of(random.below(250), 1);
  const second = withBlock(validator, proposal, variantOf(proposal.block, payload));
  for (const peer of others(validator)) {
    const told = random.weighted([
      [4, [proposal]],
      [4, [second]],
      [1, [proposal, second]],
      [1, []],
    ]);
    for (const one of told) validator.post(peer, { kind: "proposal", proposal: one });
  }
}

/** Reacts to each block once: liars that react to each other would talk each other into a storm. */
function onceABlock(react: (validator: Validator, seen: Seen) => void): NonNullable<Tongue["hear"]> {
  const known = new Set<string>();
  return (validator, _from, message) => {
    const seen = blockSeen(message);
    if (seen === null || validator.state!.epoch.number !== seen.epoch) return true;
    const name = `${seen.epoch}/${seen.view}/${seen.block}`;
    if (!known.has(name)) react(validator, seen);
    known.add(name);
    return true;
  };
}

interface Seen {
  readonly epoch: number;
  readonly view: number;
  readonly block: Hash;
}

/** Notarize and finalize for each proposal and notarization, whatever was said before. */
function voteForEverything(validator: Validator, { epoch, view, block }: Seen): void {
  for (const kind of ["notarize", "finalize"] as const)
    for (const peer of others(validator))
      if (validator.random.chance(0.7)) postVote(validator, peer, { kind, epoch, view, block });
}

function blockSeen(message: Message): Seen | null {
  const subject =
    message.kind === "proposal"
      ? message.proposal.vote
      : message.kind === "certificate" && message.certificate.kind === "notarize"
        ? message.certificate
        : null;
  if (subject === null || subject.block === null) return null;
  return { epoch: subject.epoch, view: subject.view, block: subject.block };
}

function finalizeEverything(validator: Validator, seen: Seen): void {
  const { random } = validator;
  const { epoch, view, block } = seen;
  const invented: Hash = hashPayload(Uint8Array.of(random.below(256), view & 255));
  for (const peer of others(validator)) {
    if (random.chance(0.5)) postVote(validator, peer, { kind: "nullify", epoch, view, block: null });
    if (random.chance(0.5)) postVote(validator, peer, { kind: "finalize", epoch, view, block });
    if (random.chance(0.2)) postVote(validator, peer, { kind: "finalize", epoch, view, block: invented });
  }
  voteForEverything(validator, seen);
}

/** Instead of every vote a nullify vote for its view and the next. */
function nullifyOnly(validator: Validator, to: Peer | "all", message: Message): void {
  const vote =
    message.kind === "vote" ? message.vote : message.kind === "proposal" ? message.proposal.vote : null;
  if (vote === null) {
    validator.post(to, message);
    return;
  }
  for (const view of [vote.view, vote.view + 1])
    postVote(validator, "all", { kind: "nullify", epoch: vote.epoch, view, block: null });
}

/** Votes in others' names, and certificates that its own signature fills. */
function impersonate(validator: Validator, from: Peer, message: Message): boolean {
  const { random, state } = validator;
  if (message.kind !== "vote" || random.chance(0.6)) return true;
  // Not on forged ones, or two impersonators would talk each other into a storm.
  if (!validator.world.keys.verify(state!.epoch, message.vote)) return true;
  if (state!.epoch.number !== message.vote.epoch) return true;
  const { vote } = message;
  const { kind, epoch, view } = vote;
  const forged = hashPayload(Uint8Array.of(9, random.below(256)));
  const subject: Subject = { kind, epoch, view, block: kind === "nullify" ? null : forged };
  const { signature } = sign(validator, subject);
  validator.post(from, { kind: "vote", vote: { ...subject, signer: vote.signer, signature } });
  validator.post(from, { kind: "vote", vote: { ...vote, block: subject.block } });
  const everybody = state!.epoch.validators.map((_, signer) => ({ signer, signature }));
  const repeated = everybody.map(() => ({ signer: Math.max(0, state!.self), signature }));
  for (const signatures of [everybody, repeated, [everybody[0]!]]) {
    const certificate: Certificate = {
      ...subject,
      kind: random.pick(["notarize", "finalize"]),
      block: forged,
      signatures,
    };
    validator.post("all", { kind: "certificate", certificate });
  }
  return true;
}

class Replayer implements Tongue {
  private readonly heard: Message[] = [];

  say(validator: Validator, to: Peer | "all", message: Message): void {
    validator.post(to, message);
  }

  hear(validator: Validator, _from: Peer, message: Message): boolean {
    const { random } = validator;
    if (this.heard.length < 2000) this.heard.push(message);
    else this.heard[random.below(this.heard.length)] = message;
    // Less than one for one, or two replayers would talk each other into a storm.
    if (random.chance(0.6)) validator.post(random.pick(others(validator)), random.pick(this.heard));
    return true;
  }
}

/** Well-typed nonsense: what a decoder lets through. */
function garble(validator: Validator, _from: Peer, message: Message): boolean {
  const { random, state } = validator;
  if (random.chance(0.7)) return true;
  const number = (): number => random.pick([0, 1, 7, state!.view, state!.view + 1, 2 ** 31, 2 ** 53 - 1]);
  const hash = (): Hash => hashPayload(Uint8Array.of(random.below(256)));
  const subject = (): Subject => ({
    kind: random.pick(["notarize", "nullify", "finalize"]),
    epoch: random.pick([state!.epoch.number, number()]),
    view: number(),
    block: random.chance(0.5) ? null : hash(),
  });
  const certificate = (): Certificate => ({
    ...subject(),
    signatures: Array.from({ length: random.below(9) }, () => ({ signer: number(), signature: hash() })),
  });
  const block = (): Block => {
    const payload = Uint8Array.of(random.below(256));
    const names = {
      parent: hash(),
      stateRoot: hash(),
      payloadHash: random.pick([hash(), hashPayload(payload)]),
    };
    const counts = { epoch: state!.epoch.number, view: number(), height: number(), timeMs: number() };
    return {
      header: { ...counts, ...names, stateRootHeight: number(), lastOfEpoch: random.chance(0.5) },
      payload,
    };
  };
  const epoch = state!.epoch.number;
  const lies: Message[] = [
    { kind: "vote", vote: sign(validator, subject()) },
    { kind: "certificate", certificate: certificate() },
    { kind: "certificateRequest", epoch, view: number(), height: number(), views: [number(), -1, number()] },
    { kind: "certificates", certificates: [certificate(), certificate()] },
    { kind: "blockRequest", hashes: Array.from({ length: 30 }, hash) },
    { kind: "blocks", blocks: [block(), block()] },
    { kind: "chainRequest", epoch: number(), fromHeight: number() },
    { kind: "chain", blocks: [block()], finalization: certificate() },
    { kind: "chain", blocks: [], finalization: certificate() },
    { kind: "statusRequest", epoch: number(), nonce: number() },
    { kind: "status", epoch, nonce: number(), certificate: certificate() },
  ];
  if (message.kind === "proposal") {
    const { proposal } = message;
    const odd = { ...proposal, view: number(), parentView: number(), certificates: [certificate()] };
    lies.push(
      { kind: "proposal", proposal: odd },
      { kind: "proposal", proposal: withBlock(validator, odd, block()) },
    );
  }
  validator.post(random.pick(others(validator)), random.pick(lies));
  return true;
}

/** As leader: a block on the floor or on the oldest that is held, as if nothing had been certified since. */
function fork(validator: Validator, to: Peer | "all", message: Message): void {
  const { random, state } = validator;
  if (message.kind !== "proposal" || random.chance(0.3)) {
    validator.post(to, message);
    return;
  }
  const { proposal } = message;
  const { floor, finalView, blocks } = state!;
  const old = [...blocks.values()].filter(({ header }) => header.view < proposal.view);
  const parent = random.chance(0.5) ? undefined : old[random.below(Math.max(1, old.length))];
  const above = parent?.header ?? floor.header;
  const header = {
    ...proposal.block.header,
    parent: parent === undefined ? floor.hash : hashHeader(parent.header),
    height: (above?.height ?? 0) + 1,
    stateRootHeight: above?.stateRootHeight ?? 0,
    stateRoot: above?.stateRoot ?? proposal.block.header.stateRoot,
  };
  const certificates = proposal.certificates.filter(() => random.chance(0.5));
  const parentView = parent?.header.view ?? finalView;
  const forked = withBlock(
    validator,
    { ...proposal, parentView, certificates },
    { ...proposal.block, header },
  );
  validator.post(to, { kind: "proposal", proposal: forked });
}

/** Proposals and votes to a part of the others, answers to nobody. */
function withhold(validator: Validator, to: Peer | "all", message: Message): void {
  const { random } = validator;
  if (to !== "all") return;
  for (const peer of others(validator)) if (random.chance(0.5)) validator.post(peer, message);
}
