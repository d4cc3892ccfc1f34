/** Whatever passes the door pays: no word of the log is refused for nothing, however requests are mixed and timed. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { amountFields, encodePayload, encodeWord, Scope, WordType } from "../../sequencer/exchange/word.ts";
import { isRefusal } from "../../sequencer/node/refusal.ts";
import type { SoloSequencer } from "../../sequencer/node/solo-sequencer.ts";
import type { SignedRequest } from "../../sequencer/signature/request.ts";
import { goOn } from "../generate/go-on.ts";
import { Random, testSeed } from "../generate/random.ts";
import { HandClock, ownerHash, settingsOf, signWords, withSequencer } from "./exchange-fixture.ts";

const ROUNDS = { atLeast: 25, atMost: 1000 };
const PER_ROUND = 24;
/** What must have come up before the test ends. */
const WANTED = ["accepted", "refused", "door usedNonce", "door staleKey", "door outOfScope"];
/** Refusals of the machine that burn no nonce: a log full of them would cost nobody anything. */
const FREE = ["unknownRequest", "staleKey", "keyExpired", "outOfScope", "ownerKeyOnly", "usedNonce"];

/** Nonces around the window's edges, keys of old, present and future versions. */
function someRequest(sequencer: SoloSequencer, random: Random): SignedRequest {
  const account = random.between(1, 3);
  const view = sequencer.account(account)!;
  const byTradingKey = random.chance(0.4);
  const next = byTradingKey ? view.nextTradingNonce : view.nextNonce;
  const nonce = Math.max(0, next + random.pick([0, 0, 0, 1, -1, 31, 33, -33, 64]));
  const keyVersion = Math.max(0, view.keyVersion + random.pick([0, 0, 0, 1, -1]));
  const key = byTradingKey ? { keySelector: 1, keyVersion } : {};
  const signer = byTradingKey ? tradingSecret(account, keyVersion) : account;
  const common = { account, nonce, ...key };
  const slot = random.below(16);
  const kind = random.below(6);
  if (kind === 0) return newKey(account, nonce, view.keyVersion + 1);
  if (kind === 1) return signWords(signer, [encodeWord({ type: WordType.cancel, slot, ...common })]);
  if (kind === 2)
    return signWords(signer, [encodeWord({ type: WordType.withdraw, ...amountFields(5n), ...common })]);
  const order = { side: random.below(2), price: random.between(1900, 2100), size: random.between(1, 9) };
  return signWords(signer, [encodeWord({ type: WordType.place, slot, ...order, ...common })]);
}

const tradingSecret = (account: number, version: number): number => 50 + ((account * 40 + version) % 200);

function newKey(account: number, nonce: number, version: number): SignedRequest {
  const hash = ownerHash(tradingSecret(account, version));
  return signWords(account, [
    encodePayload(WordType.payloadHigh, hash >> 128n, false),
    encodePayload(WordType.payloadLow, hash % (1n << 128n), false),
    encodeWord({ type: WordType.setTradingKey, account, nonce, slot: Scope.place | Scope.cancel }),
  ]);
}

test("no logged request is dropped or refused for free", async () => {
  const seed = testSeed("the door");
  const random = new Random(seed);
  const clock = new HandClock();
  const limits = { blockMs: 1, maxBlockEntries: 7 };
  const counts = new Map<string, number>();
  const count = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
  const scene = async (sequencer: SoloSequencer) => {
    for (const _ of goOn(ROUNDS, () => WANTED.filter((name) => !counts.has(name)))) {
      const answers = Array.from({ length: PER_ROUND }, () =>
        sequencer.submit(someRequest(sequencer, random)),
      );
      clock.advance(1);
      for (const answer of await Promise.all(answers)) {
        if (isRefusal(answer)) {
          count(`door ${answer.refused}`);
          continue;
        }
        count(answer.outcome);
        assert.is.not(answer.outcome, "dropped");
        assert.not.ok(FREE.includes(answer.code ?? ""), `logged and refused as ${answer.code}`);
      }
    }
  };
  await withSequencer(3, scene, settingsOf({}, limits), clock);
  console.log([...counts].map(([name, n]) => `${name} ${n}`).join(", "));
});

test.run();
