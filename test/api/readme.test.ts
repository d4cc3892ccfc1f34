/** The README's table of error codes is the one in the code. */
import { readFile } from "node:fs/promises";
import { test } from "uvu";
import { equal } from "uvu/assert";
import { ERROR_CODES } from "../../sequencer/api/error-codes.ts";

test("every error code is documented with its status and meaning, and no other", async () => {
  const text = await readFile(new URL("../../sequencer/api/README.md", import.meta.url), "utf8");
  const rows = [...text.matchAll(/^\| (\d{3}) \| `(\w+)` \| (.+) \|$/gm)].map(([, status, code, when]) => [
    code!,
    { status: Number(status), when: when! },
  ]);
  const known = Object.entries(ERROR_CODES);
  equal(Object.fromEntries(rows), Object.fromEntries(known));
  equal(rows.length, known.length);
});

test.run();
