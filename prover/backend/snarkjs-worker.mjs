// A process of its own for one proof. tsx is registered here rather than by --import, so that the threads which
// snarkjs starts do not each load it.
import { register } from "tsx/esm/api";

register();
await import("./snarkjs-worker.ts");
