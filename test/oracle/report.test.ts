import { TypedDataEncoder, Wallet } from "ethers";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { addressOf } from "../../sequencer/consensus/secp256k1.ts";
import { domainSeparator, hexOf } from "../../sequencer/consensus/vote.ts";
import { deviations, lowerMedian, medianPrices } from "../../sequencer/oracle/median.ts";
import {
  isReportGenuine,
  isReportTimely,
  type Report,
  reportDigest,
  type SignedReport,
  signReport,
} from "../../sequencer/oracle/report.ts";
import { ReportPool } from "../../sequencer/oracle/report-pool.ts";
import { Random, testSeed } from "../generate/random.ts";

const domain = { chainId: 31337n, verifyingContract: "0x5fbdb2315678afecb367f032d93f642f64180aa3" } as const;
const separator = domainSeparator(domain);
const keys = [1, 2, 3, 4].map((number) => new Uint8Array(32).fill(number));
const context = { separator, epoch: 3, validators: keys.map((key) => addressOf(key)), markets: 2 };
const NOW_MS = 1_700_000_000_000;

const signed = (signer: number, prices: readonly (number | null)[], timeMs = NOW_MS): SignedReport =>
  signReport({ separator, epoch: 3, signer, secretKey: keys[signer]! }, { timeMs, prices });

test("a report is EIP-712 data that a wallet signs alike", async () => {
  const named = { name: "Proofbook", version: "1", ...domain };
  const types = {
    PriceReport: [
      { name: "epoch", type: "uint64" },
      { name: "timeMs", type: "uint64" },
      { name: "prices", type: "uint32[]" },
    ],
  };
  for (const prices of [[], [1], [2 ** 32 - 1, null, 5]]) {
    const value = { epoch: 3, timeMs: NOW_MS, prices: prices.map((price) => price ?? 0) };
    const report: Report = { timeMs: NOW_MS, prices };
    assert.is(hexOf(reportDigest(separator, 3, report)), TypedDataEncoder.hash(named, types, value));
    const wallet = new Wallet(hexOf(keys[2]!));
    assert.is(signed(2, prices).signature, await wallet.signTypedData(named, types, value));
  }
});

test("who signed what for when is all in the signature", () => {
  const report = signed(1, [2000, null]);
  assert.ok(isReportGenuine(context, report));
  const wrong: SignedReport[] = [
    { ...report, signer: 0 },
    { ...report, signer: 4 },
    { ...report, signer: -1 },
    { ...report, timeMs: NOW_MS + 1 },
    { ...report, timeMs: 1.5 },
    { ...report, timeMs: -1 },
    { ...report, prices: [2000, 1] },
    { ...report, prices: [null, 2000] },
    { ...report, prices: [2000] },
    { ...report, prices: [2000, null, null] },
    { ...report, prices: [2000, 0] },
    { ...report, prices: [2000.5, null] },
    { ...report, prices: [2 ** 32, null] },
    { ...report, signature: signed(0, [2000, null]).signature },
    { ...report, signature: "0x" },
  ];
  for (const bad of wrong) assert.not.ok(isReportGenuine(context, bad), JSON.stringify(bad));
  assert.not.ok(isReportGenuine({ ...context, epoch: 4 }, report));
  assert.not.ok(
    isReportGenuine({ ...context, separator: domainSeparator({ ...domain, chainId: 1n }) }, report),
  );
  for (const price of [0, -1, 2 ** 32, 1.5]) assert.throws(() => signed(0, [price]), /ticks/);
});

test("a report counts from a second before its time to five after", () => {
  const report = { timeMs: NOW_MS, prices: [] };
  for (const [blockMs, counts] of [
    [NOW_MS - 1001, false],
    [NOW_MS - 1000, true],
    [NOW_MS + 5000, true],
    [NOW_MS + 5001, false],
  ] as const)
    assert.is(isReportTimely(report, blockMs), counts, `${blockMs - NOW_MS}`);
});

