/** What anybody may ask the exchange. */
import type { Client } from "./client.ts";
import type {
  AccountInfo,
  BatchInfo,
  Book,
  ExchangeInfo,
  FillInfo,
  Health,
  MarketInfo,
  OrderInfo,
  Receipt,
} from "./replies.ts";

const query = (values: Readonly<Record<string, number | undefined>>): string => {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  const text = given.map(([name, value]) => `${name}=${value}`).join("&");
  return text === "" ? "" : `?${text}`;
};

export const getExchange = (client: Client): Promise<ExchangeInfo> =>
  client.request({ path: "/v1/exchange" });

/** How the sequencer fares; answers also when it has halted. */
export const getHealth = (client: Client): Promise<Health> =>
  client.request({ path: "/v1/health", accepts: 503 });

export async function getMarkets(client: Client): Promise<readonly MarketInfo[]> {
  const { markets } = await client.request<{ markets: MarketInfo[] }>({ path: "/v1/markets" });
  return markets;
}

/**
 * Price levels of a market, best first.
 *
 * @example
 * import { equal } from "node:assert/strict";
 * import { createClient } from "./client.ts";
 * import { getBook } from "./reads.ts";
 *
 * const fetch = async (url) => {
 *   equal(url, "http://127.0.0.1:8080/v1/markets/0/book?depth=5");
 *   return new Response('{"market":0,"bids":[{"price":128001,"lots":500,"orders":1}],"asks":[]}');
 * };
 * const client = createClient({ url: "http://127.0.0.1:8080", fetch });
 * const book = await getBook(client, { market: 0, depth: 5 });
 * equal(book.bids[0].price, 128_001);
 */
export const getBook = (
  client: Client,
  options: { readonly market: number; readonly depth?: number | undefined },
): Promise<Book> =>
  client.request({ path: `/v1/markets/${options.market}/book${query({ depth: options.depth })}` });

export const getAccount = (client: Client, options: { readonly account: number }): Promise<AccountInfo> =>
  client.request({ path: `/v1/accounts/${options.account}` });

/** Numbers of the accounts that were registered to an owner key. */
export async function getAccountsByOwner(
  client: Client,
  options: { readonly keyHash: bigint },
): Promise<readonly number[]> {
  const path = `/v1/accounts/by-owner/${options.keyHash}`;
  const { accounts } = await client.request<{ accounts: number[] }>({ path });
  return accounts;
}

export const getOrder = (
  client: Client,
  options: { readonly account: number; readonly slot: number },
): Promise<OrderInfo> => client.request({ path: `/v1/orders/${options.account}/${options.slot}` });

/** One page of fills, oldest first; `next` is where the following page starts. */
export const getFills = (
  client: Client,
  options: { readonly from?: number; readonly limit?: number; readonly account?: number } = {},
): Promise<{ readonly fills: readonly FillInfo[]; readonly next: number }> =>
  client.request({ path: `/v1/fills${query(options)}` });

/** One page of batches, oldest first. */
export const getBatches = (
  client: Client,
  options: { readonly from?: number; readonly limit?: number } = {},
): Promise<{ readonly batches: readonly BatchInfo[]; readonly next: number }> =>
  client.request({ path: `/v1/batches${query(options)}` });

export const getBatch = (client: Client, options: { readonly batch: number }): Promise<BatchInfo> =>
  client.request({ path: `/v1/batches/${options.batch}` });

/** What became of a request, by the id that its receipt names. */
export const getReceipt = (client: Client, options: { readonly id: string }): Promise<Receipt> =>
  client.request({ path: `/v1/receipts/${options.id}`, askAll: true });
