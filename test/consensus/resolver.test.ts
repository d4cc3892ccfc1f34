import { test } from "uvu";
import * as assert from "uvu/assert";
import { MAX_REQUESTED_BLOCKS, MAX_REQUESTED_VIEWS, PEERS_ASKED } from "../../sequencer/consensus/limits.ts";
import type { CertificateRequest } from "../../sequencer/consensus/messages.ts";
import { hashOf, Lab, TIMING } from "./lab.ts";

const request = (view: number, views: readonly number[], epoch = 0, height = 0): CertificateRequest => ({
  kind: "certificateRequest",
  epoch,
  view,
  height,
  views,
});

test("while stuck: own votes and the certificate that led here again, and questions to two others", () => {
  const lab = new Lab();
  lab.grow(1);
  lab.hearProposal(lab.block(2, lab.block(1)), 1).forget();
  lab.clock(TIMING.retryMs);
  assert.equal(lab.votes, ["finalize 1", "notarize 2"]);
  assert.equal(
    lab.said("certificate").map(({ certificate }) => [certificate.kind, certificate.view]),
    [["notarize", 1]],
  );
  const asked = lab.all("send").filter(({ message }) => message.kind === "certificateRequest");
  assert.is(asked.length, PEERS_ASKED);
  assert.is(new Set(asked.map(({ to }) => to)).size, PEERS_ASKED);
  assert.not.ok(asked.some(({ to }) => to === "v0"));
  assert.equal(asked[0]!.message, request(2, [2]));
});

test("and again after each retry, not more often", () => {
  const lab = new Lab().forget();
  for (let nowMs = 0; nowMs < 10 * TIMING.retryMs; nowMs += 10) lab.clock(nowMs);
  const questions = lab.all("send").filter(({ message }) => message.kind === "certificateRequest");
  assert.is(questions.length, 9 * PEERS_ASKED);
});

test("views without any certificate are asked for, the latest first, so many at most", () => {
  const lab = new Lab();
  lab.hearCertificate(lab.certificate("nullify", 4, null)).forget();
  lab.clock(TIMING.retryMs);
  assert.equal(lab.said("certificateRequest")[0]!.views, [5, 3, 2, 1]);
  lab.hearCertificate(lab.certificate("nullify", 300, null)).forget();
  lab.clock(2 * TIMING.retryMs);
  const { views } = lab.said("certificateRequest")[0]!;
  assert.equal([views.length, views[0], views[1]], [MAX_REQUESTED_VIEWS, 301, 299]);
});

test("who asks gets the certificates of these views, and what leads further than it is", () => {
  const lab = new Lab();
  const [nullification, notarization] = [
    lab.certificate("nullify", 2, null),
    lab.certificate("notarize", 3, hashOf(lab.block(3))),
  ];
  lab.hearCertificate(nullification).hearCertificate(notarization).forget();
  lab.hear(request(1, [1, 2, -1, 99]));
  assert.equal(lab.said("certificates"), [
    { kind: "certificates", certificates: [notarization, nullification] },
  ]);
  assert.equal(lab.all("send")[0]!.to, "v1");
  assert.equal(
    lab
      .forget()
      .hear(request(4, [9]))
      .said("certificates"),
    [],
  );
});

test("who asks for what is final gets the finalization", () => {
  const lab = new Lab();
  lab.catchUp(5);
  lab.forget().hear(request(2, [2]));
  assert.equal(
    lab.said("certificates")[0]!.certificates.map(({ kind, view }) => `${kind} ${view}`),
    ["finalize 5"],
  );
});

test("blocks are served from above the floor, the others from the database, so many at most", () => {
  const lab = new Lab();
  const [block] = lab.grow(1);
  const unknown = Array.from({ length: 20 }, (_, i) => hashOf(lab.block(40 + i)));
  lab.forget().hear({ kind: "blockRequest", hashes: [hashOf(block!), ...unknown] }, 2);
  assert.equal(lab.said("blocks"), [{ kind: "blocks", blocks: [block] }]);
  const [served] = lab.all("serveBlocks");
  assert.equal(served, { kind: "serveBlocks", to: "v2", hashes: unknown.slice(0, MAX_REQUESTED_BLOCKS - 1) });
});

