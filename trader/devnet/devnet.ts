/**
 * A whole exchange on this machine: circuits and keys, a chain, the contracts, a sequencer and a prover, each in its
 * process. Everything lives in one folder, so the next start goes on where this one was stopped.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonRpcProvider } from "ethers";
import { anvilArguments, anvilExecutable, listeningPort } from "../../sequencer/chain/anvil.ts";
import type { PriceConfig } from "../../sequencer/node/config.ts";
import { programArguments } from "../../sequencer/programs/arguments.ts";
import { keptProgram } from "../../sequencer/programs/kept-programs.mjs";
import type { Dimensions } from "../../sequencer/state-tree/state-tree.ts";
import { type Client, createClient } from "../sdk/client.ts";
import { connectChain } from "../sdk/connect-chain.ts";
import { isLostAnswer, TraderError } from "../sdk/trader-error.ts";
import { aborted } from "./aborted.ts";
import { type BatchWatch, watchBatches } from "./batch-watch.ts";
import { type Child, startChild } from "./child.ts";
import { prepareCircuits, type TierArtefact } from "./circuits.ts";
import { checkChain, deployDevnet } from "./contracts.ts";
import { sequencerWallets } from "./dev-wallet.ts";
import { DevnetError } from "./devnet-error.ts";
import type { DevnetMarket } from "./devnet-markets.ts";
import {
  checkIdentity,
  clearFolder,
  type DevnetIdentity,
  type DevnetManifest,
  type FolderPaths,
  marketsHash,
  openFolder,
  pathsOf,
  readManifest,
  writeManifest,
} from "./folder.ts";
import { lockFolder } from "./folder-lock.ts";
import { type NodeConfigOptions, SEQUENCER_KEY, writeNodeConfig, writeTraderConfig } from "./node-config.ts";
import { endOrphans, forgetChildren, rememberChildren } from "./orphans.ts";
import { checkPort, portOf } from "./ports.ts";
import type { Report } from "./progress.ts";
import { bearValidators, meshAddresses } from "./sequencer-set.ts";
import { waitUntil } from "./wait-until.ts";

/** Blocks come by the clock, so that finality does not wait for somebody else's transaction. */
const BLOCK_SECONDS = 1;
/** Bounds what a chain that is killed forgets. */
const STATE_INTERVAL_SECONDS = 5;
const START_TIMEOUT_MS = 60_000;
/** The sequencer finishes what it took, anvil writes its state, the prover gives its job back. */
const STOP_GRACE_MS = 20_000;

/** The system tells of a death a moment after the connection breaks; on a busy machine the moment is long. */
const DEATH_NEWS_MS = 5_000;
/** One that orders alone ends the devnet when it dies: nobody waits long for what it has to say of a request. */
const LONE_RECEIPT_WAIT_MS = 2_000;
/** A prover that died gives its job away soon: there is one machine, and nobody waits for a slow network. */
const LEASE_SECONDS = 20;

/** A sequencer that ended is started again after this, so many times in a row; a while in peace forgives all. */
const RESTART_MS = 2_000;
const MAX_RESTARTS = 5;
const STEADY_MS = 60_000;

const SEQUENCER = "sequencer/node/main.ts";

/** Where the API answers, by the line that a sequencer logs once it is ready. */
function readyUrl(log: string): string | undefined {
  const line = log.split("\n").find((text) => text.includes('"msg":"ready"') && text.endsWith("}"));
  return line === undefined ? undefined : (JSON.parse(line) as { url: string }).url;
}

export interface DevnetOptions {
  readonly data: string;
  readonly fresh: boolean;
  /** Of the API; 0 takes a free one. */
  readonly port: number;
  /** Of the chain; 0 takes a free one. */
  readonly rpcPort: number;
  readonly dimensions: Dimensions;
  readonly tiers: readonly number[];
  /** Nodes that agree on the order; one orders alone. */
  readonly sequencers: number;
  readonly markets: readonly DevnetMarket[];
  readonly prices: PriceConfig;
  readonly tickSeconds: number;
  readonly maxBatchSeconds: number;
  /** Runs before the sequencers start. */
  readonly prepare?: (paths: FolderPaths) => Promise<void>;
  readonly report: Report;
  /** Fired: the start is given up. */
  readonly signal: AbortSignal;
}

