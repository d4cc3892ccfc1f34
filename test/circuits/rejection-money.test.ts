/** Cheats with money and keys: withdrawals, transfers, deposits, registrations, trading keys, the clock. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Exchange } from "../../sequencer/exchange/exchange.ts";
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";
import { ACCOUNT_BITS, AMOUNT_BITS, CUSTODY_BITS, pow2 } from "../../sequencer/exchange/limits.ts";
import type { UsedNonces } from "../../sequencer/exchange/state.ts";
import {
  amountFields,
  encodeWord,
  Outcome,
  Scope,
  Side,
  WordType,
  withOutcome,
} from "../../sequencer/exchange/word.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { Court } from "./court.ts";
import { type Cheat, World } from "./world.ts";

const test = suite("cheating with money");
const [ALICE, BOB, CAROL] = [1, 2, 3] as const;
const court = await Court.open();
const poseidon = await loadPoseidon();

/** Alice is long 10, Bob short 10, Carol has cash only. */
const world = World.genesis(poseidon).register(10_000).register(10_000).register(10_000);
world.run(world.place(ALICE, Side.buy, 10), world.place(BOB, Side.sell, 10));

/** As if only the first nonce had been used. */
const ONE_USED: UsedNonces = { window: 0, bits: 1, previousBits: 0 };

const collateral = (account: number, change: bigint) => (exchange: Exchange) => {
  exchange.accounts.get(account)!.collateral += change;
};

/** The same word with another outcome written into it. */
const outcome = (bits: number): Pick<Cheat, "show"> => ({
  show: (input) => ({ ...input, word: withOutcome(input.word, bits) }),
});

test("withdraws what the initial requirement needs, or the same money twice", async () => {
  // Equity 9,997 after the fee of the trade; 1,000 initial requirement; 3 for the next fee.
  await court.accepts(world, world.withdraw(ALICE, 8_994n), "withdraw");
  const logged = world.withdraw(ALICE, 8_995n);
  await court.accepts(world, logged, "belowRequirement");
  const cheat = { logged, pretend: collateral(ALICE, 1n), claim: collateral(ALICE, -1n) };
  await court.rejects(world, cheat, "both", "one quantum more");
  const kept = { logged: world.withdraw(ALICE, 3_000n), claim: collateral(ALICE, 3_000n) };
  await court.rejects(world, kept, "state", "without paying");
  const free = { logged: world.withdraw(ALICE, 3_000n), claim: collateral(ALICE, 3n) };
  await court.rejects(world, free, "state", "without the fee");
  const again = world.fork().run(kept.logged);
  await court.accepts(again, kept.logged, "usedNonce");
  const replay = (exchange: Exchange) => {
    exchange.accounts.get(ALICE)!.ownerNonces = ONE_USED;
  };
  await court.rejects(again, { logged: kept.logged, pretend: replay }, "both", "a replay");
  const unburned = (after: Exchange) => {
    after.accounts.get(ALICE)!.ownerNonces = ONE_USED;
  };
  await court.rejects(world, { logged: kept.logged, claim: unburned }, "state", "an unburned nonce");
});

test("withdraws what was never paid in, or hides what was", async () => {
  // Three have paid in 10,000 each. Alice's ten lots are worth 30,000 more than they cost, Bob owes as much.
  const won = world.fork(({ markets }) => {
    markets[0]!.oraclePrice = 4000;
  });
  const custody = (change: bigint) => (exchange: Exchange) => {
    exchange.machine.custody += change;
  };
  await court.accepts(won, won.withdraw(ALICE, 30_000n), "withdraw");
  const logged = won.withdraw(ALICE, 30_001n);
  await court.accepts(won, logged, "beyondCustody");
  await court.accepts(won, won.withdraw(ALICE, 35_995n), "belowRequirement");
  // The field's number for a quantum less than nothing: what an accepted withdrawal would have left.
  const owed = ({ machine }: Exchange) => {
    machine.custody = FIELD_MODULUS - 1n;
  };
  await court.rejects(won, { logged, pretend: custody(1n), claim: owed }, "both", "beyond custody");
  const refuses = { logged: won.withdraw(ALICE, 30_000n), pretend: custody(-1n), claim: custody(1n) };
  await court.rejects(won, refuses, "both", "refused although it is there");
  const withdrawal = won.withdraw(ALICE, 500n);
  await court.rejects(won, { logged: withdrawal, claim: custody(500n) }, "state", "custody as before");
  await court.rejects(won, { logged: withdrawal, claim: custody(-1n) }, "state", "custody too low");
  const deposit = won.deposit(CAROL, 500n);
  await court.rejects(won, { logged: deposit, claim: custody(-500n) }, "state", "a deposit");
  await court.rejects(won, { logged: deposit, claim: custody(1n) }, "state", "more than the deposit");
  const transfer = won.transfer(ALICE, CAROL, 500n);
  await court.accepts(won, won.transfer(ALICE, CAROL, 35_994n), "transfer");
  for (const change of [500n, -500n])
    await court.rejects(won, { logged: transfer, claim: custody(change) }, "state", "a transfer");
  await court.rejects(won, { logged: logged, claim: custody(-30_001n) }, "state", "a refused withdrawal");
  const ready = won.fork();
  ready.run(ready.payload(11, 1n, true), ready.payload(12, 2n, true));
  const word = encodeWord({ type: WordType.register, l1: 1, account: 4, ...amountFields(700n) });
  const register = ready.plain(word);
  await court.accepts(ready, register, "register");
  await court.rejects(ready, { logged: register, claim: custody(-700n) }, "state", "a registration");
});

