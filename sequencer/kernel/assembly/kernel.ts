/** What JavaScript may call, see ../kernel.ts, which ranges every input. The arithmetic is for its tests. */
export { hashMany, runPlan } from "./poseidon";
export { setConstants } from "./poseidon-constants";
export {
  hashSigned, isKey, isPoint, KEY_TABLE, makeKeyTable, multiplyBase, prepare, SIGNED, verify,
  verifyWithTable,
} from "./eddsa";
export { add, carry, fromBytes, invert, isEqual, isZero, subtract, toBytes } from "./field";
export { multiply, multiplyAdd, square } from "./product";
export { accumulate, accumulatePaired, addDifference, clearColumns, extendCross, reduce, settle } from "./sum";

/** Memory for the caller, until the instance ends. */
export function allocate(bytes: i32): usize {
  return heap.alloc(bytes);
}
