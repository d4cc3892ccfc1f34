/** What the core tells the network of: forgeries, never what is merely stale or unwanted. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Certificate } from "../../sequencer/consensus/messages.ts";
import { hashOf, Lab, NAMES } from "./lab.ts";

const blamed = (lab: Lab): string[] => lab.all("misconduct").map(({ peer }) => peer);

function forged(certificate: Certificate): Certificate {
  const [first, second, third] = certificate.signatures;
  return {
    ...certificate,
    signatures: [first!, { ...second!, signature: first!.signature }, third!],
  };
}

test("a certificate without its quorum, however it comes", () => {
  const lab = new Lab();
  const certificate = lab.certificate("nullify", 1, null);
  const { view } = lab.state;
  const few = { ...certificate, signatures: certificate.signatures.slice(0, 2) };
  lab.hearCertificate(forged(certificate), 1);
  lab.hear({ kind: "certificates", certificates: [few] }, 2);
  lab.hearProposal(lab.block(1), 0, [forged(certificate)]);
  assert.equal(blamed(lab), [NAMES[1], NAMES[2], NAMES[1]]);
  assert.is(lab.state.view, view, "and it counts for nothing");
});

test("a block with another's payload", () => {
  const lab = new Lab();
  const block = { ...lab.block(1), payload: Uint8Array.of(77) };
  lab.hear({ kind: "blocks", blocks: [block] }, 3);
  assert.equal(blamed(lab), [NAMES[3]]);
});

test("not what is good, known, of another epoch, or not wanted", () => {
  const lab = new Lab();
  const certificate = lab.certificate("nullify", 1, null);
  const elsewhere = lab.certificate("nullify", 1, null, [1, 2, 3], 7);
  lab.hearCertificate(certificate, 1).hearCertificate(certificate, 2).hearCertificate(elsewhere, 3);
  const [first] = lab.catchUp(3);
  lab.hearCertificate(forged(certificate), 1);
  lab.hear({ kind: "blocks", blocks: [lab.block(9)] }, 2);
  lab.hear(
    {
      kind: "chain",
      blocks: [first!],
      finalization: lab.certificate("finalize", 1, hashOf(first!)),
    },
    3,
  );
  assert.equal(blamed(lab), []);
});

test.run();
