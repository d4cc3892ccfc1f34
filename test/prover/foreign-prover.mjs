#!/usr/bin/env node
// A program with rapidsnark's four arguments, as far as the external backend can see. With the environment variable
// FOREIGN_PROVER it misbehaves.
import { readFile, writeFile } from "node:fs/promises";
import { groth16 } from "snarkjs";

const [zkey, witness, proofPath, publicPath, ...rest] = process.argv.slice(2);
const mood = process.env.FOREIGN_PROVER;
if (publicPath === undefined || rest.length > 0 || mood === "fails") {
  console.error("cannot prove today");
  process.exit(3);
}
if (mood === "dies") process.kill(process.pid, "SIGKILL");
if (mood === "hangs") await untilParentDies();
await readFile(witness);
const { proof, publicSignals } = await groth16.prove(zkey, witness);
// rapidsnark does not name the curve.
delete proof.curve;
await writeFile(proofPath, mood === "babbles" ? "proof: yes" : JSON.stringify(proof));
await writeFile(publicPath, JSON.stringify(publicSignals));
process.exit(0);

function untilParentDies() {
  const parent = process.ppid;
  return new Promise(() => {
    setInterval(() => {
      if (process.ppid !== parent) process.exit(4);
    }, 50);
  });
}
