// Node starts workers without the loaders of the main thread; this registers tsx and goes on in TypeScript.
import { register } from "tsx/esm/api";

register();
await import("./multiplier-worker.ts");
