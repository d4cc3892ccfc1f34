/** Receipts of commands that send a request: print, perhaps wait, and end with a status that says the outcome. */
import type { Receipt, Stage } from "../sdk/replies.ts";
import { TraderError } from "../sdk/trader-error.ts";
import { waitForStage } from "../sdk/wait-for-stage.ts";
import type { Context } from "./context.ts";
import { listing, print } from "./output.ts";

export interface WaitOptions {
  readonly wait?: Stage;
}

/** Prints what became of a request; throws `REFUSED` after printing when a rule refused it. */
export async function settleReceipt(
  context: Context,
  first: Receipt,
  { wait }: WaitOptions,
  facts: Readonly<Record<string, string | number>> = {},
): Promise<void> {
  const { client, output } = context;
  const receipt = wait === undefined ? first : await waitForStage(client, { id: first.id, stage: wait });
  if (receipt.outcome !== "accepted")
    throw new TraderError("REFUSED", {
      message: `refused by rule: ${receipt.code ?? receipt.outcome}`,
      reason: receipt.code ?? receipt.outcome,
      facts: { ...facts, id: receipt.id, batch: receipt.batch },
      whatToDo:
        "The request was logged: its nonce and fee are spent. The codes are listed in the API's documentation.",
    });
  print(output, { ...facts, receipt }, () =>
    listing({
      outcome: receipt.order === null ? receipt.outcome : `${receipt.outcome}, order ${receipt.order}`,
      ...facts,
      ...(receipt.fills === null ? {} : { filled: `${receipt.filled} lots in ${receipt.fills.count} fills` }),
      batch: `${receipt.batch}, ${receipt.settlement}`,
      id: receipt.id,
    }),
  );
}
