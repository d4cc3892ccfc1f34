/** What a node's log does not say. */
import { JsonRpcProvider, makeError } from "ethers";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { nodeLog } from "../../sequencer/node/node-log.ts";

function logged(write: (log: ReturnType<typeof nodeLog>) => void): Record<string, unknown> {
  const lines: string[] = [];
  write(nodeLog({ write: (line) => void lines.push(line) }));
  assert.is(lines.length, 1);
  assert.not.match(lines[0]!, /key-of-an-account|s3cret/);
  return JSON.parse(lines[0]!) as Record<string, unknown>;
}

test("of an address only the host is written: in messages, in stacks and in what a library adds", () => {
  const url = "https://eth.example:8545/v2/key-of-an-account?token=s3cret";
  const error = makeError("server response 401", "SERVER_ERROR", {
    request: url,
    info: { requestUrl: url },
  } as never);
  assert.match(error.message, "key-of-an-account", "ethers says it all");
  const { err, msg } = logged((log) => log.warn({ err: error, pauseMs: 3 }, `asking ${url} failed`));
  assert.match(String((err as Error).message), /requestUrl": ?"https:\/\/eth\.example:8545\/\.\.\."/);
  assert.is(msg, "asking https://eth.example:8545/... failed");
  logged((log) => log.error(new Error("outer", { cause: error })));
  logged((log) => log.error({ where: [{ url: "wss://user:s3cret@eth.example" }] }));
  logged((log) =>
    log.error(
      { provider: new JsonRpcProvider(url, 1n, { staticNetwork: true }) }.provider._getConnection().url,
    ),
  );
});

test("an address that says no more than its host stays as it is", () => {
  for (const url of ["http://127.0.0.1:8080", "http://[::1]:8080/"])
    assert.is(logged((log) => log.info({ url }, "ready")).url, url);
});

test.run();