export interface Devnet {
  readonly client: Client;
  readonly provider: JsonRpcProvider;
  readonly rpc: string;
  readonly exchange: string;
  readonly chainId: bigint;
  readonly paths: FolderPaths;
  readonly artefacts: readonly TierArtefact[];
  readonly watch: BatchWatch;
  /** Rejects when a child died or the sequencer reports a fault. */
  readonly failed: Promise<never>;
  /** What is behind an error: that nobody answers, say, because a child died. */
  explain(error: unknown): Promise<unknown>;
  /** In order: prover, sequencers, chain. */
  stop(): Promise<void>;
}

export async function startDevnet(options: DevnetOptions): Promise<Devnet> {
  const paths = pathsOf(options.data);
  await openFolder(paths);
  const unlock = await lockFolder(paths.lock);
  const starting = new Starting(options, paths);
  try {
    const orphans = await endOrphans(paths.children);
    if (orphans.length > 0)
      options.report({ event: "note", text: `ended what a killed devnet left: ${orphans.join(", ")}` });
    return await starting.run(unlock);
  } catch (error) {
    await starting.stopChildren();
    await unlock();
    throw error;
  }
}

class Starting {
  private readonly options: DevnetOptions;
  private readonly paths: FolderPaths;
  /** In the order of their start. */
  private readonly children: Child[] = [];
  /** Those without which nothing goes on. */
  private readonly vital: Child[] = [];
  /** Reject when a sequencer of the set keeps ending. */
  private readonly kept: Promise<never>[] = [];
  private remembered: Promise<void> = Promise.resolve();
  private provider: JsonRpcProvider | undefined;
  private isStopping = false;
  private noteProof: (batch: number, seconds: number) => void = () => undefined;

  constructor(options: DevnetOptions, paths: FolderPaths) {
    this.options = options;
    this.paths = paths;
  }

  async run(unlock: () => Promise<void>): Promise<Devnet> {
    const { options, paths } = this;
    const { report, dimensions, tiers, sequencers, markets } = options;
    if (options.fresh) await clearFolder(paths);
    const earlier = await readManifest(paths);
    // Without a manifest nobody has traded here: what an interrupted first start left is worth nothing.
    if (earlier === undefined) await clearFolder(paths);
    for (const folder of [paths.logs, paths.chain]) await mkdir(folder, { recursive: true });
    const wanted = { sequencers, dimensions, tiers, markets: marketsHash(markets) };
    // Before minutes are spent on circuits that the folder was not made for.
    if (earlier !== undefined) checkIdentity(earlier, wanted);
    // Minutes of work, thrown away whole when it is broken off: nobody waits for it after Ctrl-C.
    const artefacts = await Promise.race([prepareCircuits({ dimensions, tiers, report }), this.givenUp()]);
    const identity: DevnetIdentity = {
      ...wanted,
      circuits: artefacts.map(({ circuitHash }) => circuitHash),
      keys: artefacts.map(({ key }) => key.hash),
    };
    if (earlier !== undefined) checkIdentity(earlier, identity);
    this.checkGivenUp();

    const rpc = await this.startChain();
    const provider = await connectChain({ url: rpc });
    this.provider = provider;
    const manifest = await this.contracts(earlier, identity, artefacts, provider);
    this.checkGivenUp();
    await checkPort(options.port, "--port");
    const multiaddrs = await meshAddresses(sequencers);
    const setting = { ...options, paths, manifest, artefacts, rpc, multiaddrs };
    await options.prepare?.(paths);
    const apis = await this.startSequencers(setting);
    const receiptWaitMs = sequencers === 1 ? LONE_RECEIPT_WAIT_MS : undefined;
    const client = createClient({ url: apis[0]!, others: apis.slice(1), receiptWaitMs });
    await writeTraderConfig(setting, apis);
    this.checkGivenUp();
    await this.startProver(apis);
    const watch = await watchBatches(client, report);
    this.noteProof = (batch, seconds) => watch.noteProof(batch, seconds);
    report({ event: "ready", api: client.url, apis, rpc, exchange: manifest.exchange });
    const died = [...this.vital.map((child) => this.death(child)), ...this.kept];
    const failed = Promise.race([watch.failed, ...died]);
    failed.catch(() => undefined);
    const explain = (error: unknown): Promise<unknown> =>
      isLostAnswer(error)
        ? Promise.race([...died, sleep(DEATH_NEWS_MS, error)]).catch((death: unknown) => death)
        : Promise.resolve(error);
    return {
      client,
      provider,
      rpc,
      exchange: manifest.exchange,
      chainId: BigInt(manifest.chainId),
      paths,
      artefacts,
      watch,
      failed,
      explain,
      stop: async () => {
        watch.stop();
        await this.stopChildren();
        await unlock();
      },
    };
  }