test("the median: the middle one, the lower of two, none of none", () => {
  assert.is(lowerMedian([]), undefined);
  assert.is(lowerMedian([7]), 7);
  assert.is(lowerMedian([9, 100, 10]), 10);
  assert.is(lowerMedian([100, 9, 10, 11]), 10);
});

test("per market a quorum of prices, or no fresh price", () => {
  const reports = [
    [1, null],
    [2, 5],
    [3, 6],
    [null, 7],
  ].map((prices) => ({ timeMs: 0, prices }));
  assert.equal(medianPrices(reports, 3, 3), [2, 6, null]);
  assert.equal(medianPrices(reports, 2, 4), [null, null]);
  assert.equal(medianPrices([], 2, 0), [null, null]);
});

test("f liars cannot take the median out of what the others report", () => {
  const random = new Random(testSeed("liars"));
  for (let round = 0; round < 500; round++) {
    const n = random.between(1, 13);
    const faulty = Math.floor((n - 1) / 3);
    const quorum = n - faulty;
    const honest = Array.from({ length: quorum }, () => random.between(900, 1100));
    const count = random.between(0, faulty);
    const lies = Array.from({ length: count }, () => random.pick([1, 2 ** 32 - 1, 1000]));
    // Any quorum at least: the liars may also keep some honest ones out.
    const kept = honest.slice(0, honest.length - random.between(0, count));
    const reports = random.shuffled([...kept, ...lies]).map((price) => ({ timeMs: 0, prices: [price] }));
    const [median] = medianPrices(reports, 1, quorum);
    assert.ok(median! >= Math.min(...kept) && median! <= Math.max(...kept), `${kept} | ${lies} -> ${median}`);
    assert.equal(medianPrices(random.shuffled(reports), 1, quorum), [median]);
  }
});

test("who is far off is seen, in millionths of the median", () => {
  const reports = [signed(0, [2000, 100]), signed(1, [2020, null]), signed(3, [1000, 100])];
  assert.equal(deviations(reports, [2000, null]), [
    { signer: 0, market: 0, partsPerMillion: 0 },
    { signer: 1, market: 0, partsPerMillion: 10_000 },
    { signer: 3, market: 0, partsPerMillion: -500_000 },
  ]);
});

test("the pool keeps the newest genuine report of each validator, and gives those of a quorum", () => {
  const pool = new ReportPool(context);
  const at = (ms: number, signer: number) => signed(signer, [2000, 1], NOW_MS + ms);
  assert.is(pool.receive(at(0, 0), NOW_MS), "taken");
  assert.is(pool.receive(at(0, 0), NOW_MS), "old");
  assert.is(pool.receive(at(-1, 0), NOW_MS), "old");
  assert.is(pool.receive({ ...at(1, 0), signer: 1 }, NOW_MS), "forged");
  assert.is(pool.receive({ ...at(1, 0), signer: 9 }, NOW_MS), "forged");
  assert.is(pool.receive(at(1001, 1), NOW_MS), "untimely");
  assert.is(pool.receive(at(-5001, 1), NOW_MS), "untimely");
  assert.is(pool.receive(at(-4000, 3), NOW_MS), "taken");
  assert.equal(pool.forBlock(NOW_MS), [], "two of four are no quorum");
  assert.is(pool.receive(at(10, 1), NOW_MS), "taken");
  assert.equal(pool.forBlock(NOW_MS), [at(0, 0), at(10, 1), at(-4000, 3)]);
  assert.is(pool.receive(at(20, 0), NOW_MS), "taken");
  assert.equal(pool.forBlock(NOW_MS)[0], at(20, 0));
  assert.is(pool.forBlock(NOW_MS + 500).length, 3);
  assert.equal(pool.forBlock(NOW_MS + 501), [], "one would be too old half a second later");
  assert.equal(pool.all(), [at(20, 0), at(-4000, 3), at(10, 1)]);
});

test.run();
