/** snarkjs in this very thread: for a small circuit it takes longer to start its own threads than to prove. */
import { shareCurve } from "../../prover/backend/kept-curve.ts";

export const useOneThread = (): Promise<void> => shareCurve(true);
