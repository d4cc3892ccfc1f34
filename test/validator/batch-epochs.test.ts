/** Under which epochs batches are put: what L1 takes no more under their own, and what it took under another. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { BatchEpochs } from "../../sequencer/validator/batch-epochs.ts";
import type { BatchRecord } from "../../verifier-contracts/records.ts";

const PLACE = { blockNumber: 1, blockHash: "0x01", transactionHash: "0x02", logIndex: 0 };

class Desk {
  /** Epochs of the batches that are here, from batch 1 on. */
  readonly here: number[];
  readonly told: [number, number][] = [];
  asked = 0;
  readonly epochs: BatchEpochs;

  constructor(...here: number[]) {
    this.here = here;
    this.epochs = new BatchEpochs({
      batchEpoch: async (number) => {
        this.asked += 1;
        return this.here[number - 1];
      },
      restate: async (number, epoch) => {
        if (number > this.here.length || this.here[number - 1] === epoch) return false;
        this.here[number - 1] = epoch;
        return true;
      },
      onRestated: (number, epoch) => this.told.push([number, epoch]),
    });
  }

  follow(earliest: number, committed: number, proven = 0): Promise<void> {
    return this.epochs.follow({ earliest, committed, proven, latest: this.here.length });
  }

  took(number: number, epoch: number): void {
    const record = { epoch } as BatchRecord;
    this.epochs.note({ ...PLACE, name: "BatchCommitted", number, record });
  }
}

test("leaves batches alone as long as L1 takes them under their own epoch", async () => {
  const desk = new Desk(1, 1, 1, 2, 2);
  await desk.follow(1, 1);
  assert.equal(desk.told, []);
});

test("puts what is not on L1 under the earliest epoch that L1 takes, and looks at each once", async () => {
  const desk = new Desk(1, 1, 1, 2, 2, 3);
  await desk.follow(2, 1);
  assert.equal(desk.here, [1, 2, 2, 2, 2, 3]);
  assert.equal(desk.told, [
    [2, 2],
    [3, 2],
  ]);
  const { asked } = desk;
  await desk.follow(2, 1);
  assert.is(desk.asked, asked);
  desk.here.push(1);
  await desk.follow(2, 1);
  assert.is(desk.here[6], 2, "one that this node has only now");
});

test("after a revert across the border, what was taken back is looked at once more", async () => {
  const desk = new Desk(1, 1, 1, 2);
  await desk.follow(1, 0);
  desk.took(1, 1);
  desk.took(2, 1);
  await desk.follow(2, 4);
  desk.epochs.note({ ...PLACE, name: "BatchesReverted", from: 2, to: 4, digest: "0x" });
  await desk.follow(2, 1);
  assert.equal(desk.here, [1, 2, 2, 2]);
});

test("follows L1 where it took a batch under another epoch than this node would have signed", async () => {
  const desk = new Desk(1, 1);
  desk.took(1, 1);
  desk.took(2, 3);
  desk.took(3, 3);
  await desk.follow(3, 3);
  assert.equal(desk.here, [1, 3]);
  desk.here.push(1);
  await desk.follow(3, 3);
  assert.equal(desk.here, [1, 3, 3], "also one that is cut here only later");
});

test("a batch that is proven is left as it is", async () => {
  const desk = new Desk(1, 1);
  desk.took(1, 2);
  await desk.follow(2, 2, 2);
  assert.equal(desk.here, [1, 1]);
});

test.run();
