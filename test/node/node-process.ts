/** The node as a child process, with a configuration of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { bn254 } from "@noble/curves/bn254.js";
import { programArguments } from "../../sequencer/programs/arguments.ts";

export const NODE_PROGRAM = "sequencer/node/main.ts";

/** A verifying key that nobody has a proving key for: its points are known multiples of the generators. */
export function inventedVerifyingKey() {
  const g1 = (factor: bigint) => {
    const { x, y } = bn254.G1.Point.BASE.multiply(factor).toAffine();
    return [String(x), String(y), "1"];
  };
  const g2 = (factor: bigint) => {
    const { x, y } = bn254.G2.Point.BASE.multiply(factor).toAffine();
    const pair = ({ c0, c1 }: { c0: bigint; c1: bigint }) => [String(c0), String(c1)];
    return [pair(x), pair(y), ["1", "0"]];
  };
  return {
    protocol: "groth16",
    curve: "bn128",
    nPublic: 3,
    vk_alpha_1: g1(2n),
    vk_beta_2: g2(3n),
    vk_gamma_2: g2(5n),
    vk_delta_2: g2(7n),
    IC: [11n, 13n, 17n, 19n].map(g1),
  };
}

export const nodeConfig = () => ({
  data: "data",
  exchange: {
    chainId: 31337,
    address: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
    genesisTime: 1_700_000_000,
    requestFee: "3",
    markets: [
      {
        oraclePrice: 2000,
        parameters: {
          initialFraction: 1000,
          maintenanceFraction: 500,
          collarFraction: 1000,
          maxMovePerSecond: 10,
          maxOracleAge: 60,
          minOrderValue: "1",
          openInterestCap: 1000,
        },
      },
    ],
  },
  circuits: { accountDepth: 3, orderDepth: 2, tiers: [{ steps: 4, verifyingKey: "key.json" }] },
  prices: { kind: "walk", seed: "node test" },
  api: { port: 0 },
});

/** Of a chain at which nobody answers. */
export const settlementConfig = () => ({
  rpc: "http://127.0.0.1:1",
  deploymentBlock: 7,
  deploymentBlockHash: `0x${"ab".repeat(32)}`,
  submitterKey: { env: "KEY" },
  validatorKey: { env: "KEY" },
});

/** Writes configuration and key into a folder; the path of the configuration. */
export async function writeConfig(folder: string, config: object, key: object): Promise<string> {
  const path = join(folder, "node.json");
  await writeFile(path, JSON.stringify(config));
  await writeFile(join(folder, "key.json"), JSON.stringify(key));
  return path;
}

/** A start takes a second or two, and some more while everything else is tested on the same machine. */
const LINE_MS = 2 * 60_000;

type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string };

export class NodeProcess {
  readonly child: ChildProcess;
  readonly lines: LogLine[] = [];
  /** What it wrote to stderr. */
  stderr = "";
  /** Resolves with the exit status when all it said is read. */
  readonly ended: Promise<number | null>;

  constructor(config: string, env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, [...programArguments(NODE_PROGRAM), "--config", config], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    this.child.stderr!.on("data", (chunk: Buffer) => {
      this.stderr += chunk;
      process.stderr.write(chunk);
    });
    createInterface({ input: this.child.stdout! }).on("line", (line) => {
      this.lines.push(JSON.parse(line) as LogLine);
      this.child.emit("said");
    });
    this.ended = once(this.child, "close").then(([status]) => status as number | null);
  }

  /** The line with this message, as soon as it is there; throws when the process ends without it, or it does not come. */
  async line(msg: string): Promise<LogLine> {
    const late = new AbortController();
    const tooLong = sleep(LINE_MS, "late" as const, { signal: late.signal }).catch(() => "late" as const);
    const ended = this.ended.then(() => "ended" as const);
    try {
      for (let why: "said" | "ended" | "late" = "said"; ; ) {
        const found = this.lines.find((line) => line.msg === msg);
        if (found !== undefined) return found;
        if (why !== "said")
          throw new Error(`the node is ${why} without "${msg}": ${JSON.stringify(this.lines)}`);
        why = await Promise.race([once(this.child, "said").then(() => "said" as const), ended, tooLong]);
      }
    } finally {
      late.abort();
    }
  }
}
