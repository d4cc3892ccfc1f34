import type { Subject } from "../../sequencer/consensus/messages.ts";

/** Two votes of a view that exclude each other; as certificates, notarization and nullification may both exist. */
export function contradiction(subjects: readonly Subject[], ofOne: boolean): string | null {
  for (const a of subjects)
    for (const b of subjects) {
      if (a.view !== b.view || a === b) continue;
      const isTwice = a.kind === b.kind && a.kind !== "nullify" && a.block !== b.block;
      const isUndone = a.kind === "finalize" && b.kind === "nullify";
      if (isTwice || isUndone) return `${a.kind} and ${b.kind} of ${ofOne ? "one " : ""}view ${a.view}`;
    }
  return null;
}
