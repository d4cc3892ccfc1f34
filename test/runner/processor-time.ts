/** What children cost the processors. */
import { readFileSync } from "node:fs";

const TICKS_PER_SECOND = 100;

/**
 * Of all children that have ended and of the children that those saw end, in seconds; 0 where the system does not tell.
 * It grows when a child ends, by all that it took: read before and after, it says what that one cost.
 */
export function childrenSeconds(): number {
  try {
    // Behind the name, which may hold anything: cutime and cstime of proc(5) are the 14th and 15th.
    const fields = readFileSync("/proc/self/stat", "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
    return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
  } catch {
    return 0;
  }
}
