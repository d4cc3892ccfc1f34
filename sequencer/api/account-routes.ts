/** Accounts, their orders and fills. */
import { Type } from "typebox";
import { AccountReply, accountReply, OrderReply, orderReply } from "./account-view.ts";
import { ApiError } from "./api-error.ts";
import { FillReply, fillReply } from "./fill-view.ts";
import { MAX_ACCOUNTS_PER_OWNER } from "./limits.ts";
import { onceStored } from "./log-place.ts";
import { OwnerIndex } from "./owner-index.ts";
import type { ApiParts } from "./ports.ts";
import { AccountIndex, Closed, Element, ERRORS, Index, pageOf, pageQuery, SlotIndex } from "./schemas.ts";
import type { ApiServer } from "./server-type.ts";
import { beforeHistory, unknown } from "./unknown.ts";

export function accountRoutes(server: ApiServer, { sequencer }: ApiParts): void {
  const owners = new OwnerIndex();

  server.get(
    "/v1/accounts/:account",
    {
      schema: {
        summary: "An account with positions, margin and open orders",
        tags: ["accounts"],
        params: Closed({ account: AccountIndex }),
        response: { 200: AccountReply, ...ERRORS },
      },
    },
    ({ params }) =>
      onceStored(sequencer, () => {
        const account = sequencer.account(params.account);
        if (account === undefined) throw new ApiError("noSuchAccount", { account: params.account });
        return accountReply(account);
      }),
  );

  server.get(
    "/v1/accounts/by-owner/:keyHash",
    {
      schema: {
        summary: "Numbers of the accounts registered to an owner key",
        tags: ["accounts"],
        params: Closed({ keyHash: Element }),
        response: {
          200: Type.Object({ accounts: Type.Array(AccountIndex, { maxItems: MAX_ACCOUNTS_PER_OWNER }) }),
          ...ERRORS,
        },
      },
    },
    ({ params }) =>
      onceStored(sequencer, async () => ({
        accounts: [...(await owners.accountsOf(sequencer, BigInt(params.keyHash)))],
      })),
  );

  server.get(
    "/v1/orders/:account/:slot",
    {
      schema: {
        summary: "The last order of a slot, and what became of it",
        tags: ["accounts"],
        params: Closed({ account: AccountIndex, slot: SlotIndex }),
        response: { 200: OrderReply, ...ERRORS },
      },
    },
    ({ params }) =>
      onceStored(sequencer, async () => {
        const order = await sequencer.order(params);
        if (order === undefined) throw unknown(sequencer.history, "noSuchOrder", params);
        return orderReply(order);
      }),
  );

  server.get(
    "/v1/fills",
    {
      schema: {
        summary: "Fills in their order, all or of one account, each with how settled it is",
        tags: ["accounts"],
        querystring: Closed({ ...pageQuery, account: Type.Optional(AccountIndex) }),
        response: { 200: Type.Object({ fills: Type.Array(FillReply), next: Index }), ...ERRORS },
      },
    },
    async ({ query }) => {
      const { from, limit } = pageOf(query);
      // A list with a gap that nobody can see would be worse than none.
      if (from < sequencer.history.firstFill) throw beforeHistory(sequencer.history, { from });
      const fills =
        query.account === undefined
          ? await sequencer.fills(from, limit)
          : await sequencer.accountFills(query.account, from, limit);
      return { fills: fills.map(fillReply), next: (fills.at(-1)?.sequence ?? from - 1) + 1 };
    },
  );
}
