// A process of its own for one proof. tsx is registered here rather than by --import, so that the threads which
// snarkjs starts do not each load it.
import { register } from "tsx/esm/api";
// Before tsx is: without its hooks the package's many files load in half the time.
import "snarkjs";

register();
await import("./snarkjs-worker.ts");