  async stopChildren(): Promise<void> {
    this.isStopping = true;
    this.provider?.destroy();
    // The set as one: each of those who were asked later would wait for the others in vain.
    for (const part of ["prover", "sequencer", "chain"])
      await Promise.all(
        this.children.filter(({ name }) => name.startsWith(part)).map((child) => this.stopChild(child)),
      );
    await forgetChildren(this.paths.children);
  }

  private async stopChild(child: Child): Promise<void> {
    if (child.running) this.options.report({ event: "stopping", name: child.name });
    await child.stop(STOP_GRACE_MS);
  }

  private checkGivenUp(): void {
    if (this.options.signal.aborted) throw new DevnetError("INTERRUPTED", "stopped before it was up");
  }

  private async givenUp(): Promise<never> {
    await aborted(this.options.signal);
    throw new DevnetError("INTERRUPTED", "stopped before it was up");
  }

  private async launch(options: Omit<Parameters<typeof startChild>[0], "logs">): Promise<Child> {
    const child = startChild({ ...options, logs: this.paths.logs });
    this.children.push(child);
    // One after the other: several may be launched at a time.
    this.remembered = this.remembered.then(() => rememberChildren(this.paths.children, this.children));
    await this.remembered;
    return child;
  }

  /** Rejects when a child ends by itself. */
  private async death(child: Child): Promise<never> {
    const reason = await child.ended;
    if (this.isStopping) return await new Promise<never>(() => undefined);
    throw new DevnetError(
      "CHILD_DIED",
      `the ${child.name} ended: ${reason}`,
      `See ${child.logPath}. Start again to go on from what is on disk.`,
    );
  }

  private async startChain(): Promise<string> {
    const port = this.options.rpcPort;
    await checkPort(port, "--rpc-port");
    const stateFile = join(this.paths.chain, "state.json");
    const args = anvilArguments({
      port,
      stateFile,
      stateIntervalSeconds: STATE_INTERVAL_SECONDS,
      blockSeconds: BLOCK_SECONDS,
    });
    const child = await this.launch({ name: "chain", command: anvilExecutable(), args });
    this.vital.push(child);
    return await this.comesUp(child, async () => {
      const taken = listeningPort(await child.logged());
      if (taken === undefined) return undefined;
      const url = `http://127.0.0.1:${taken}`;
      (await connectChain({ url })).destroy();
      return url;
    });
  }