test("blocks that nobody missed are not kept", () => {
  const lab = new Lab();
  lab.hear({ kind: "blocks", blocks: [lab.block(1), lab.block(2)] });
  assert.is(lab.state.blocks.size, 0);
});

test("a final block that is missing is asked for by hash at once, from whoever brought the news", () => {
  const lab = new Lab();
  const block = lab.block(1);
  lab.hearCertificate(lab.certificate("finalize", 1, hashOf(block)), 3);
  assert.equal(
    lab.all("send").map(({ to, message }) => [to, message]),
    [["v3", { kind: "blockRequest", hashes: [hashOf(block)] }]],
  );
  lab.hear({ kind: "blocks", blocks: [block] });
  assert.is(lab.all("deliver").length, 1);
});

test("who is far behind finality asks for the chain by height, and takes it in stretches", () => {
  const far = new Lab();
  const blocks = far.catchUp(30);
  const lab = new Lab();
  lab.hearCertificate(lab.certificate("finalize", 30, hashOf(blocks[29]!)));
  lab.forget().hear({ kind: "blocks", blocks: [blocks[29]!] });
  assert.equal(lab.said("chainRequest"), [{ kind: "chainRequest", epoch: 0, fromHeight: 1 }]);
  const stretch = (from: number, to: number): void => {
    const finalization = lab.certificate("finalize", to, hashOf(blocks[to - 1]!));
    lab.hear({ kind: "chain", blocks: blocks.slice(from - 1, to), finalization });
  };
  stretch(1, 20);
  assert.equal([lab.all("deliver").length, lab.said("chainRequest").at(-1)!.fromHeight], [20, 21]);
  stretch(15, 29);
  assert.equal([lab.all("deliver").length, lab.state.floor.height, lab.state.finalView], [30, 30, 30]);
});

test("no chain: gaps, another start, a payload exchanged, no finalization of its end", () => {
  const far = new Lab();
  const blocks = far.catchUp(4);
  const lab = new Lab();
  const finalization = lab.certificate("finalize", 4, hashOf(blocks[3]!));
  const wrongs = [
    { blocks: [], finalization },
    { blocks: blocks.slice(1), finalization },
    { blocks: [blocks[0]!, ...blocks.slice(2)], finalization },
    { blocks: blocks.slice(0, 3), finalization },
    { blocks: blocks.map((block) => ({ ...block, payload: Uint8Array.of(9, 9) })), finalization },
    { blocks, finalization: lab.certificate("notarize", 4, hashOf(blocks[3]!)) },
    { blocks, finalization: lab.certificate("finalize", 4, hashOf(blocks[3]!), [1, 2]) },
  ];
  for (const wrong of wrongs) lab.hear({ kind: "chain", ...wrong });
  assert.equal([lab.all("deliver").length, lab.state.blocks.size], [0, 0]);
  lab.hear({ kind: "chain", blocks, finalization });
  assert.is(lab.all("deliver").length, 4);
});

test("a chain that is final here is served from the database", () => {
  const lab = new Lab();
  lab.catchUp(3);
  lab.forget().hear({ kind: "chainRequest", epoch: 0, fromHeight: 2 }, 2);
  lab.hear({ kind: "chainRequest", epoch: 0, fromHeight: 4 }, 2);
  assert.equal(lab.effects, [{ kind: "serveChain", to: "v2", fromHeight: 2 }]);
});

test("what is held while far behind finality is bounded", () => {
  const lab = new Lab();
  let above = lab.block(1);
  for (let view = 2; view < 400; view++) {
    const certified = lab.certificate("finalize", view - 1, hashOf(above));
    above = lab.block(view, above);
    if (view % 4 !== 0) lab.hearProposal(above, view - 1, [certified]);
    lab.hearCertificate(lab.certificate("finalize", view, hashOf(above)));
  }
  assert.ok(lab.state.rounds.size < 100 && lab.state.blocks.size < 100);
  assert.is(lab.all("deliver").length, 0);
});

test.run();
