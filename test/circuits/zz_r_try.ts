import { compileCircuit } from "../../circuits/compile/compile.ts";
import { batchCircuit } from "../../prover/keys/batch-circuit.ts";
import { Constraints } from "../../test/circuits/constraints.ts";
import { SMALL, Prover } from "../../test/circuits/history.ts";
import { WitnessGenerator } from "../../test/circuits/witness.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { HistoryGenerator, smallShape } from "../../test/generate/requests.ts";
import { SigningKeys } from "../../test/generate/signing.ts";
const t0=performance.now(); const t=(s:string)=>console.log(s,((performance.now()-t0)/1000).toFixed(2));
const c = await compileCircuit({ name: "batch1-small", source: batchCircuit({ steps: 1, ...SMALL }) });
t("compiled "+c.directory+" "+c.built);
const constraints = await Constraints.load(c.r1csPath); t("constraints "+constraints.count);
const g = await WitnessGenerator.load(c.wasmPath); t("wasm");
const poseidon = await loadPoseidon();
const shape = smallShape(SMALL.markets, SMALL.accountDepth, SMALL.orderDepth);
const keys = new SigningKeys(poseidon, shape.genesis.domain, 1);
const history = new HistoryGenerator({ seed:1, shape, keys });
const prover = new Prover(poseidon, shape);
for (let i=0;i<12;i++){ const gen=history.next(); const signed=gen.authentic?keys.sign(gen):undefined;
 for (const {step,input} of prover.run({word:gen.word,authentic:gen.authentic,authority:signed??null})) {
  t("input"); const w=await g.calculate(input); t("witness "+w.length); const b=constraints.firstBroken(w); t("checked "+b);
 }}
