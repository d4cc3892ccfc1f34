/** What a node makes of the settlement in its configuration. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { instance } from "uvu/assert";
import { ConfigError, type NodeConfig, readConfig } from "../../sequencer/node/config.ts";
import { nodeConfig, settlementConfig, writeConfig } from "./node-process.ts";

export interface SettlementReading {
  /** Instead of what is always there, or beside it. */
  readonly settlement: object;
  readonly chainId?: number;
  readonly env?: NodeJS.ProcessEnv;
  /** Puts other files beside the configuration. */
  readonly prepare?: (folder: string) => Promise<void>;
}

/** The settings as a node has them, or what is wrong with them. */
export async function readSettlement(
  reading: SettlementReading,
): Promise<NonNullable<NodeConfig["settlement"]> | string> {
  const folder = await mkdtemp(join(tmpdir(), "proofbook-config-"));
  try {
    await reading.prepare?.(folder);
    const { exchange, ...rest } = nodeConfig();
    const { chainId = exchange.chainId } = reading;
    const settlement = { ...settlementConfig(), ...reading.settlement };
    const path = await writeConfig(folder, { ...rest, exchange: { ...exchange, chainId }, settlement }, {});
    return (await readConfig(path, reading.env)).settlement!;
  } catch (error) {
    instance(error, ConfigError);
    return (error as Error).message;
  } finally {
    await rm(folder, { recursive: true });
  }
}
