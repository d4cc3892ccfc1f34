/** Keys as operators write them down. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ConfigError } from "../../sequencer/node/config.ts";
import { readPrivateKey } from "../../sequencer/node/private-key.ts";

const DIGITS = "7f3a".repeat(16);
const read = (KEY: string) => readPrivateKey("/settlement/submitterKey", { env: "KEY" }, { KEY });

test("with 0x or without, with a line's end: one spelling comes out", async () => {
  for (const spelt of [DIGITS, `0x${DIGITS}`, ` 0x${DIGITS}\n`]) assert.is(await read(spelt), `0x${DIGITS}`);
});

test("what is no key is refused by the name of its setting, and shown to nobody", async () => {
  const order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
  const wrong = [
    `"${DIGITS}"`,
    `'0x${DIGITS}'`,
    DIGITS.slice(1),
    `${DIGITS}7f`,
    `0X${DIGITS}`,
    `${DIGITS.slice(4)}7f3g`,
    "0".repeat(64),
    order,
  ];
  for (const text of wrong) {
    const error = await read(text).then(
      () => null,
      (e: unknown) => e,
    );
    assert.instance(error, ConfigError);
    const said = JSON.stringify([(error as Error).message, (error as Error).stack, error]);
    assert.match(said, "/settlement/submitterKey");
    assert.not.match(said, text.slice(-8));
  }
});

test.run();
