/** What the devnet tells while it works: the raw material of lines, bars and `--json`. */
import type { Progress } from "../../circuits/compile/progress.ts";

export type DevnetEvent =
  /** A long job inside a phase of the start. */
  | ({ readonly event: "progress" } & Progress)
  | { readonly event: "phase"; readonly name: string; readonly detail?: string }
  | {
      readonly event: "ready";
      readonly api: string;
      /** Of all sequencers. */
      readonly apis: readonly string[];
      readonly rpc: string;
      readonly exchange: string;
    }
  | {
      readonly event: "cut";
      readonly batch: number;
      readonly words: number;
      readonly steps: number;
      readonly tier: number;
      readonly fills: number;
      readonly link: string;
    }
  | { readonly event: "committed"; readonly batch: number; readonly gas: number; readonly words: number }
  | {
      readonly event: "proven";
      readonly batch: number;
      /** Witness and proof; null when another run's prover made it. */
      readonly seconds: number | null;
    }
  | { readonly event: "settled"; readonly batch: number; readonly gas: number; readonly fills: number }
  | { readonly event: "replayed"; readonly summary: object; readonly text: string }
  | { readonly event: "stopping"; readonly name: string }
  | { readonly event: "note"; readonly text: string };

export type Report = (event: DevnetEvent) => void;
