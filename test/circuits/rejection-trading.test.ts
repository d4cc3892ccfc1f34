/** Cheats with matches and lists: each fits itself and the roots, and is stopped by the constraints. */
import { suite } from "uvu";
import type { StepInput } from "../../prover/witness/step-witness.ts";
import { type Exchange, liveOrder } from "../../sequencer/exchange/exchange.ts";
import type { OrderLink, OrderName } from "../../sequencer/exchange/state.ts";
import { encodeWord, Outcome, Side, WordType } from "../../sequencer/exchange/word.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { Court } from "./court.ts";
import { World } from "./world.ts";

const test = suite("cheating traders");
const [ALICE, BOB, CAROL, DAVE] = [1, 2, 3, 4] as const;
const { buy, sell } = Side;
const court = await Court.open();
const poseidon = await loadPoseidon();

const four = World.genesis(poseidon);
for (let i = 0; i < 4; i++) four.register(100_000);

/** Asks: Bob 4 at 1000, Carol 4 at 1000, Dave 4 at 1010. */
const asks = four.fork();
asks.run(asks.place(BOB, sell, 4, { slot: 1 }), asks.place(CAROL, sell, 4, { slot: 1 }));
asks.run(asks.place(DAVE, sell, 4, { slot: 1, price: 1010 }));

const link = (exchange: Exchange, name: OrderName): OrderLink => {
  const { account, slot } = name;
  return { account, slot, price: liveOrder(exchange, name).price };
};

/** Pretends that another order heads the asks. */
const headedBy = (name: OrderName) => (exchange: Exchange) => {
  exchange.markets[0]!.bestAsk = link(exchange, name);
};

test("skips the maker with the best price", async () => {
  const logged = asks.place(ALICE, buy, 4, { price: 1010 });
  await court.accepts(asks, logged, "fill");
  await court.rejects(asks, { logged, pretend: headedBy({ account: DAVE, slot: 1 }) }, "rule");
});

test("jumps the queue at a price, for all that the maker has or for a part", async () => {
  const pretend = headedBy({ account: CAROL, slot: 1 });
  await court.rejects(asks, { logged: asks.place(ALICE, buy, 4), pretend }, "rule");
  const logged = asks.place(ALICE, buy, 2);
  await court.accepts(asks, logged, "fill");
  const claim = (after: Exchange, before: Exchange) => {
    after.markets[0]!.bestAsk = before.markets[0]!.bestAsk;
  };
  await court.rejects(asks, { logged, pretend, claim }, "rule");
});

test("overfills the maker or the taker", async () => {
  const many = asks.place(ALICE, buy, 6);
  const pretend = (exchange: Exchange) => {
    liveOrder(exchange, { account: BOB, slot: 1 }).remaining = 6;
  };
  await court.accepts(asks, many, "fill");
  await court.rejects(asks, { logged: many, pretend }, "both", "the maker");
  const cheat = { logged: asks.place(ALICE, buy, 3), instead: asks.place(ALICE, buy, 4) };
  await court.rejects(asks, cheat, "both", "the taker");
});

test("fills through the limit", async () => {
  const logged = asks.place(ALICE, buy, 4, { price: 999 });
  await court.accepts(asks, logged, "rest");
  await court.rejects(asks, { logged, instead: asks.place(ALICE, buy, 4) }, "both");
});

test("keeps a filled maker, whole or emptied", async () => {
  const logged = asks.place(ALICE, buy, 4);
  for (const remaining of [4, 0]) {
    const claim = (after: Exchange, before: Exchange) => {
      after.markets[0]!.bestAsk = before.markets[0]!.bestAsk;
      const order = liveOrder(before, { account: BOB, slot: 1 });
      after.accounts.get(BOB)!.orders.set(1, { ...order, remaining });
    };
    await court.rejects(asks, { logged, claim }, "state");
  }
});

test("removes a healthy maker as if it were dead, or without a margin", async () => {
  const logged = asks.place(ALICE, buy, 4);
  const dead = (exchange: Exchange) => {
    exchange.accounts.get(BOB)!.generation += 1;
  };
  const poor = (exchange: Exchange) => {
    exchange.accounts.get(BOB)!.collateral -= 99_990n;
  };
  for (const pretend of [dead, poor]) await court.rejects(asks, { logged, pretend }, "both");
});

