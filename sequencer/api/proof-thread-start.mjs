// The thread reads TypeScript whatever its parent was started with.
import { register } from "tsx/esm/api";

register();
await import("./proof-thread.ts");
