/** A new validator's folder: its key, its configuration, and the mark that it has never signed anything. */
import { access, mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { parseValidator } from "../network/addresses.ts";
import { ConfigError, checkDraft } from "../node/config.ts";
import { BirthMark } from "./birth-mark.ts";
import { draftConfig, type ExchangeFile } from "./draft-config.ts";
import { cardOf } from "./identity.ts";
import type { ValidatorCard } from "./set-config.ts";

const KEY_FILE = "validator.key";
const CONFIG_FILE = "node.json";
const CARD_FILE = "card.json";
const DATA_FOLDER = "data";

export interface MakeValidatorOptions {
  readonly folder: string;
  /** Multiaddrs that it listens on. */
  readonly listen: readonly string[];
  /** Multiaddrs that the others reach it at, where these are not the same. */
  readonly announce: readonly string[];
  readonly epoch: number;
  readonly known: ExchangeFile;
  /** 32 bytes that nobody else knows. */
  readonly secretKey: Uint8Array;
}

export interface MadeValidator {
  readonly card: ValidatorCard;
  readonly configPath: string;
  readonly keyPath: string;
}

/** Makes nothing unless it can make all of it: throws ConfigError. */
export async function makeValidator(options: MakeValidatorOptions): Promise<MadeValidator> {
  const { folder, listen, epoch, known, secretKey } = options;
  const reachable = options.announce.length > 0 ? options.announce : listen;
  const card = await cardOf(secretKey, reachable);
  checkAddresses(card.peerId, listen, reachable);
  const draft = draftConfig({ card, listen, epoch, keyFile: KEY_FILE, known });
  checkDraft(draft);
  const [keyPath, configPath, cardPath, data] = [KEY_FILE, CONFIG_FILE, CARD_FILE, DATA_FOLDER].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  const birth = new BirthMark(data);
  for (const path of [keyPath, configPath, cardPath, data])
    if (await exists(path)) throw new ConfigError(`${path} is there already, and nothing is overwritten`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeNew(keyPath, `0x${Buffer.from(secretKey).toString("hex")}\n`, 0o600);
  await writeNew(configPath, `${JSON.stringify(draft, null, 2)}\n`);
  await writeNew(cardPath, `${JSON.stringify(card, null, 2)}\n`);
  // Last: without it the node would begin in silence, which does no harm.
  await birth.make();
  return { card, configPath, keyPath };
}

function checkAddresses(peerId: string, listen: readonly string[], reachable: readonly string[]): void {
  for (const text of new Set([...listen, ...reachable]))
    if (parseValidator({ address: "", peerId, multiaddrs: [text] })?.multiaddrs.length !== 1)
      throw new ConfigError(`${text} is no TCP multiaddr, such as /ip4/203.0.113.7/tcp/4710`);
  for (const text of reachable)
    if (/^\/ip4\/0\.0\.0\.0\/|^\/ip6\/::\/|\/tcp\/0$/.test(text))
      throw new ConfigError(`nobody reaches ${text}: --announce names the address that the others dial`);
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** On disk when it resolves; never over something. */
async function writeNew(path: string, text: string, mode = 0o644): Promise<void> {
  const file = await open(path, "wx", mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