test("above its bound, where only registrations bring it, custody lets money out and none in", async () => {
  // More than all registrations there can be.
  const above = world.fork(({ machine }) => {
    machine.custody = pow2(CUSTODY_BITS) + pow2(ACCOUNT_BITS + AMOUNT_BITS);
  });
  await court.accepts(above, above.withdraw(ALICE, 1n), "withdraw");
  await court.accepts(above, above.deposit(ALICE, 0n), "custodyLimit");
  await court.accepts(above, above.deposit(ALICE, pow2(AMOUNT_BITS) - 1n), "custodyLimit");
  const amount = amountFields(pow2(AMOUNT_BITS) - 1n);
  const word = encodeWord({ type: WordType.register, l1: 1, account: 4, ...amount });
  await court.accepts(above, above.plain(word), "register");
  const none = world.fork(({ machine }) => {
    machine.custody = 0n;
  });
  await court.accepts(none, none.withdraw(ALICE, 1n), "beyondCustody");
  await court.accepts(none, none.withdraw(ALICE, pow2(AMOUNT_BITS) - 1n), "belowRequirement");
});

test("burns the nonce of the other key, or keeps a new trading key's nonces used", async () => {
  const keyed = world.fork().setTradingKey(ALICE, Scope.cancel);
  const other: UsedNonces = { window: 1, bits: 1, previousBits: 0 };
  for (const keySelector of [0, 1]) {
    const logged = keyed.request({ type: WordType.cancelAll, account: ALICE, keySelector });
    await court.accepts(keyed, logged, "cancelAll");
    const swapped = (after: Exchange, before: Exchange) => {
      const { ownerNonces, tradingNonces } = before.accounts.get(ALICE)!;
      Object.assign(after.accounts.get(ALICE)!, { ownerNonces, tradingNonces: ownerNonces });
      if (keySelector === 0) after.accounts.get(ALICE)!.tradingNonces = tradingNonces;
    };
    await court.rejects(keyed, { logged, claim: swapped }, "state", `selector ${keySelector}`);
  }
  const jumped = keyed.fork(({ accounts }) => {
    accounts.get(ALICE)!.tradingNonces = other;
  });
  const words = jumped.tradingKeyWords(ALICE, Scope.cancel, 77n);
  jumped.run(words[0]!, words[1]!);
  await court.accepts(jumped, words[2]!, "setTradingKey");
  const kept = (after: Exchange) => {
    after.accounts.get(ALICE)!.tradingNonces = other;
  };
  await court.rejects(jumped, { logged: words[2]!, claim: kept }, "state", "the old key's nonces");
});

test("passes a wrong margin: a price that is not the market's", async () => {
  const logged = world.withdraw(ALICE, 9_500n);
  await court.accepts(world, logged, "belowRequirement");
  const price = (change: number) => (exchange: Exchange) => {
    exchange.markets[0]!.oraclePrice += change;
  };
  await court.rejects(world, { logged, pretend: price(200), claim: price(-200) }, "both");
});

