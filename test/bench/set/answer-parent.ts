/** What the process of a measured set tells the one that measures. */
export interface Seen {
  /** From the leader's proposal until the block was final here, block by block, since it was asked last. */
  readonly finalityMs: readonly number[];
  /** Requests in the log here, since the beginning. */
  readonly ordered: number;
  /** Members that it can send to. */
  readonly peers: number;
}

/** Says that it is ready, answers what the parent asks, and ends with it. */
export function answerParent(seen: () => Seen): void {
  process.on("message", () => process.send!(seen()));
  process.on("disconnect", () => process.exit());
  process.send!("ready");
}
