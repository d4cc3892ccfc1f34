/**
 * An order may not take a slot that only its own arrival would free: at the head lies an order of the same account
 * in the very slot that the new one names. Judged after the self-trade removed it, the slot would look empty and
 * both outcomes would prove themselves; it is judged as it was before the step.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compileCircuit } from "../../circuits/compile/compile.ts";
import { batchCircuit, batchName } from "../../prover/keys/batch-circuit.ts";
import { batchGlobals, batchInput } from "../../prover/witness/circuit-input.ts";
import { witnessStep } from "../../prover/witness/step-witness.ts";
import { headerWords } from "../../sequencer/batch/header.ts";
import { LiveIndex } from "../../sequencer/exchange/book-index.ts";
import { genesisExchange } from "../../sequencer/exchange/exchange.ts";
import {
  amountFields,
  encodePayload,
  encodeWord,
  type WordFields,
  WordType,
} from "../../sequencer/exchange/word.ts";
import { publicKeyOf, sign } from "../../sequencer/signature/eddsa.ts";
import { keyHash, requestMessage } from "../../sequencer/signature/request.ts";
import { loadPoseidon, type Poseidon } from "../../sequencer/state-tree/poseidon.ts";
import { StateTree } from "../../sequencer/state-tree/state-tree.ts";
import { smallShape } from "../generate/requests.ts";
import { Constraints } from "./constraints.ts";
import { SMALL } from "./history.ts";
import { WitnessGenerator } from "./witness.ts";

const test = suite("own slot");
const SECRET = new Uint8Array(32).fill(7);
const { genesis } = smallShape(SMALL.markets, SMALL.accountDepth, SMALL.orderDepth);

/** One account with an ask at the head in slot 5, made on a full state. */
function withOwnAskInSlot5(poseidon: Poseidon) {
  const exchange = genesisExchange(genesis, new LiveIndex());
  const tree = new StateTree(SMALL, poseidon.hash);
  const publicKey = publicKeyOf(poseidon, SECRET);
  const owner = keyHash(poseidon.hash, publicKey);
  const authority = (word: bigint) => ({
    publicKey,
    signature: sign(poseidon, SECRET, requestMessage(poseidon.hash, genesis.domain, [word])),
  });
  const price = genesis.markets[0]!.oraclePrice;
  const place = (nonce: number, fields: Partial<WordFields>) =>
    encodeWord({ type: WordType.place, account: 1, slot: 5, nonce, price, size: 10, ...fields });
  const run = (word: bigint) => witnessStep(exchange, tree, word, true, authority(word));
  run(encodePayload(WordType.payloadHigh, owner >> 128n, true));
  run(encodePayload(WordType.payloadLow, owner & (2n ** 128n - 1n), true));
  run(encodeWord({ type: WordType.register, l1: 1, account: 1, ...amountFields(1_000_000n) }));
  assert.is(run(place(0, { side: 1 })).step.action.kind, "rest");
  return { exchange, tree, run, place, authority };
}

/** The inputs of a batch of one step: what the honest step shows, and any word and end state claimed for it. */
function claim(
  poseidon: Poseidon,
  state: ReturnType<typeof withOwnAskInSlot5>,
  honest: bigint,
  claimed: bigint,
) {
  const { exchange, tree, run, authority } = state;
  const globals = batchGlobals(exchange, tree.accountsRoot);
  const preRoot = tree.stateRoot(exchange);
  const { step, input } = run(honest);
  const { taker } = exchange.machine;
  if (taker !== null && claimed !== honest) exchange.machine.taker = { ...taker, immediateOrCancel: false };
  const { time, l1Consumed } = exchange.machine;
  const header = headerWords({
    ...{ preRoot, postRoot: tree.stateRoot(exchange), number: 1, epoch: 0, steps: 1, wordCount: 1, time },
    ...{ l1Start: l1Consumed, l1End: l1Consumed, signaturesHash: 0n },
  });
  const { signature, publicKey } = authority(claimed);
  const shown = {
    ...input,
    word: claimed === honest ? input.word : claimed,
    publicKey,
    r8: signature.r8,
    s: signature.s,
  };
  return { step, input: batchInput(poseidon, header, globals, [shown]).input };
}

test("a resting order is refused its own occupied slot, and the circuit knows no other outcome", async () => {
  const poseidon = await loadPoseidon();
  const dimensions = { steps: 1, ...SMALL };
  const circuit = await compileCircuit({ name: batchName(dimensions), source: batchCircuit(dimensions) });
  const constraints = await Constraints.load(circuit.r1csPath);
  const generator = (await WitnessGenerator.load(circuit.wasmPath)).unchecked();
  const isProvable = async (input: Record<string, unknown>) =>
    constraints.someBroken(await generator.calculate(input)) === null;

  const honest = withOwnAskInSlot5(poseidon);
  const word = honest.place(1, { side: 0 });
  const refused = claim(poseidon, honest, word, word);
  assert.is(refused.step.code, "slotTaken");
  assert.ok(await isProvable(refused.input));

  // Immediate-or-cancel needs no slot: the same step is right for it. Claimed for the resting order it is a cheat.
  const immediate = withOwnAskInSlot5(poseidon);
  const control = immediate.place(1, { side: 0, immediateOrCancel: 1 });
  const removed = claim(poseidon, immediate, control, control);
  assert.is(removed.step.action.kind, "removeMaker");
  assert.ok(await isProvable(removed.input));

  const cheat = claim(poseidon, withOwnAskInSlot5(poseidon), control, word);
  assert.not(await isProvable(cheat.input));
});

test.run();