test("fills with a maker that must be removed: of an older generation, expired, or without a margin", async () => {
  const dead = asks.fork();
  dead.run(dead.request({ type: WordType.cancelAll, account: BOB }));
  const logged = dead.place(ALICE, buy, 4);
  await court.accepts(dead, logged, "removeMaker");
  const revive = (exchange: Exchange) => {
    exchange.accounts.get(BOB)!.generation -= 1;
  };
  await court.rejects(dead, { logged, pretend: revive }, "both", "older generation");

  const expired = asks.fork(({ machine, accounts }) => {
    const order = accounts.get(BOB)!.orders.get(1)!;
    accounts.get(BOB)!.orders.set(1, { ...order, expiry: machine.time });
  });
  await court.accepts(expired, logged, "removeMaker");
  const back = (exchange: Exchange) => {
    exchange.machine.time -= 1;
  };
  const forth = (exchange: Exchange) => {
    exchange.machine.time += 1;
  };
  await court.rejects(expired, { logged, pretend: back, claim: forth }, "both", "expired");

  const poor = asks.fork(({ accounts }) => {
    accounts.get(BOB)!.collateral = 1n;
  });
  await court.accepts(poor, logged, "removeMaker");
  const enrich = (exchange: Exchange) => {
    exchange.accounts.get(BOB)!.collateral += 100_000n;
  };
  await court.rejects(poor, { logged, pretend: enrich }, "both", "without a margin");
});

test("fills at a stale price with a maker whose position would grow", async () => {
  const stale = four.fork();
  stale.run(stale.place(BOB, sell, 4), stale.place(ALICE, buy, 4));
  stale.run(stale.place(CAROL, buy, 4, { slot: 1 }), stale.tick(61, null, 0));
  const logged = stale.place(ALICE, sell, 4, { reduceOnly: 1 });
  await court.accepts(stale, logged, "stopTaker");
  const fresh = ({ markets, machine }: Exchange) => {
    markets[0]!.oracleTime = machine.time;
  };
  const claim = (after: Exchange, before: Exchange) => {
    after.markets[0]!.oracleTime = before.markets[0]!.oracleTime;
  };
  await court.rejects(stale, { logged, pretend: fresh, claim }, "both", "a fresh price");
  const short = (exchange: Exchange) => {
    exchange.accounts.get(CAROL)!.sizes[0] = -4;
  };
  await court.rejects(stale, { logged, pretend: short }, "both", "a maker who reduces");
});

test("fills a maker whose position elsewhere has no price, or removes one whose position has, or who only reduces", async () => {
  // Bob is short in market 0, and bids for 4 in market 1, where he holds nothing.
  const quoted = four.fork();
  quoted.run(quoted.place(BOB, sell, 4), quoted.place(CAROL, buy, 4));
  quoted.run(quoted.place(BOB, buy, 4, { market: 1, slot: 1 }));
  const takes = (world: World) => world.place(ALICE, sell, 4, { market: 1 });
  const freshAgain = (after: Exchange, before: Exchange) => {
    after.markets[0]!.oracleTime = before.markets[0]!.oracleTime;
  };
  const stale = quoted.fork().run(quoted.tick(61, null, 0));
  await court.accepts(stale, takes(stale), "removeMaker");
  const fresh = ({ markets, machine }: Exchange) => {
    markets[0]!.oracleTime = machine.time;
  };
  const grown = { logged: takes(stale), pretend: fresh, claim: freshAgain };
  await court.rejects(stale, grown, "both", "grows at a stale price");
  const flat = (exchange: Exchange) => {
    exchange.accounts.get(BOB)!.sizes[0] = 0;
  };
  const shortAgain = (after: Exchange) => {
    after.accounts.get(BOB)!.sizes[0] = -4;
  };
  const forgets = { logged: takes(stale), pretend: flat, claim: shortAgain };
  await court.rejects(stale, forgets, "both", "as if he held nothing");

  const known = quoted.fork().run(quoted.tick(60, null, 0));
  await court.accepts(known, takes(known), "fill");
  const old = ({ markets }: Exchange) => {
    markets[0]!.oracleTime -= 1;
  };
  const healthy = { logged: takes(known), pretend: old, claim: freshAgain };
  await court.rejects(known, healthy, "both", "a maker whose prices are known");

  const reduces = stale.fork(({ accounts }) => {
    accounts.get(BOB)!.sizes[1] = -4;
    accounts.get(CAROL)!.sizes[1] = 4;
  });
  await court.accepts(reduces, takes(reduces), "fill");
  const nothing = (exchange: Exchange) => {
    exchange.accounts.get(BOB)!.sizes[1] = 0;
  };
  const heldAgain = (after: Exchange) => {
    after.accounts.get(BOB)!.sizes[1] = -4;
  };
  const gone = { logged: takes(reduces), pretend: nothing, claim: heldAgain };
  await court.rejects(reduces, gone, "both", "a maker who reduces");
});

