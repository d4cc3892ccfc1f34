/** Tests before one deployed exchange, each from the same chain: what the one before did to it is put back. */
import { suite, type Test } from "uvu";
import { type SettledExchange, settledExchange } from "./settled-exchange.ts";

/** `begin` is called before each test. */
export function chainSuite(name: string, begin: (chain: SettledExchange) => void | Promise<void>): Test {
  const test = suite(name);
  let chain: SettledExchange;
  let putBack: () => Promise<void>;
  test.before(async () => {
    chain = await settledExchange();
  });
  test.after(async () => await chain.stop());
  test.before.each(async () => {
    putBack = await chain.remember();
    await begin(chain);
  });
  test.after.each(async () => await putBack());
  return test;
}
