/** What the processes of a measured set know of each other. */
import { addressOf } from "../../../sequencer/consensus/secp256k1.ts";
import { peerIdOf } from "../../../sequencer/network/libp2p-node.ts";
import { identitySeed } from "../../../sequencer/validator/identity.ts";
import {
  fixedSetOf,
  type SetConfig,
  type SetFacts,
  validatorSettingsOf,
} from "../../../sequencer/validator/set-config.ts";
import type { ValidatorSettings } from "../../../sequencer/validator/settings.ts";
import { freePort } from "../../validator/free-port.ts";

export interface SetPlan {
  readonly folder: string;
  readonly index: number;
  /** Of each member. */
  readonly meshPorts: readonly number[];
  readonly apiPorts: readonly number[];
  /** Accounts that are registered. */
  readonly accounts: number;
  readonly genesisTime: number;
  /** It never ran before. */
  readonly isBorn: boolean;
}

export async function planSet(folder: string, size: number, accounts: number): Promise<SetPlan> {
  const meshPorts: number[] = [];
  const apiPorts: number[] = [];
  while (meshPorts.length < size) {
    meshPorts.push(await freePort());
    apiPorts.push(await freePort());
  }
  const genesisTime = Math.floor(Date.now() / 1000);
  return { folder, index: 0, meshPorts, apiPorts, accounts, genesisTime, isBorn: true };
}

const EXCHANGE = `0x${"11".repeat(20)}`;
export const EXCHANGE_NAME = `1/${EXCHANGE}`;
const TICK_SECONDS = 10;

const secretKeyOf = (index: number): Uint8Array => new Uint8Array(32).fill(index + 1);

export async function setConfigOf({ index, meshPorts }: SetPlan): Promise<SetConfig> {
  const multiaddr = (port: number): string => `/ip4/127.0.0.1/tcp/${port}`;
  const validators = await Promise.all(
    meshPorts.map(async (port, i) => ({
      address: addressOf(secretKeyOf(i)),
      peerId: await peerIdOf(identitySeed(secretKeyOf(i))),
      multiaddrs: [multiaddr(port)],
    })),
  );
  return { validators, listen: [multiaddr(meshPorts[index]!)] };
}

export function validatorOf(plan: SetPlan, set: SetConfig): ValidatorSettings {
  const facts: SetFacts = {
    chainId: 1n,
    exchange: EXCHANGE,
    secretKey: secretKeyOf(plan.index),
    tickSeconds: TICK_SECONDS,
    expiryDepth: 8,
    maxExpiriesPerBlock: 16,
  };
  return validatorSettingsOf(set, fixedSetOf(set, 0, facts.secretKey), facts);
}
