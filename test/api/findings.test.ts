/** What is told of a body that does not fit: enough to mend it, and no more work than that takes. */

import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { suite } from "uvu";
import { equal, is, ok } from "uvu/assert";
import { fittingOf } from "../../sequencer/api/findings.ts";
import { Closed } from "../../sequencer/api/schemas.ts";

const test = suite("findings");

const Entry = Closed({ words: Type.Array(Type.String({ maxLength: 4 }), { minItems: 1, maxItems: 3 }) });
const Body = Closed({
  entries: Type.Array(Entry, { minItems: 1, maxItems: 64 }),
  kind: Type.Optional(Type.Literal("a")),
});
const { fits, findings } = fittingOf(Body);
const good = { words: ["a"] };
const places = (value: unknown) =>
  findings(value).map(({ keyword, instancePath }) => `${keyword} ${instancePath}`);

test("what is wrong is told from the outside to the inside, with its place", () => {
  equal(places({ entries: [good, { words: [1, "abcde"], more: 1 }], kind: "b", "a/b~": 1 }), [
    "type /entries/1/words/0",
    "maxLength /entries/1/words/1",
    "boolean /entries/1/more",
    "const /kind",
    "boolean /a~1b~0",
  ]);
  equal(places({}), ["required "]);
  equal(places({ entries: [{}] }), ["required /entries/0"]);
  equal(places({ entries: [] }), ["minItems /entries"]);
  equal(places({ entries: [{ words: Array(4).fill("a") }] }), ["maxItems /entries/0/words"]);
  equal(places({ entries: { 0: good } }), ["type /entries"]);
  equal(places({ entries: [[good]] }), ["type /entries/0"]);
  for (const value of [[], null, 1, "text", undefined]) equal(places(value), ["type "]);
});

test("something is told exactly of what the schema refuses", () => {
  const checker = Compile(Body);
  const values = [
    good,
    [good],
    { entries: [good] },
    { entries: [good], kind: "a" },
    { entries: [good], kind: null },
  ];
  for (const value of values) {
    is(fits(value), checker.Check(value));
    is(findings(value).length === 0, fits(value));
  }
  ok(fits(values[2]) && fits(values[3]));
});

test("of a body of very many bad entries a bounded number is looked at", () => {
  for (const entry of [{}, 1]) {
    const seen = new Set<string | symbol>();
    const entries = new Proxy(Array(30_000).fill(entry), {
      get: (list, name) => {
        seen.add(name);
        return Reflect.get(list, name);
      },
    });
    const isFitting = fits({ entries });
    seen.clear();
    const found = findings({ entries });
    is(isFitting, false);
    equal([found[0]!.keyword, found[0]!.instancePath], ["maxItems", "/entries"]);
    ok(found.length <= 8 && seen.size < 100, `${seen.size} of them were looked at`);
  }
});

test("good entries before a bad one are passed over, and bad ones after some are not looked for", () => {
  const bad = { words: [] };
  equal(places({ entries: [...Array(63).fill(good), bad] }), ["minItems /entries/63/words"]);
  is(findings({ entries: Array(64).fill(bad) }).length, 8);
});

test.run();
