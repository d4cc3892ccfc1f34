/** What the chain says of one batch. */
export interface L1Transaction {
  readonly hash: string;
  readonly block: number;
  readonly blockHash: string;
  /** Of the block, Unix seconds. */
  readonly time: number;
  readonly gasUsed: bigint;
  /** Wei per unit of gas. */
  readonly gasPrice: bigint;
}

export interface BatchSettlement {
  readonly number: number;
  readonly commit: L1Transaction | null;
  readonly prove: L1Transaction | null;
}
