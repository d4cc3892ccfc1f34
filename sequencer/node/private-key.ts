/** Private keys of the configuration: read, brought into their one spelling, and never shown to anybody who reads a log. */
import { SigningKey } from "ethers";
import { ConfigError, readSecret, type SecretName } from "./config.ts";

const KEY = /^(0x)?[0-9a-fA-F]{64}$/;

/**
 * 32 bytes in hex with 0x before them. Throws ConfigError with the setting's place in the configuration and nothing of what
 * stands there: libraries that are handed a misspelt key show it in their messages.
 */
export async function readPrivateKey(
  setting: string,
  name: SecretName,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const text = (await readSecret(name, env)).trim();
  const key = text.startsWith("0x") ? text : `0x${text}`;
  if (!KEY.test(text) || !isScalar(key))
    throw new ConfigError(`${setting} names no private key: 32 bytes in hex are wanted, without quotes`);
  return key;
}

/** Zero, and what lies beyond the order of the curve, signs nothing. */
function isScalar(key: string): boolean {
  try {
    return new SigningKey(key).publicKey !== "";
  } catch {
    return false;
  }
}
