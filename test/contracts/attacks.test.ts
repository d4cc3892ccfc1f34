/** What a thief would try against the verifier that snarkjs' Solidity became, and against the exchange in front of it. */

import { Contract, ContractFactory, type InterfaceAbi } from "ethers";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { solidityVerifier } from "../../prover/keys/solidity.ts";
import type { VerifyingKey } from "../../prover/keys/verifying-key.ts";
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";
import { buildVerifier } from "../../verifier-contracts/build.ts";
import { publicInputsOf } from "../../verifier-contracts/commitment.ts";
import { type ContractProof, contractProof } from "../../verifier-contracts/records.ts";
import { forgeGammaEqualsDelta } from "../keys/forge-proof.ts";
import { type Fixture, placeWord, refused, startExchange } from "./exchange-fixture.ts";

const VERIFIER_ABI = [
  "function verifyProof(uint256[2] a, uint256[2][2] b, uint256[2] c, uint256[3] publicInputs) view returns (bool)",
];
/** Order of the field of the curve's coordinates. */
const BASE_MODULUS = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;

let fixture: Fixture;

test.before(async () => {
  fixture = await startExchange();
});
test.after(async () => {
  await fixture?.stop();
});

const verifierAt = (address: string) => new Contract(address, VERIFIER_ABI, fixture.anvil.provider);

const verifies = async (
  verifier: Contract,
  { a, b, c }: ContractProof,
  inputs: readonly bigint[],
): Promise<boolean> => (await verifier.getFunction("verifyProof")(a, b, c, inputs)) as boolean;

test("the deployed verifier takes one statement's proof for no other", async () => {
  const verifier = verifierAt(fixture.deployment.verifiers[0]!.address);
  const inputs = [11n, 12n, 13n] as const;
  const proof = await fixture.circuit.prove(...inputs);
  assert.ok(await verifies(verifier, proof, inputs));
  for (const place of [0, 1, 2]) {
    for (const change of [1n, FIELD_MODULUS, 2n * FIELD_MODULUS]) {
      const other = inputs.map((input, index) => (index === place ? input + change : input));
      assert.not(await verifies(verifier, proof, other), `input ${place} plus ${change}`);
    }
  }
});

test("the deployed verifier takes no bent proof", async () => {
  const verifier = verifierAt(fixture.deployment.verifiers[0]!.address);
  const inputs = [11n, 12n, 13n] as const;
  const { a, b, c } = await fixture.circuit.prove(...inputs);
  const zero = [0n, 0n] as const;
  const bent: ContractProof[] = [
    { a: [a[0] + BASE_MODULUS, a[1]], b, c },
    { a: [a[0], BASE_MODULUS - a[1]], b, c },
    { a: zero, b: [zero, zero], c: zero },
    { a: c, b, c: a },
    { a, b: [b[1], b[0]], c },
    { a: [a[0] + 1n, a[1]], b, c },
  ];
  for (const proof of bent) assert.not(await verifies(verifier, proof, inputs));
});

test("a proof bent into its negatives proves the same statement, once", async () => {
  const { exchange, circuit, commit } = fixture;
  const { record } = await commit([placeWord(1)]);
  const proof = await circuit.prove(record.commitment, record.challenge, record.evaluation);
  const [a, b] = [proof.a, proof.b];
  const negative: ContractProof = {
    a: [a[0], BASE_MODULUS - a[1]],
    b: [b[0], [BASE_MODULUS - b[1][0], BASE_MODULUS - b[1][1]]],
    c: proof.c,
  };
  await exchange.proveBatch({ record, proof: negative, credits: [] });
  assert.equal(await refused(exchange.proveBatch({ record, proof, credits: [] })), {
    code: "WrongProofOrder",
    expected: 2n,
    given: 1n,
  });
});

test("the exchange takes no proof for other words", async () => {
  const { exchange, circuit, commit } = fixture;
  const { record, draft } = await commit([placeWord(2)]);
  const others = publicInputsOf(record.commitment, [...draft.allWords.slice(0, -1), placeWord(3)]);
  const proof = await circuit.prove(...others);
  const number = BigInt(record.number);
  const refusal = { code: "InvalidProof", number };
  assert.equal(await refused(exchange.proveBatch({ record, proof, credits: [] })), refusal);
  // Nor may the caller say what was committed.
  const [commitment, challenge, evaluation] = others;
  const forged = { ...record, commitment, challenge, evaluation };
  assert.equal(await refused(exchange.proveBatch({ record: forged, proof, credits: [] })), {
    code: "UnknownRecord",
    number,
  });
  const shifted = { ...record, evaluation: record.evaluation + FIELD_MODULUS };
  assert.is(
    (await refused(exchange.proveBatch({ record: shifted, proof, credits: [] }))).code,
    "UnknownRecord",
  );
  assert.is((await exchange.state()).provenBatches, record.number - 1);
  await fixture.prove(record, draft);
});

test("the forgery for gamma = delta works against such a key and not against the deployed one", async () => {
  const { exchange, circuit, operator, commit } = fixture;
  const weak: VerifyingKey = { ...circuit.verifyingKey, vk_delta_2: circuit.verifyingKey.vk_gamma_2 };
  const inputs = [1n, 2n, 3n];

  const { abi, bytecode } = await buildVerifier(await solidityVerifier(weak, "WeakVerifier"));
  const deployed = await new ContractFactory(abi as InterfaceAbi, bytecode, operator).deploy();
  const weakVerifier = verifierAt(await deployed.getAddress());
  await deployed.waitForDeployment();
  assert.ok(await verifies(weakVerifier, contractProof(forgeGammaEqualsDelta(weak, inputs)), inputs));

  const { record } = await commit([placeWord(4)]);
  const statement = [record.commitment, record.challenge, record.evaluation];
  for (const key of [weak, circuit.verifyingKey]) {
    const proof = contractProof(forgeGammaEqualsDelta(key, statement));
    assert.is((await refused(exchange.proveBatch({ record, proof, credits: [] }))).code, "InvalidProof");
  }
});

test.run();
