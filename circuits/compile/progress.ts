/** How far a long job has come; `total` is null where nobody can know it beforehand. */
export interface Progress {
  readonly phase: string;
  readonly done: number;
  readonly total: number | null;
  readonly unit: "seconds" | "points" | "constraints" | "bytes" | "steps";
}

export type OnProgress = (progress: Progress) => void;
