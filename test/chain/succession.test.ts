/** What a validator sends while its set is silent, and what it leaves to the others. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { affirmCall, sealCall } from "../../sequencer/chain/calls.ts";
import { SEAL_TURN_SECONDS } from "../../sequencer/chain/limits.ts";
import { Succession } from "../../sequencer/chain/succession.ts";
import type { RegistryTerms } from "../../verifier-contracts/registry-records.ts";

const SILENCE = 1_000;
const SILENT_FROM = 5_000;
const SIGNERS = [1, 2, 3, 4].map((byte) => `0x${`0${byte}`.repeat(20)}`);

/** Four candidates before a contract whose newest blocks may say more than its final ones. */
class Scene {
  readonly sent: string[] = [];
  nowSeconds = SILENT_FROM;
  /** In final blocks, and in newer ones. */
  affirmed = [0, 0, 0, 0];
  newest = { silentFrom: SILENT_FROM, affirmed: [0, 0, 0, 0] };
  status = "candidate";

  of(self: number, ownAccount = true): Succession {
    const sender = (name: string) => ({
      check: async () => "none" as const,
      send: async (_what: string, _to: string, data: string) => {
        this.sent.push(`${name} ${data}`);
        return true;
      },
    });
    return new Succession({
      provider: {
        getBlockNumber: async () => 12,
        getBlock: async (block: unknown) => {
          assert.is(block, 10);
          return { timestamp: this.nowSeconds } as never;
        },
      },
      registry: {
        address: "registry",
        terms: async () => ({ silenceSeconds: SILENCE, minimumMembers: 2 }) as RegistryTerms,
        silentFrom: async (block) => (block === 10 ? SILENT_FROM : this.newest.silentFrom),
        affirmedAt: async (signer, block) =>
          (block === 10 ? this.affirmed : this.newest.affirmed)[SIGNERS.indexOf(signer)]!,
        candidates: async () => SIGNERS,
        validatorOf: async () => ({ status: this.status }) as never,
      },
      deploymentBlock: 3,
      validator: SIGNERS[self]!,
      sender: sender("payer"),
      ownSender: sender(ownAccount ? "payer" : "own"),
      finalityBlocks: 2,
      log: console,
    });
  }
}

const affirmation = affirmCall(SIGNERS[0]!);

test("says that it is there once the contract's clock says that the set is silent, from its own account", async () => {
  const scene = new Scene();
  const succession = scene.of(0, false);
  scene.nowSeconds = SILENT_FROM - 1;
  await succession.advance();
  assert.equal(scene.sent, []);
  scene.nowSeconds = SILENT_FROM;
  await succession.advance();
  assert.equal(scene.sent, [`own ${affirmation}`]);
  scene.newest.affirmed[0] = SILENT_FROM;
  await succession.advance();
  assert.is(scene.sent.length, 1, "it waits until that is final");
});

test("what it said in an earlier silence does not count, and who is no candidate says nothing", async () => {
  const scene = new Scene();
  scene.affirmed = [SILENT_FROM - 1, 0, 0, 0];
  await scene.of(0).advance();
  assert.equal(scene.sent, [`payer ${affirmation}`]);
  scene.status = "leaving";
  await scene.of(0).advance();
  assert.is(scene.sent.length, 1);
});

test("a batch that came after the final block ends the silence", async () => {
  const scene = new Scene();
  scene.newest.silentFrom = SILENT_FROM + 500;
  scene.newest.affirmed = [SILENT_FROM, 0, 0, 0];
  await scene.of(0).advance();
  assert.equal(scene.sent, []);
  scene.affirmed = [SILENT_FROM, SILENT_FROM, 0, 0];
  scene.nowSeconds = SILENT_FROM + SILENCE;
  await scene.of(0).advance();
  assert.equal(scene.sent, [], "nothing is sealed either");
});

test("those who said that they are there seal the next set one after the other", async () => {
  const scene = new Scene();
  scene.affirmed = [0, SILENT_FROM, 0, SILENT_FROM];
  scene.nowSeconds = SILENT_FROM + SILENCE - 1;
  await scene.of(1).advance();
  assert.equal(scene.sent, []);
  scene.nowSeconds += 1;
  await scene.of(3).advance();
  assert.equal(scene.sent, [], "it is the other one's turn");
  await scene.of(1).advance();
  assert.equal(scene.sent, [`payer ${sealCall()}`]);
  scene.nowSeconds += SEAL_TURN_SECONDS;
  await scene.of(3).advance();
  assert.is(scene.sent.length, 2);
});

test("seals nothing while too few are there", async () => {
  const scene = new Scene();
  scene.affirmed = [SILENT_FROM, 0, 0, 0];
  scene.nowSeconds = SILENT_FROM + 10 * SILENCE;
  await scene.of(0).advance();
  assert.equal(scene.sent, []);
});

test.run();
