/** The devnet's sequencers: who they are, and where they find each other. */
import { createServer } from "node:net";
import { BirthMark } from "../../sequencer/validator/birth-mark.ts";
import { cardOf, secretKeyFromHex } from "../../sequencer/validator/identity.ts";
import { sequencerWallets } from "./dev-wallet.ts";
import type { DevnetManifest, FolderPaths } from "./folder.ts";

/** The fixed set of one has one epoch, number 0; the first that a registry seals is 1. */
export const firstEpochOf = (sequencers: number): number => (sequencers === 1 ? 0 : 1);

/** What a new set's validators tell of themselves; and the mark in each folder that they have never signed. */
export async function bearValidators(
  paths: FolderPaths,
  sequencers: number,
): Promise<DevnetManifest["validators"]> {
  if (sequencers === 1) return [];
  const epoch = firstEpochOf(sequencers);
  const cards: DevnetManifest["validators"][number][] = [];
  for (const [index, { privateKey }] of sequencerWallets(sequencers).entries()) {
    const { multiaddrs: _, ...card } = await cardOf(secretKeyFromHex(privateKey), epoch, []);
    cards.push(card);
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
