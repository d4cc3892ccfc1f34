// The thread reads TypeScript whatever its parent was started with.
import { register } from "tsx/esm/api";

register();
export const { checkSignatures, runPlan } = await import("./kernel-thread.ts");
