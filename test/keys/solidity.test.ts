import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as snarkjs from "snarkjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ensureDevelopmentKey } from "../../prover/keys/development.ts";
import { solidityVerifier } from "../../prover/keys/solidity.ts";
import { useOneThread } from "./one-thread.ts";
import { refusalOf } from "./refusal.ts";
import { compileChain } from "./small-circuit.ts";

const test = suite("Solidity verifier");

await useOneThread();
const circuit = await compileChain();
const key = await ensureDevelopmentKey({ r1csPath: circuit.r1csPath, name: circuit.name });

test("is what snarkjs exports, but for the contract's name", async () => {
  const snarkjsMain = createRequire(import.meta.url).resolve("snarkjs");
  const groth16 = await readFile(join(dirname(snarkjsMain), "../templates/verifier_groth16.sol.ejs"), "utf8");
  const exported = await snarkjs.zKey.exportSolidityVerifier(key.zkeyPath, { groth16 });
  assert.is(await solidityVerifier(key.verifyingKey, "Groth16Verifier"), exported);
  const renamed = await solidityVerifier(key.verifyingKey, "Groth16Verifier4");
  assert.is(renamed, exported.replace("contract Groth16Verifier {", "contract Groth16Verifier4 {"));
});

test("compiles without warnings and checks each public input's range", async () => {
  const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };
  const content = await solidityVerifier(key.verifyingKey, "Groth16Verifier4");
  assert.is(content.match(/checkField\(calldataload/g)?.length, 3);
  const settings = { outputSelection: { "*": { "*": ["evm.bytecode.object"] } } };
  const input = { language: "Solidity", sources: { "V.sol": { content } }, settings };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  assert.is(output.errors, undefined);
  assert.ok(output.contracts["V.sol"].Groth16Verifier4.evm.bytecode.object.length > 1000);
});

test("takes no name that is not a contract's", async () => {
  for (const name of ["", "lower", "Two Words", "X{}"]) {
    const refusal = await refusalOf(solidityVerifier(key.verifyingKey, name));
    assert.is(refusal.code, "bad-contract-name");
  }
});

test.run();
