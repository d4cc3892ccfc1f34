/** The command line of a prover: what is refused, and what is made of the rest. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ProverError } from "../../prover/backend/prover-error.ts";
import {
  apisOf,
  backendOf,
  leaseSecondsOf,
  modeOf,
  type ProveOptions,
  workerOf,
} from "../../prover/cli/settings.ts";

const usual: ProveOptions = {
  once: true,
  api: ["http://127.0.0.1:8080"],
  backend: "snarkjs",
  leaseSeconds: "60",
};

const readAll = (options: ProveOptions) => ({
  mode: modeOf(options),
  api: apisOf(options).map(({ href }) => href),
  backend: backendOf(options).name,
  worker: workerOf(options),
  leaseSeconds: leaseSecondsOf(options),
});

test("reads a usual command line", () => {
  const { worker, ...rest } = readAll(usual);
  assert.equal(rest, { mode: "once", api: ["http://127.0.0.1:8080/"], backend: "snarkjs", leaseSeconds: 60 });
  assert.match(worker, new RegExp(`:${process.pid}:[0-9a-f]{6}$`));
});

test("two workers of one host have two names", () => {
  assert.is.not(workerOf(usual), workerOf(usual));
});

test("finds a foreign prover", () => {
  const options = { ...usual, backend: "external", proverProgram: "rapidsnark", worker: "rack-3.a:1" };
  assert.is(readAll(options).backend, "external");
  assert.is(readAll(options).worker, "rack-3.a:1");
});

const refused: [changes: Partial<ProveOptions>, message: string][] = [
  [{ once: false }, "say either --once or --watch"],
  [{ watch: true }, "say either --once or --watch"],
  [{ api: ["ftp://node"] }, "no http or https address"],
  [{ api: ["http://a", "node:8080"] }, "no http or https address"],
  [{ api: ["http://me:secret@node"] }, "carries a password"],
  [{ api: [] }, "names no node"],
  [{ backend: "magic" }, "no such backend"],
  [{ backend: "external" }, "needs --prover-program"],
  [{ proverProgram: "rapidsnark" }, "needs --backend external"],
  [{ worker: "two words" }, "--worker takes"],
  [{ worker: "" }, "--worker takes"],
  [{ worker: "x".repeat(65) }, "--worker takes"],
  [{ leaseSeconds: "2" }, "--lease-seconds takes"],
  [{ leaseSeconds: "901" }, "--lease-seconds takes"],
  [{ leaseSeconds: "ten" }, "--lease-seconds takes"],
];

for (const [changes, message] of refused)
  test(`refuses ${JSON.stringify(changes)}`, () => {
    assert.throws(
      () => readAll({ ...usual, ...changes }),
      (error: unknown) =>
        error instanceof ProverError && error.code === "badSetting" && error.message.includes(message),
    );
  });

test.run();
