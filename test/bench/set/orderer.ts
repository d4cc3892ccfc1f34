/**
 * A validator that orders and executes nothing, in a process of its own: mesh, LevelDB with its log of votes and final
 * blocks, mempool, payloads made and judged as ever - but for the signatures of requests, which count as checked. It
 * makes its own share of the requests, so many waiting at a time, and sends them to the others.
 */
import { join } from "node:path";
import { pino } from "pino";
import { bornLog, recover } from "../../../sequencer/consensus/begin.ts";
import type { Effect } from "../../../sequencer/consensus/ports.ts";
import { LiveIndex } from "../../../sequencer/exchange/book-index.ts";
import { genesisExchange } from "../../../sequencer/exchange/exchange.ts";
import { InFlight } from "../../../sequencer/mempool/in-flight.ts";
import { Mempool } from "../../../sequencer/mempool/mempool.ts";
import { openNetwork } from "../../../sequencer/network/network.ts";
import { systemClock } from "../../../sequencer/node/settings.ts";
import { Database } from "../../../sequencer/store/database.ts";
import { BlockDesk } from "../../../sequencer/validator/block-desk.ts";
import { BlockServer } from "../../../sequencer/validator/block-server.ts";
import { Driver } from "../../../sequencer/validator/driver.ts";
import { termsOf } from "../../../sequencer/validator/epoch-terms.ts";
import { FinalChain, genesisHash } from "../../../sequencer/validator/final-chain.ts";
import { identitySeed } from "../../../sequencer/validator/identity.ts";
import { L1Queue } from "../../../sequencer/validator/l1-queue.ts";
import { Payloads } from "../../../sequencer/validator/payloads.ts";
import { settingOf } from "../../../sequencer/validator/settings.ts";
import { EMPTY_DIGEST } from "../../../sequencer/validator/state-digest.ts";
import { VoteLog } from "../../../sequencer/validator/vote-log.ts";
import { benchGenesis, MARKETS } from "../node/flow.ts";
import { answerParent } from "./answer-parent.ts";
import { EXCHANGE_NAME, type SetPlan, setConfigOf, validatorOf } from "./plan.ts";
import { RequestMill } from "./request-mill.ts";

const SLOTS = 256;

const plan = JSON.parse(process.argv[2]!) as SetPlan;
const set = await setConfigOf(plan);
const validator = validatorOf(plan, set);
const setting = settingOf(validator);
const database = await Database.open(join(plan.folder, `orderer-${plan.index}`));
const chain = new FinalChain(database, genesisHash(0n));
const { log } = await VoteLog.load(database);
await log.append(bornLog(0));
const end = await chain.end(0);
// Its clock stands in the future, so that no tick is ever due.
const exchange = genesisExchange({ ...benchGenesis, time: 2 ** 40 }, new LiveIndex());
const mempool = new Mempool(validator.mempoolLimits, validator.blockLimits);
const inFlight = new InFlight();
const terms = termsOf(validator, MARKETS);
const mill = new RequestMill(plan.index);
const finalityMs: number[] = [];
let ordered = 0;

/** Thrown, it might be caught on its way. */
function fail(error: unknown): never {
  console.error(error);
  process.exit(1);
}

const network = await openNetwork({
  identitySeed: identitySeed(validator.secretKey),
  exchange: EXCHANGE_NAME,
  listen: set.listen,
  validators: set.validators,
  maxReaders: 0,
  clock: systemClock,
  random: Math.random,
  log: pino({ level: "error" }),
});

const server = new BlockServer({ chain, send: (to, message) => network.send(to, message), onFault: fail });

const driver = new Driver({
  setting,
  start: recover(
    setting,
    { ...end, roots: end.digests, epoch: validator.epoch, nowMs: Date.now(), random: plan.index + 1 },
    bornLog(0),
  ),
  ports: {
    send: (to, message) => network.send(to, message),
    broadcast: (message) => network.broadcast(message),
    build: (effect) => desk.build(effect),
    validate: (effect) => desk.validate(effect),
    deliver,
    epochEnded: fail,
    serveChain: ({ to, fromHeight }) => server.chainFrom(to, fromHeight),
    serveBlocks: ({ to, hashes }) => server.blocks(to, hashes),
    evidence: fail,
    misconduct: fail,
  },
  persist: (records) => log.append(records),
  atRest: async () => undefined,
  clock: systemClock,
  onHalt: fail,
});

const payloads = new Payloads(end.floor.hash, end.point);
const desk = new BlockDesk({
  terms: () => terms,
  slots: SLOTS,
  exchange,
  mempool,
  inFlight,
  payloads,
  l1: new L1Queue(0),
  sealedSet: () => "never",
  nextSet: () => null,
  verifier: { isVerified: () => true, verifyAll: async () => true },
  view: () => driver.state.view,
  executing: () => 0,
  held: (hash) => driver.state.blocks.get(hash),
  answer: (input) => driver.push(input),
  onFault: fail,
  onInvalid: fail,
  nowMs: () => Date.now(),
});

/** Not executed, but written down. */
function deliver({ hash, block, finalView, finalization }: Extract<Effect, { kind: "deliver" }>): void {
  const { height, timeMs } = block.header;
  desk.note(hash, block);
  const { requests } = payloads.open(block.payload);
  finalityMs.push(Date.now() - timeMs);
  ordered += requests.length;
  mempool.included(requests);
  inFlight.final(height);
  mill.done(requests);
  const final = { hash, block, finalView, finalization, stateDigest: EMPTY_DIGEST };
  database
    .write(chain.operations(final, { sequence: ordered, fills: 0, borders: [] }))
    .then(() => driver.push({ kind: "executed", height, stateRoot: EMPTY_DIGEST }), fail);
  setImmediate(feed);
}

function feed(): void {
  const made = mill.make();
  for (const request of made) mempool.offer(request, Date.now());
  network.publishRequests(made);
  desk.tryBuild();
}

network.onMessage((from, message) => {
  const vote =
    message.kind === "vote" ? message.vote : message.kind === "proposal" ? message.proposal.vote : null;
  if (vote === null || setting.verify(validator.epoch, vote)) driver.push({ kind: "message", from, message });
});
network.onRequests((_, requests) => {
  for (const request of requests) mempool.offer(request, Date.now());
  desk.tryBuild();
});
driver.start();
feed();

answerParent(() => ({
  finalityMs: finalityMs.splice(0),
  ordered,
  peers: network.metrics().peers.filter(({ canSend }) => canSend).length,
}));
