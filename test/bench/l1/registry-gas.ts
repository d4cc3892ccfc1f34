/** What a set of validators costs on L1: joining, a commitment by a quorum, and reporting a liar. */
import { voteEvidence } from "../../../verifier-contracts/evidence.ts";
import { measureBatchGas } from "../../../verifier-contracts/gas.ts";
import { notarizeDigest } from "../../../verifier-contracts/typed-data.ts";
import { startRegistry } from "../../contracts/registry-fixture.ts";
import type { Report } from "../report.ts";

const STAKE = 1_000_000n;
const WORDS = 16;

/** Of a set of `members`, of which the first quorum signs. */
export async function reportRegistryGas(report: Report, members: number): Promise<void> {
  const fixture = await startRegistry(members, { minimumStake: STAKE, maximumMembers: members });
  try {
    const { registry, exchange, signers, anvil, join } = fixture;
    let joinGas = 0n;
    for (const signer of signers) joinGas = await join(signer, STAKE);
    const { receipt: sealing } = await registry.sealEpoch();
    const validators = signers.slice(0, await registry.quorum(1));
    const commit = async () => {
      const { timestamp: time } = (await anvil.provider.getBlock("latest"))!;
      return await measureBatchGas({ exchange, validators, epoch: 1, steps: WORDS, wordCount: WORDS, time });
    };
    // The first one begins the epoch.
    await commit();
    const { commitGas } = await commit();

    const domain = await exchange.domain();
    const vote = (blockHash: string) => {
      const digest = notarizeDigest(domain, { epoch: 1, view: 1, blockHash });
      const signature = signers[0]!.signingKey.sign(digest).serialized;
      return { kind: "notarize" as const, epoch: 1, view: 1, block: blockHash, signature };
    };
    const evidence = voteEvidence(vote(`0x${"aa".repeat(32)}`), vote(`0x${"bb".repeat(32)}`))!;
    const { receipt: slashing } = await registry.slash(evidence);

    const of = `of ${members} validators`;
    report({
      name: `l1.gasPerCommit${members}`,
      value: Number(commitGas),
      unit: `gas (${WORDS} requests, ${validators.length} ${of} sign)`,
    });
    report({
      name: `l1.gasPerSeal${members}`,
      value: Number(sealing.gasUsed),
      unit: `gas (first set ${of})`,
    });
    if (members > 4) return;
    report({ name: "l1.gasPerSlash", value: Number(slashing.gasUsed), unit: "gas" });
    report({ name: "l1.gasPerJoin", value: Number(joinGas), unit: "gas" });
  } finally {
    await fixture.stop();
  }
}
