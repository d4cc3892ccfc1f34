/** The devnet's sequencers: who they are, and where they find each other. */
import { createServer } from "node:net";
import { addressOf } from "../../sequencer/consensus/secp256k1.ts";
import { peerIdOf } from "../../sequencer/network/libp2p-node.ts";
import { BirthMark } from "../../sequencer/validator/birth-mark.ts";
import { identitySeed, secretKeyFromHex } from "../../sequencer/validator/identity.ts";
import { sequencerWallets } from "./dev-wallet.ts";
import type { DevnetManifest, FolderPaths } from "./folder.ts";

/** What a new set's validators tell of themselves; and the mark in each folder that they have never signed. */
export async function bearValidators(
  paths: FolderPaths,
  sequencers: number,
): Promise<DevnetManifest["validators"]> {
  if (sequencers === 1) return [];
  const cards: DevnetManifest["validators"][number][] = [];
  for (const [index, { privateKey }] of sequencerWallets(sequencers).entries()) {
    const secretKey = secretKeyFromHex(privateKey);
    cards.push({ address: addressOf(secretKey), peerId: await peerIdOf(identitySeed(secretKey)) });
    await new BirthMark(paths.node(index).data).make();
  }
  return cards;
}

/**
 * Free ports, one each. All are held until the last is chosen; between then and a sequencer's start somebody else may
 * take one, which that sequencer says.
 */
export async function meshAddresses(sequencers: number): Promise<string[]> {
  const servers = Array.from({ length: sequencers }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once("error", reject);
          server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports.map((port) => `/ip4/127.0.0.1/tcp/${port}`);
}
