/** The Solidity verifier of a verifying key, from the template that snarkjs comes with. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { KeyError } from "./key-error.ts";
import type { VerifyingKey } from "./verifying-key.ts";

const snarkjsMain = createRequire(import.meta.url).resolve("snarkjs");
const templatePath = join(dirname(snarkjsMain), "..", "templates", "verifier_groth16.sol.ejs");
const nameInTemplate = "contract Groth16Verifier {";

/** snarkjs' own copy of the template language, so that both render alike. */
const { render } = createRequire(snarkjsMain)("ejs") as { render(template: string, data: object): string };

/**
 * Solidity text of the verifier contract. It differs from what snarkjs exports in the contract's name only.
 * Its `verifyProof` returns false for public inputs that are not below the scalar field's order.
 *
 *     const text = await solidityVerifier(key.verifyingKey, 'Groth16Verifier4');
 */
export async function solidityVerifier(vkey: VerifyingKey, contractName: string): Promise<string> {
  if (!/^[A-Z][A-Za-z0-9]{0,63}$/.test(contractName)) {
    throw new KeyError("bad-contract-name", `not a contract name: ${contractName}`);
  }
  const text = render(await readFile(templatePath, "utf8"), vkey);
  if (text.split(nameInTemplate).length !== 2) {
    throw new Error("snarkjs' template does not define its contract as expected");
  }
  return text.replace(nameInTemplate, `contract ${contractName} {`);
}
