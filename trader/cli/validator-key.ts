/** What an operator signs with the key of its node, which need not be where the wallet is. */
import { readFileSync } from "node:fs";
import { computeAddress, getAddress, isAddress, SigningKey, type TypedDataDomain } from "ethers";
import { joinDigest } from "../../verifier-contracts/typed-data.ts";
import { TraderError } from "../sdk/trader-error.ts";

const bad = (message: string, whatToDo: string): TraderError =>
  new TraderError("BAD_CONFIG", { message, whatToDo });

export function readJson(path: string): unknown {
  try {
    return JSON.parse(readText(path));
  } catch (error) {
    if (error instanceof TraderError) throw error;
    throw bad(`${path} is not JSON: ${(error as Error).message}`, "Give the file that the command printed.");
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw bad(`cannot read ${path}: ${(error as Error).message}`, "Check the file's name.");
  }
}

/** From the file that `proofbook node init` made; a key on the command line could be read by everybody here. */
export function readValidatorKey(path: string): SigningKey {
  const text = readText(path).trim();
  if (!/^(0x)?[0-9a-fA-F]{64}$/.test(text))
    throw bad(
      `${path} holds no validator's key`,
      "It is 32 bytes in hex, as `proofbook node init` makes it.",
    );
  return new SigningKey(text.startsWith("0x") ? text : `0x${text}`);
}

/** That an owner may stake for a signer. */
export interface Consent {
  readonly signer: string;
  readonly owner: string;
  readonly peerKey: string;
  readonly signature: string;
}

export async function makeConsent(key: SigningKey, owner: string, domain: TypedDataDomain): Promise<Consent> {
  // Only now: whoever runs another command need not load the network.
  const { peerKeyOf, secretKeyFromHex } = await import("../../sequencer/validator/identity.ts");
  const peerKey = peerKeyOf(secretKeyFromHex(key.privateKey));
  const signature = key.sign(joinDigest(domain, { owner, peerKey })).serialized;
  return { signer: computeAddress(key.publicKey), owner: getAddress(owner), peerKey, signature };
}

const FIELDS = { signer: isAddress, owner: isAddress, peerKey: isHex(32), signature: isHex(65) };

function isHex(bytes: number): (text: string) => boolean {
  return (text) => new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`).test(text);
}

/** Throws `BAD_CONFIG` for a file that is no consent, or one for another owner. */
export function readConsent(path: string, owner: string): Consent {
  const json = readJson(path) as Readonly<Record<string, unknown>> | null;
  for (const [name, isRight] of Object.entries(FIELDS)) {
    const value = json?.[name];
    if (typeof value !== "string" || !isRight(value))
      throw bad(`${path}: ${name} is missing or malformed`, "`proofbook validator consent` makes the file.");
  }
  const consent = json as unknown as Consent;
  if (getAddress(consent.owner) !== getAddress(owner))
    throw bad(
      `${path} is a consent to the owner ${consent.owner}, the wallet is ${owner}`,
      `Make one with \`proofbook validator consent --owner ${owner}\`.`,
    );
  return consent;
}