  private async contracts(
    earlier: DevnetManifest | undefined,
    identity: DevnetIdentity,
    artefacts: readonly TierArtefact[],
    provider: JsonRpcProvider,
  ): Promise<DevnetManifest> {
    const { dimensions, markets, sequencers, report } = this.options;
    if (earlier !== undefined) {
      await checkChain(provider, earlier);
      report({ event: "phase", name: "contracts", detail: `found at ${earlier.exchange}` });
      return earlier;
    }
    const genesisTime = Math.floor(Date.now() / 1000);
    const parts = { provider, artefacts, dimensions, markets, sequencers, genesisTime, report };
    const [validators, deployed] = await Promise.all([
      bearValidators(this.paths, sequencers),
      deployDevnet(parts),
    ]);
    return await writeManifest(this.paths, {
      identity,
      chainId: String(deployed.chainId),
      exchange: deployed.exchange,
      collateral: deployed.collateral,
      validatorSet: deployed.validatorSet,
      genesisRoot: String(deployed.genesisRoot),
      genesisTime,
      block: deployed.blockNumber,
      blockHash: deployed.blockHash,
      validators,
    });
  }

  /** All at once: a set orders as soon as a quorum is up. */
  private async startSequencers(setting: NodeConfigOptions): Promise<string[]> {
    const { sequencers, port } = this.options;
    await keptProgram(SEQUENCER);
    return await Promise.all(
      sequencerWallets(sequencers).map(async (_, index) => {
        await writeNodeConfig(setting, index, index === 0 ? port : 0);
        const child = await this.launchSequencer(index);
        const url = await this.comesUp(child, async () => readyUrl(await child.logged()));
        if (sequencers > 1) this.keepUp(child, index, () => writeNodeConfig(setting, index, portOf(url)));
        else this.vital.push(child);
        return url;
      }),
    );
  }

  private launchSequencer(index: number): Promise<Child> {
    const { privateKey } = sequencerWallets(this.options.sequencers)[index]!;
    return this.launch({
      name: this.options.sequencers === 1 ? "sequencer" : `sequencer-${index}`,
      command: process.execPath,
      args: [...programArguments(SEQUENCER), ...["--config", this.paths.node(index).config]],
      env: { [SEQUENCER_KEY]: privateKey },
    });
  }

  /** One of a set that ends by itself is started again, while the others go on; one that keeps ending, is not. */
  private keepUp(first: Child, index: number, prepare: () => Promise<void>): void {
    const watch = async (): Promise<never> => {
      let child = first;
      for (let restarts = 0; ; restarts++) {
        const beganMs = performance.now();
        const reason = await child.ended;
        if (this.isStopping) return await new Promise<never>(() => undefined);
        if (performance.now() - beganMs > STEADY_MS) restarts = 0;
        if (restarts === MAX_RESTARTS) return await this.death(child);
        const text = `${child.name} ended: ${reason}; it is started again and catches up`;
        this.options.report({ event: "note", text });
        this.children.splice(this.children.indexOf(child), 1);
        await sleep(RESTART_MS);
        if (this.isStopping) return await new Promise<never>(() => undefined);
        await prepare();
        child = await this.launchSequencer(index);
      }
    };
    const failing = watch();
    failing.catch(() => undefined);
    this.kept.push(failing);
  }

  private async startProver(apis: readonly string[]): Promise<void> {
    const child = await this.launch({
      name: "prover",
      command: process.execPath,
      args: [
        ...[...programArguments("trader/cli/main.ts"), ...apis.flatMap((api) => ["--api", api]), "--json"],
        ...["prove", "--watch", "--lease-seconds", String(LEASE_SECONDS)],
      ],
      onLine: (line) => this.readProver(line),
    });
    this.vital.push(child);
  }

  /** One JSON object a line; what is none is for the log alone. */
  private readProver(line: string): void {
    try {
      const event = JSON.parse(line) as { event?: string; job?: number; seconds?: number };
      if (event.event === "proven") this.noteProof(event.job!, event.seconds!);
    } catch {
      return;
    }
  }

  /** Waits until a child answers; its death ends the wait. */
  private async comesUp<T>(child: Child, ask: () => Promise<T | undefined>): Promise<T> {
    const answering = waitUntil(`the start of the ${child.name}`, START_TIMEOUT_MS, async () => {
      if (!child.running) return await this.death(child);
      this.checkGivenUp();
      try {
        return await ask();
      } catch (error) {
        if (error instanceof TraderError && error.code === "UNREACHABLE") return undefined;
        throw error;
      }
    });
    return await answering;
  }
}