/** Alice bought 8 of which Bob gave 4: her taker is active and Carol heads the asks. */
const active = asks.fork();
active.next(active.place(ALICE, buy, 8));

test("stops, drops or rests a taker that must be filled, or passes over it with a no-op", async () => {
  await court.accepts(active, null, "fill");
  const poor = (exchange: Exchange) => {
    exchange.accounts.get(ALICE)!.collateral -= 200_000n;
  };
  const enrich = (exchange: Exchange) => {
    exchange.accounts.get(ALICE)!.collateral += 200_000n;
  };
  await court.rejects(active, { logged: null, pretend: poor, claim: enrich }, "both", "stopped");
  const noAsks = ({ markets }: Exchange) => {
    markets[0]!.bestAsk = null;
  };
  const restore = (after: Exchange, before: Exchange) => {
    after.markets[0]!.bestAsk = before.markets[0]!.bestAsk;
  };
  await court.rejects(active, { logged: null, pretend: noAsks, claim: restore }, "both", "rested");
  const immediate = (exchange: Exchange) => {
    noAsks(exchange);
    exchange.machine.taker = { ...exchange.machine.taker!, immediateOrCancel: true };
  };
  await court.rejects(active, { logged: null, pretend: immediate, claim: restore }, "both", "dropped");
  const forget = ({ machine }: Exchange) => {
    machine.taker = null;
  };
  const remember = (after: Exchange, before: Exchange) => {
    after.machine.taker = before.machine.taker;
  };
  await court.rejects(active, { logged: null, pretend: forget, claim: remember }, "both", "no-op");
});

test("consumes a word while a taker is active", async () => {
  const word = encodeWord({ type: 13, outcome: Outcome.refused });
  await court.rejects(active, { logged: null, show: (input) => ({ ...input, word }) }, "rule");
});

test("rests at another price, in another slot, or without holding its requirement", async () => {
  const logged = asks.place(ALICE, buy, 4, { price: 990, slot: 2 });
  await court.accepts(asks, logged, "rest");
  for (const instead of [
    { price: 980, slot: 2 },
    { price: 990, slot: 3 },
  ]) {
    const cheat = { logged, instead: asks.place(ALICE, buy, 4, instead) };
    await court.rejects(asks, cheat, instead.slot === 3 ? "rule" : "state");
  }
  const claim = (after: Exchange) => {
    after.accounts.get(ALICE)!.reserved = 0n;
  };
  await court.rejects(asks, { logged, claim }, "state");
});

/** Bids: Alice 5 at 1000, Bob 5 at 1000, Carol 5 at 990; an ask and a bid elsewhere. */
const bids = four.fork();
bids.run(bids.place(ALICE, buy, 5, { slot: 1 }), bids.place(BOB, buy, 5, { slot: 1 }));
bids.run(bids.place(CAROL, buy, 5, { slot: 1, price: 990 }));
bids.run(bids.place(ALICE, sell, 5, { slot: 2, price: 1050 }));
bids.run(bids.place(ALICE, buy, 5, { slot: 3, market: 1 }));

/** Pretends that the book's index answers with this order. */
const shows = (name: OrderName | null) => (exchange: Exchange) => {
  const answers = { predecessorForPrice: () => name, predecessorOf: () => name };
  Object.assign(exchange.index, answers, { inserted: () => {}, removed: () => {} });
};

