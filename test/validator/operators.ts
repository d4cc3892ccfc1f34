/** What the validators' operators do from the command line. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { is } from "uvu/assert";
import { run } from "../../trader/cli/run.ts";
import { type NodeSet, validatorWallet } from "./node-set.ts";

/** The command line with wallet 0 of the chain. */
async function proofbook(set: NodeSet, ...args: string[]): Promise<string> {
  let out = "";
  const config = join(set.node(0).folder, "proofbook.json");
  writeFileSync(config, JSON.stringify({ rpc: set.rpc, exchange: set.contract.address }));
  const write = (text: string): void => {
    out += text;
  };
  const argv = ["--dev-wallet", "0", "validator", ...args];
  is(await run({ argv, env: { PROOFBOOK_CONFIG: config }, out: write, error: write }), 0, out);
  return out;
}

/** Takes back a batch and all after it, signed by the operators of these nodes; the numbers of the first and the last. */
export async function revertFrom(
  set: NodeSet,
  from: number,
  signers: readonly number[],
): Promise<{ from: number; to: number }> {
  const files: string[] = [];
  for (const index of signers) {
    const { folder } = set.node(index);
    const [key, signed] = [join(folder, "validator.key"), join(folder, "revert.json")];
    writeFileSync(key, validatorWallet(index).privateKey);
    writeFileSync(signed, await proofbook(set, "sign-revert", String(from), "--validator-key", key));
    files.push(signed);
  }
  await proofbook(set, "revert", String(from), ...files);
  const events = await set.contract.events(0, "latest");
  return events.flatMap((event) => (event.name === "BatchesReverted" ? [event] : [])).at(-1)!;
}

/** What L1 was told of a batch, each time that it was committed. */
export const commitments = async (set: NodeSet, number: number) =>
  (await set.contract.events(0, "latest")).flatMap((event) =>
    event.name === "BatchCommitted" && event.number === number ? [event.record] : [],
  );
