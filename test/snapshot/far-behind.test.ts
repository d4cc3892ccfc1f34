/** When a running node gives up to catch up by blocks. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { FarBehind } from "../../sequencer/snapshot/far-behind.ts";
import { FAR_BEHIND_LOOKS } from "../../sequencer/snapshot/limits.ts";

const MIN = 16;
/** How many looks it takes, if at all, when each shows these. */
function looks(distance: FarBehind, shown: (look: number) => [behind: number, ageMs: number]): number {
  for (let look = 1; look <= 10 * FAR_BEHIND_LOOKS; look++) if (distance.look(...shown(look))) return look;
  return Number.POSITIVE_INFINITY;
}

test("a node that is far behind and gets no nearer gives up, and no sooner", () => {
  assert.is(
    looks(new FarBehind(MIN), (look) => [MIN, 5_000 * look]),
    FAR_BEHIND_LOOKS + 1,
  );
  assert.is(
    looks(new FarBehind(MIN), () => [100, 7]),
    FAR_BEHIND_LOOKS + 1,
    "it runs in vain",
  );
  const distance = new FarBehind(MIN);
  const came = looks(distance, (look) => [100, 1_000 - Math.min(look, 20)]);
  assert.is(came, 20 + FAR_BEHIND_LOOKS, "counted from where it stood still");
});

test("one that comes nearer, however slowly, or is near, goes on", () => {
  const slowly = (look: number): [number, number] => [
    1000,
    1_000 - Math.floor(look / (FAR_BEHIND_LOOKS - 1)),
  ];
  const near = (): [number, number] => [MIN - 1, 1e9];
  for (const shown of [slowly, near]) assert.is(looks(new FarBehind(MIN), shown), Number.POSITIVE_INFINITY);
});

test("being near once makes all that was before forgotten", () => {
  const distance = new FarBehind(MIN);
  for (let look = 0; look < FAR_BEHIND_LOOKS; look++) assert.not(distance.look(MIN, 10));
  assert.not(distance.look(MIN - 1, 10));
  assert.is(
    looks(distance, () => [MIN, 20]),
    FAR_BEHIND_LOOKS + 1,
  );
});

test.run();