test("uses a stale price as if it were fresh", async () => {
  const stale = world.fork().run(world.tick(61, null, 0));
  const logged = stale.place(CAROL, Side.buy, 5);
  await court.accepts(stale, logged, "staleMarket");
  const pretend = ({ markets, machine }: Exchange) => {
    markets[0]!.oracleTime = machine.time;
  };
  const claim = (after: Exchange, before: Exchange) => {
    after.markets[0]!.oracleTime = before.markets[0]!.oracleTime;
  };
  await court.rejects(stale, { logged, pretend, claim }, "both");
  const value = stale.fork();
  const withdrawal = value.withdraw(ALICE, 1n);
  await court.accepts(value, withdrawal, "staleMarket");
  await court.rejects(value, { logged: withdrawal, pretend, claim }, "both", "a withdrawal");
  const transfer = value.transfer(ALICE, CAROL, 1n);
  await court.accepts(value, transfer, "staleMarket");
  await court.rejects(value, { logged: transfer, pretend, claim }, "both", "a transfer");
  await court.accepts(value, value.withdraw(CAROL, 1n), "withdraw");
  const elsewhere = value.place(ALICE, Side.buy, 5, { market: 1 });
  await court.accepts(value, elsewhere, "staleMarket");
  await court.rejects(value, { logged: elsewhere, pretend, claim }, "both", "an order in another market");
  const nothing = (exchange: Exchange) => {
    exchange.accounts.get(ALICE)!.sizes = [0, 0];
    exchange.accounts.get(ALICE)!.collateral += 10_000n;
  };
  const again = (after: Exchange, before: Exchange) => {
    after.accounts.get(ALICE)!.sizes = before.accounts.get(ALICE)!.sizes;
    after.accounts.get(ALICE)!.collateral -= 10_000n;
  };
  const flat = { logged: elsewhere, pretend: nothing, claim: again };
  await court.rejects(value, flat, "both", "as if nothing were held");
  await court.accepts(value, value.place(CAROL, Side.buy, 5, { market: 1 }), "rest");
  const reduces = value.place(ALICE, Side.sell, 5, { reduceOnly: 1 });
  await court.accepts(value, reduces, "rest");
  const tick = world.tick(61, null, 0);
  await court.rejects(world, { logged: tick, claim: pretend }, "state", "no report, but a new time");
});

test("transfers to another than the target, to itself, to nobody, or out of nothing", async () => {
  const logged = world.transfer(ALICE, BOB, 100n);
  await court.accepts(world, logged, "transfer");
  await court.rejects(world, { logged, instead: world.transfer(ALICE, CAROL, 100n) }, "rule", "other");
  await court.rejects(world, { logged, claim: collateral(ALICE, 100n) }, "state", "out of nothing");
  await court.rejects(world, { logged, claim: collateral(BOB, 1n) }, "state", "more arrives");
  for (const target of [ALICE, 0]) {
    const nowhere = world.transfer(ALICE, target, 100n);
    await court.accepts(world, nowhere, "badTarget");
    await court.rejects(world, { logged: nowhere, ...outcome(Outcome.accepted) }, "rule", `to ${target}`);
  }
  const nobody = world.transfer(ALICE, 4, 100n);
  await court.accepts(world, nobody, "badTarget");
  const exists = ({ machine }: Exchange) => {
    machine.nextAccount = 5;
  };
  const gone = ({ machine }: Exchange) => {
    machine.nextAccount = 4;
  };
  await court.rejects(world, { logged: nobody, pretend: exists, claim: gone }, "both", "to a free number");
});

test("opens an account that the step does not concern: it stays as it was", async () => {
  const withdrawal = { logged: world.withdraw(ALICE, 100n) };
  const tick = { logged: world.tick(5, 1, 1) };
  for (const account of [0, ALICE, BOB, 9])
    for (const cheat of [withdrawal, tick]) {
      const show: Cheat["show"] = (input) => world.opens(input, { account, slot: 3 });
      assert.is(await court.judge(world.cheat({ ...cheat, show })), "nobody", `account ${account}`);
      if (account !== BOB) continue;
      await court.rejects(world, { ...cheat, show, claim: collateral(BOB, -1n) }, "state", "and robs it");
    }
});

test("credits a deposit to another account, another amount, or to nobody", async () => {
  const logged = world.deposit(ALICE, 500n);
  await court.accepts(world, logged, "deposit");
  await court.rejects(world, { logged, instead: world.deposit(BOB, 500n) }, "rule", "another account");
  await court.rejects(world, { logged, instead: world.deposit(ALICE, 501n) }, "state", "another amount");
  const nobody = world.deposit(9, 500n);
  await court.accepts(world, nobody, "unknownAccount");
  const exists = ({ machine }: Exchange) => {
    machine.nextAccount = 10;
  };
  const gone = ({ machine }: Exchange) => {
    machine.nextAccount = 4;
  };
  await court.rejects(world, { logged: nobody, pretend: exists, claim: gone }, "both", "nobody");
  await court.accepts(world, world.deposit(0, 500n), "unknownAccount");
  await court.rejects(world, { logged: world.deposit(0, 1n), ...outcome(Outcome.accepted) }, "rule", "0");
});

test("drops a word of the L1 queue, skips it, or credits what is not from the queue", async () => {
  const logged = world.deposit(ALICE, 500n);
  await court.rejects(world, { logged, ...outcome(Outcome.dropped) }, "rule", "dropped");
  await court.rejects(world, { logged, ...outcome(3) }, "rule", "no such outcome");
  const skip = ({ machine }: Exchange) => {
    machine.l1Consumed -= 1;
  };
  await court.rejects(world, { logged, claim: skip }, "both", "not counted");
  const minted = world.plain(logged.word & ~128n);
  await court.accepts(world, minted, "unknownRequest");
  const cheat = { logged: minted, instead: logged, claim: skip };
  await court.rejects(world, cheat, "both", "not from the queue");
});

