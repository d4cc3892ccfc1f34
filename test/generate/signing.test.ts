import { test } from "uvu";
import * as assert from "uvu/assert";
import { verify } from "../../sequencer/signature/eddsa.ts";
import { requestMessage } from "../../sequencer/signature/request.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { goOn } from "./go-on.ts";
import { testSeed } from "./random.ts";
import { type GeneratedWord, HistoryGenerator, smallShape } from "./requests.ts";
import { SigningKeys } from "./signing.ts";

test("every authentic word of a history carries a signature that verifies under its key", async () => {
  const seed = testSeed("signed histories");
  const shape = smallShape(2, 3, 2);
  const { domain } = shape.genesis;
  const poseidon = await loadPoseidon();
  const keys = new SigningKeys(poseidon, domain, seed);
  const history = new HistoryGenerator({ seed, shape, keys });
  const authentic: GeneratedWord[] = [];
  const lacking = () => (authentic.length < 80 ? ["authentic words"] : []);
  for (const _ of goOn({ atLeast: 0, atMost: 10_000 }, lacking)) {
    const word = history.next();
    if (word.authentic) authentic.push(word);
  }
  for (const word of authentic) {
    const request = keys.sign(word)!;
    assert.is(request.words.at(-1), word.word);
    const message = requestMessage(poseidon.hash, domain, request.words);
    assert.ok(verify(poseidon, message, request.publicKey, request.signature), word.word.toString(16));
  }
});

test.run();
