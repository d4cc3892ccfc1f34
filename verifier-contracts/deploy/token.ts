/** What deployment asks of a token that is there already. */
import { Contract, getAddress, type Provider } from "ethers";
import { TOKEN_ABI } from "../abi.ts";
import type { ContractArtefact } from "../build.ts";
import { DeployError } from "./deploy-error.ts";

/** `DevelopmentToken.decimals`. */
export const DEVELOPMENT_DECIMALS = 6;

/** Amounts in words, and so the vault, have 64 bits of quanta. */
const VAULT_QUANTA = 2n ** 64n;
/** What an exchange must have room for, in units of its token. */
const MINIMUM_VAULT_UNITS = 10n ** 9n;

interface Token {
  readonly address: string;
  readonly decimals: number;
}

/** Throws `not-a-token` where no contract answers. */
export async function tokenAt(provider: Provider, named: string | undefined): Promise<Token | undefined> {
  if (named === undefined) return undefined;
  const address = getAddress(named);
  try {
    const decimals = await new Contract(address, TOKEN_ABI, provider).getFunction("decimals")();
    return { address, decimals: Number(decimals) };
  } catch (cause) {
    throw new DeployError("not-a-token", `${address} does not say how many decimals it has: ${cause}`);
  }
}

/** Refuses a token of which the vault could hold next to nothing. */
export function checkVaultUnits({ address, decimals }: Token): void {
  const units = VAULT_QUANTA / 10n ** BigInt(decimals);
  if (units >= MINIMUM_VAULT_UNITS) return;
  throw new DeployError(
    "too-many-decimals",
    `${address} has ${decimals} decimals: a vault of 2^64 quanta would be full at ${units} units of it. Use a token ` +
      "with fewer decimals, six like most dollars, or a wrapper with six that stands for this one",
  );
}

/** Refuses the token that anybody mints, by what its creation leaves as code on this very chain. */
export async function refuseDevelopmentToken(
  provider: Provider,
  token: string,
  { bytecode }: ContractArtefact,
): Promise<void> {
  const [code, development] = await Promise.all([provider.getCode(token), provider.call({ data: bytecode })]);
  if (code === development)
    throw new DeployError(
      "development-token-off-local-chain",
      `${token} is a development token, which anybody mints: this chain needs a real one`,
    );
}