test("inserts before equal prices, behind worse ones, in another list, or behind nothing", async () => {
  const logged = bids.place(DAVE, buy, 5, { slot: 1 });
  await court.accepts(bids, logged, "rest");
  await court.rejects(bids, { logged, pretend: shows({ account: ALICE, slot: 1 }) }, "rule", "equal price");
  await court.rejects(bids, { logged, pretend: shows({ account: CAROL, slot: 1 }) }, "rule", "worse price");
  await court.rejects(bids, { logged, pretend: shows({ account: ALICE, slot: 2 }) }, "rule", "other side");
  await court.rejects(bids, { logged, pretend: shows({ account: ALICE, slot: 3 }) }, "rule", "other market");
  await court.rejects(bids, { logged, pretend: shows(null) }, "both", "as the head");
  const nowhere = {
    logged,
    pretend: shows({ account: BOB, slot: 1 }),
    show: (input: StepInput) => bids.opens(input, { account: BOB, slot: 4 }),
  };
  await court.rejects(bids, nowhere, "both", "behind an empty slot");
});

test("a dead order that is still in the list is a predecessor like any other", async () => {
  const dead = bids.fork().run(bids.request({ type: WordType.cancelAll, account: BOB }));
  const logged = dead.place(DAVE, buy, 5, { slot: 1 });
  await court.accepts(dead, logged, "rest");
  await court.rejects(dead, { logged, pretend: shows({ account: ALICE, slot: 1 }) }, "rule");
});

test("puts a better price behind the head", async () => {
  const logged = bids.place(DAVE, buy, 5, { slot: 1, price: 1005 });
  await court.accepts(bids, logged, "rest");
  await court.rejects(bids, { logged, pretend: shows({ account: ALICE, slot: 1 }) }, "both");
});

test("takes an order out behind the wrong predecessor, or as the head that it is not", async () => {
  const logged = bids.request({ type: WordType.cancel, account: BOB, slot: 1 });
  await court.accepts(bids, logged, "unlink");
  await court.rejects(bids, { logged, pretend: shows({ account: CAROL, slot: 1 }) }, "rule", "follower");
  await court.rejects(
    bids,
    { logged, pretend: shows({ account: ALICE, slot: 2 }) },
    "rule",
    "without a next",
  );
  await court.rejects(bids, { logged, pretend: shows(null) }, "both", "as the head");
  const head = bids.request({ type: WordType.cancel, account: ALICE, slot: 1 });
  await court.accepts(bids, head, "unlink");
  await court.rejects(
    bids,
    { logged: head, pretend: shows({ account: CAROL, slot: 1 }) },
    "both",
    "the head",
  );
});

test("leaves a cancelled order in its slot or its list, or gives back more than it held", async () => {
  const logged = bids.request({ type: WordType.cancel, account: BOB, slot: 1 });
  const kept = (after: Exchange, before: Exchange) => {
    after.accounts.get(BOB)!.orders.set(1, liveOrder(before, { account: BOB, slot: 1 }));
  };
  const linked = (after: Exchange, before: Exchange) => {
    const { next } = liveOrder(before, { account: ALICE, slot: 1 });
    liveOrder(after, { account: ALICE, slot: 1 }).next = next;
  };
  const generous = (after: Exchange) => {
    after.accounts.get(BOB)!.reserved -= 1n;
  };
  for (const claim of [kept, linked, generous]) await court.rejects(bids, { logged, claim }, "state");
});

test("cancels all without moving the generation on, or keeps the reserve", async () => {
  const logged = bids.request({ type: WordType.cancelAll, account: ALICE });
  await court.accepts(bids, logged, "cancelAll");
  const stays = (after: Exchange) => {
    after.accounts.get(ALICE)!.generation -= 1;
  };
  const keeps = (after: Exchange, before: Exchange) => {
    after.accounts.get(ALICE)!.reserved = before.accounts.get(ALICE)!.reserved;
  };
  for (const claim of [stays, keeps]) await court.rejects(bids, { logged, claim }, "state");
});

test.run();
