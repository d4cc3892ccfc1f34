/** Reverts of the exchange and of the registry as values: `{ code, ...facts }`. */
import { Interface } from "ethers";
import { EXCHANGE_ERRORS, type NameOf, TOKEN_ERRORS } from "./abi.ts";
import { REGISTRY_ERRORS } from "./registry-abi.ts";

const ALL_ERRORS = [...EXCHANGE_ERRORS, ...REGISTRY_ERRORS, ...TOKEN_ERRORS] as const;

/** Names of everything that the contracts refuse with, their token's refusals included. */
type ContractErrorCode = NameOf<(typeof ALL_ERRORS)[number]>;

/** A custom error of the contract; its parameters under their own names. */
export type ContractRefusal = { readonly code: ContractErrorCode } & Readonly<
  Record<string, bigint | string>
>;

/** The chain refused a call, with a reason that the contract documents. */
export class ContractRefused extends Error {
  readonly refusal: ContractRefusal;

  constructor(refusal: ContractRefusal) {
    const facts = Object.entries(refusal).filter(([name]) => name !== "code");
    super(`${refusal.code}(${facts.map(([name, value]) => `${name}: ${value}`).join(", ")})`);
    this.name = "ContractRefused";
    this.refusal = refusal;
  }
}

const ERRORS = new Interface(ALL_ERRORS);

/** The refusal in revert data; undefined when it is none of ours. */
function decodeRefusal(data: string): ContractRefusal | undefined {
  const parsed = ERRORS.parseError(data);
  if (!parsed) return undefined;
  const facts: Record<string, bigint | string> = {};
  parsed.fragment.inputs.forEach((input, index) => {
    facts[input.name] = parsed.args[index] as bigint | string;
  });
  return { ...facts, code: parsed.name as ContractErrorCode };
}

/** Revert data lies at different depths, depending on which call of the provider failed. */
function revertData(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at !== null && typeof at === "object" && depth < 6; depth++) {
    const { data, info, error: inner, cause } = at as Record<string, unknown>;
    if (typeof data === "string" && /^0x[0-9a-fA-F]{8,}$/.test(data)) return data;
    at = inner ?? info ?? cause ?? data;
  }
  return undefined;
}

/** The refusal behind an error that ethers threw; undefined when it is something else (network, gas, a bug). */
export function refusalOf(error: unknown): ContractRefusal | undefined {
  if (error instanceof ContractRefused) return error.refusal;
  const data = revertData(error);
  return data === undefined ? undefined : decodeRefusal(data);
}

/** Runs a call and turns a documented revert into `ContractRefused`. */
export async function withRefusals<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal) throw new ContractRefused(refusal);
    throw error;
  }
}
