/** What a node must be told before it takes deposits from a chain, and what of its signer's words ends the chain side. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { UnsignedError } from "../../sequencer/chain/ports.ts";
import { SignerError } from "../../sequencer/node/batch-signer.ts";
import { tellingRefusals } from "../../sequencer/node/settlement-side.ts";
import { readSettlement } from "./read-settlement.ts";

test("how deep a block is final must be said on every chain but one of this machine", async () => {
  for (const chainId of [1, 8453])
    assert.match(
      String(await readSettlement({ chainId, settlement: {} })),
      /\/settlement\/finalityBlocks: must be given on chain/,
    );
  const finalityOn = async (chainId: number, settlement: object): Promise<number | undefined> => {
    const read = await readSettlement({ chainId, settlement });
    if (typeof read === "string") throw new Error(read);
    return read.finalityBlocks;
  };
  assert.is(await finalityOn(8453, { finalityBlocks: 64 }), 64);
  assert.is(await finalityOn(31337, {}), undefined);
});

test("no block is final without one on top of it", async () => {
  const told = await readSettlement({ settlement: { finalityBlocks: 0 } });
  assert.match(String(told), /\/settlement\/finalityBlocks/);
});

test("only what the signer itself refuses is told as refused", async () => {
  const failing = (error: Error) =>
    tellingRefusals({ sign: () => Promise.reject(error) })
      .sign({} as never)
      .catch((thrown: unknown) => thrown);
  const refusal = new SignerError("conflictingVote", "signed as another one");
  const told = await failing(refusal);
  assert.instance(told, UnsignedError);
  assert.match(String(told), /conflictingVote/);
  const away = new Error("no answer");
  assert.is(await failing(away), away);
});

test.run();
