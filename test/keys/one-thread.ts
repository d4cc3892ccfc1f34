/** snarkjs in this very thread: for a small circuit it takes longer to start its own threads than to prove. */
import { buildBn128 } from "ffjavascript";

/** snarkjs takes the curve that it finds here, and makes one with threads otherwise. */
const shared = globalThis as { curve_bn128?: unknown };

export async function useOneThread(): Promise<void> {
  shared.curve_bn128 ??= await buildBn128(true);
}
