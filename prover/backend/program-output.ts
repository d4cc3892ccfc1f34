import type { ChildProcess } from "node:child_process";
import { OUTPUT_LIMIT_CHARACTERS } from "./limits.ts";

/** Collects the end of what a process prints; call the result to read it. */
export function keepOutput(child: ChildProcess): () => string {
  let output = "";
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-OUTPUT_LIMIT_CHARACTERS);
  };
  child.stdout?.on("data", collect);
  child.stderr?.on("data", collect);
  return () => output.trim();
}
