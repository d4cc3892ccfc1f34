/** Nodes that must derive the same find each other; others do not. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { SequencerSettings } from "../../sequencer/node/settings.ts";
import { BLOCK_LIMITS } from "../../sequencer/ordering/limits.ts";
import { exchangeName } from "../../sequencer/validator/exchange-name.ts";
import type { ValidatorSettings } from "../../sequencer/validator/settings.ts";
import { settingsOf } from "../node/exchange-fixture.ts";

const exchange = { chainId: 31337, address: `0x${"Ab".repeat(20)}` };
const settings = settingsOf();
const derivation = { tickSeconds: 2, expiryDepth: 8, maxExpiriesPerBlock: 16, quorum: 3 };
const rules = { derivation, blockLimits: BLOCK_LIMITS };

const name = (changed: Partial<SequencerSettings> = {}, other: object = {}): string =>
  exchangeName(exchange, { ...settings, ...changed }, { ...rules, ...other } as ValidatorSettings);

test("says chain and contract, in one spelling", () => {
  assert.match(name(), new RegExp(`^31337/0x${"ab".repeat(20)}/[0-9a-f]{16}$`));
});

test("is the same whatever the epoch, the set, the door and the order of members", () => {
  const turned = Object.fromEntries(Object.entries(settings.genesis).reverse());
  const same = [
    name({ epoch: settings.epoch + 1 }),
    name({ limits: { ...settings.limits, maxWaiting: 1 }, increments: [{ price: 7, size: 7 }] }),
    name({ genesis: turned as unknown as SequencerSettings["genesis"] }),
    name({}, { derivation: { ...derivation, quorum: 5 } }),
  ];
  for (const one of same) assert.is(one, name());
});

test("changes with every rule that nodes must have alike", () => {
  const { genesis, dimensions } = settings;
  const others = [
    name({ genesis: { ...genesis, time: genesis.time + 1 } }),
    name({ genesis: { ...genesis, requestFee: genesis.requestFee + 1n } }),
    name({ genesis: { ...genesis, markets: genesis.markets.slice(1) } }),
    name({ dimensions: { ...dimensions, orderDepth: dimensions.orderDepth + 1 } }),
    name({ tiers: [...settings.tiers, 4096] }),
    name({ maxBatchSeconds: settings.maxBatchSeconds + 1 }),
    name({}, { derivation: { ...derivation, tickSeconds: 3 } }),
    name({}, { derivation: { ...derivation, expiryDepth: 9 } }),
    name({}, { blockLimits: { ...BLOCK_LIMITS, maxRequests: 1 } }),
    exchangeName({ ...exchange, chainId: 1 }, settings, rules as unknown as ValidatorSettings),
  ];
  assert.is(new Set([name(), ...others]).size, others.length + 1);
});

test.run();
