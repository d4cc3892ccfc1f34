/** The same votes, three readings of EIP-712: the consensus', ethers' and the registry's. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Hash } from "../../sequencer/consensus/messages.ts";
import { domainSeparator, hexOf, voteDigest } from "../../sequencer/consensus/vote.ts";
import { type Evidence, evidenceDigests, type Offence } from "../../verifier-contracts/evidence.ts";
import { Random } from "../generate/random.ts";
import { type RegistryFixture, startRegistry } from "./registry-fixture.ts";

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
console.log(`SEED=${seed}`);
const random = new Random(seed);

let fixture: RegistryFixture;

test.before(async () => {
  fixture = await startRegistry(0);
});
test.after(async () => {
  await fixture?.stop();
});

const hash = (): Hash =>
  `0x${Array.from({ length: 8 }, () => random.bits32().toString(16).padStart(8, "0")).join("")}`;

/** Small numbers and large ones, up to what a TypeScript counter holds. */
const counter = (): number =>
  random.chance(0.5) ? random.below(4) : random.below(2 ** 21) * 2 ** 32 + random.bits32();

const anyEvidence = (offence: Offence): Evidence => ({
  offence,
  epoch: counter(),
  position: counter(),
  previousDigest: hash(),
  first: { content: hash(), commitment: BigInt(hash()), signature: "0x" },
  second: { content: hash(), commitment: BigInt(hash()), signature: "0x" },
});

test("ethers and the contract agree about every kind of statement", async () => {
  const { registry, exchange } = fixture;
  const domain = await exchange.domain();
  for (const offence of ["notarizeTwice", "finalizeTwice", "finalizeAndNullify", "batchTwice"] as const)
    for (let i = 0; i < 8; i++) {
      const evidence = anyEvidence(offence);
      assert.equal(
        evidenceDigests(domain, evidence),
        await registry.evidenceDigests(evidence),
        `SEED=${seed} ${offence}`,
      );
    }
});

test("the consensus signs what the contract reads", async () => {
  const { registry, exchange } = fixture;
  const chainId = (await fixture.anvil.provider.getNetwork()).chainId;
  const verifyingContract = exchange.address as `0x${string}`;
  const separator = domainSeparator({ chainId, verifyingContract });
  for (let i = 0; i < 8; i++) {
    const twice = anyEvidence("notarizeTwice");
    const both = anyEvidence("finalizeAndNullify");
    const signed = (kind: "notarize" | "finalize" | "nullify", { epoch, position, first }: Evidence) => {
      const block = kind === "nullify" ? null : (first.content as Hash);
      return hexOf(voteDigest(separator, { kind, epoch, view: position, block }));
    };
    const [notarize] = await registry.evidenceDigests(twice);
    assert.is(signed("notarize", twice), notarize, `SEED=${seed}`);
    assert.equal(
      [signed("finalize", both), signed("nullify", both)],
      await registry.evidenceDigests(both),
      `SEED=${seed}`,
    );
  }
});

test.run();