test("drops a signed word and still changes something", async () => {
  const logged = world.withdraw(ALICE, 100n);
  const dropped = { ...logged, authentic: false };
  await court.accepts(world, dropped, "none");
  await court.rejects(world, { logged: dropped, claim: collateral(ALICE, -3n) }, "state", "the fee");
  await court.rejects(world, { logged, ...outcome(Outcome.dropped) }, "state", "the withdrawal");
  await court.rejects(world, { logged: world.tick(5, 1), ...outcome(Outcome.dropped) }, "rule", "a tick");
});

test("registers out of turn, without an owner, or with a payload that was not the queue's", async () => {
  const register = (account: number) =>
    world.plain(encodeWord({ type: WordType.register, l1: 1, account, ...amountFields(700n) }));
  const key = world.keys.hashOf({ account: 4, key: "owner", version: 0 });
  const ready = world.fork();
  ready.run(ready.payload(11, key >> 128n, true), ready.payload(12, key & (2n ** 128n - 1n), true));
  await court.accepts(ready, register(4), "register");
  await court.accepts(ready, register(5), "outOfTurn");
  const turn = (nextAccount: number) => (exchange: Exchange) => {
    exchange.machine.nextAccount = nextAccount;
  };
  await court.rejects(ready, { logged: register(5), pretend: turn(5) }, "both", "out of turn");
  await court.rejects(ready, { logged: register(4), instead: register(5), pretend: turn(5) }, "both");
  const overwritten = ready.fork();
  overwritten.run(overwritten.payload(11, 1n, false), overwritten.payload(12, 2n, false));
  await court.accepts(overwritten, register(4), "register");
  const swap = ({ machine }: Exchange) => {
    machine.l1PayloadHigh = machine.payloadHigh;
    machine.l1PayloadLow = machine.payloadLow;
  };
  await court.rejects(overwritten, { logged: register(4), pretend: swap }, "state", "a signed payload");
  const stolen = (after: Exchange) => {
    after.accounts.get(4)!.ownerKey += 1n;
  };
  await court.rejects(ready, { logged: register(4), claim: stolen }, "state", "another owner");
});

test("sets a trading key of another hash, scope or expiry, or leaves its version", async () => {
  const [high, low, command] = world.tradingKeyWords(ALICE, 3, 12345n);
  const ready = world.fork().run(high!, low!);
  await court.accepts(ready, command!, "setTradingKey");
  for (const name of ["tradingKey", "keyVersion", "scope", "keyExpiry"] as const) {
    const claim = (after: Exchange) => {
      const account = after.accounts.get(ALICE)!;
      Object.assign(account, { [name]: name === "tradingKey" ? 5n : account[name] + 1 });
    };
    await court.rejects(ready, { logged: command!, claim }, "state", name);
  }
  const other = (exchange: Exchange) => {
    exchange.machine.payloadLow += 1n;
  };
  await court.rejects(ready, { logged: command!, pretend: other }, "state", "another payload");
});

test("moves the clock back, a price too fast, or a price without a report", async () => {
  await court.accepts(world, world.tick(5, 25, -25), "tick");
  const tooFast = world.tick(5, 26, 0);
  await court.accepts(world, tooFast, "moveTooLarge");
  const cap = (maxMovePerSecond: number) => (exchange: Exchange) => {
    const [market] = exchange.markets;
    Object.assign(market!, { parameters: { ...market!.parameters, maxMovePerSecond } });
  };
  await court.rejects(world, { logged: tooFast, pretend: cap(6), claim: cap(5) }, "both", "too fast");
  const still = world.tick(0, 0, 0);
  await court.accepts(world, still, "clockNotAdvanced");
  const back = (exchange: Exchange) => {
    exchange.machine.time -= 1;
  };
  // Accepted or refused the time afterwards is the same: only the outcome stands against it.
  await court.rejects(world, { logged: still, pretend: back }, "rule", "a clock that stands");
  const unreported = world.plain(world.tick(5, 3, 0).word & ~(1n << 40n));
  await court.accepts(world, unreported, "moveTooLarge");
  const restore = (after: Exchange, before: Exchange) => {
    after.markets[0]!.oracleTime = before.markets[0]!.oracleTime;
  };
  const cheat = { logged: unreported, instead: world.tick(5, 3, 0), claim: restore };
  await court.rejects(world, cheat, "both", "without a report");
  const further = (after: Exchange) => {
    after.markets[1]!.oraclePrice += 1;
  };
  await court.rejects(world, { logged: world.tick(5, 1, 1), claim: further }, "state", "another price");
});

test.run();
