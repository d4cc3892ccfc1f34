/** What both readings report, word by word. */
export type Event =
  | { readonly is: "dropped" }
  | { readonly is: "refused"; readonly code: string }
  | { readonly is: "accepted"; readonly type: string }
  | {
      readonly is: "fill";
      readonly maker: string;
      readonly taker: string;
      readonly lots: bigint;
      readonly price: bigint;
    }
  | { readonly is: "removed"; readonly maker: string; readonly reason: string }
  | { readonly is: "stopped"; readonly reason: string }
  | { readonly is: "ended"; readonly reason: string }
  | { readonly is: "rests"; readonly order: string; readonly lots: bigint };

export const orderName = ({ account, slot }: { account: number; slot: number }): string =>
  `${account}/${slot}`;
