/**
 * Deploys an exchange: token (development chains), validator set, one verifier for each tier, and the contract.
 *
 * Refuses, before it sends anything: a verifying key under which proofs can be forged (gamma = delta and the like),
 * development keys or the development token on a chain that is not local, and a collateral of which the vault could
 * hold next to nothing. The verifiers' Solidity is made from the checked keys right here, so no other key can slip in
 * between.
 */
import {
  ContractFactory,
  getAddress,
  getCreateAddress,
  type InterfaceAbi,
  type Signer,
  type TransactionReceipt,
  ZeroAddress,
} from "ethers";
import { isDevelopmentKey } from "../../prover/keys/development.ts";
import { solidityVerifier } from "../../prover/keys/solidity.ts";
import { checkVerifyingKey, type VerifyingKey } from "../../prover/keys/verifying-key.ts";
import { ACCOUNT_BITS } from "../../sequencer/exchange/limits.ts";
import { buildExchange, buildVerifier, type ContractArtefact } from "../build.ts";
import type { RegistryTerms } from "../registry-records.ts";
import { DeployError } from "./deploy-error.ts";
import { isLocalChain } from "./local-chain.ts";
import { registryTerms } from "./registry-terms.ts";
import { checkVaultUnits, DEVELOPMENT_DECIMALS, refuseDevelopmentToken, tokenAt } from "./token.ts";

/** Public inputs of a batch circuit: commitment, challenge, evaluation. */
const PUBLIC_INPUTS = 3;
const DAY_SECONDS = 86_400;

/** One size of circuit and the key of its proofs. */
export interface TierKey {
  readonly steps: number;
  readonly verifyingKey: VerifyingKey;
  /** sha256 of the circuit's r1cs, by which its development key is known. */
  readonly circuitHash: string;
}

/** A registry in which validators stake. It orders nothing until enough joined and the first set was sealed. */
interface RegistryOptions {
  /** The collateral token unless given. */
  readonly stakeToken?: string | undefined;
  /** What differs from `registryTerms`. */
  readonly terms?: Partial<RegistryTerms> | undefined;
}

/** What each word costs that L1 queues, beside the deposit, and who claims it. Never given back. */
interface QueueFee {
  /** Quanta; a registration queues three words, a deposit one. */
  readonly perWord: bigint;
  readonly recipient: string;
}

export interface DeployOptions {
  /** Pays; must not send anything else meanwhile. */
  readonly signer: Signer;
  readonly tiers: readonly TierKey[];
  /** Addresses of the validators for ever, in any order; or a registry. */
  readonly validators: readonly string[] | RegistryOptions;
  /** Root of the first state, which binds the chain and the contract's address. */
  readonly genesisRoot: (exchange: string, chainId: bigint) => bigint | Promise<bigint>;
  /** The ERC-20; a development token is deployed where this is left out. */
  readonly collateral?: string | undefined;
  /** Depth of the circuits' account tree, 4^depth leaves: what an account beyond them did could never be proven. */
  readonly accountDepth: number;
  /** Quanta; a whole unit of the token unless given. */
  readonly minimumDeposit?: bigint | undefined;
  /** Has to be said off local chains, if need be as "none": a request then costs its gas alone, and takes proof steps. */
  readonly queueFee?: QueueFee | "none" | undefined;
  /** How far the machine's clock may be from the chain's at commit. A local chain may be left alone for years. */
  readonly maxTimeBehindSeconds?: number | undefined;
  readonly maxTimeAheadSeconds?: number | undefined;
  readonly cacheDir?: string | undefined;
  readonly onProgress?: ((what: string) => void) | undefined;
}

export interface Deployment {
  readonly chainId: bigint;
  readonly exchange: string;
  readonly collateral: string;
  /** The fixed set or the registry. */
  readonly validatorSet: string;
  readonly verifiers: readonly { readonly steps: number; readonly address: string }[];
  readonly genesisRoot: bigint;
  /** Block of the exchange's deployment: nothing happened on it before. */
  readonly blockNumber: number;
  readonly blockHash: string;
}

/** Refuses tiers whose proofs could be forged on this chain: throws KeyError or DeployError. */
export function checkTiers(tiers: readonly TierKey[], chainId: bigint): void {
  if (tiers.length === 0) throw new DeployError("wrong-tiers", "an exchange needs a circuit");
  for (const [index, { steps, verifyingKey, circuitHash }] of tiers.entries()) {
    if (index > 0 && steps <= tiers[index - 1]!.steps)
      throw new DeployError("wrong-tiers", "tiers go up in steps");
    checkVerifyingKey(verifyingKey);
    if (verifyingKey.nPublic !== PUBLIC_INPUTS)
      throw new DeployError(
        "wrong-public-inputs",
        `the key for ${steps} steps has ${verifyingKey.nPublic} public inputs, a batch has ${PUBLIC_INPUTS}`,
      );
    if (!isLocalChain(chainId) && isDevelopmentKey(verifyingKey, circuitHash))
      throw new DeployError(
        "development-key-off-local-chain",
        `the key for ${steps} steps is a development key: everybody can forge its proofs (chain ${chainId})`,
      );
  }
}

/** Highest account number: those of words start at 1, and two of their bits choose a branch of the tree. */
function capacityOf(accountDepth: number): number {
  if (!Number.isInteger(accountDepth) || accountDepth < 1 || 2 * accountDepth > ACCOUNT_BITS)
    throw new DeployError("wrong-account-depth", `trees of accounts have depths 1 to ${ACCOUNT_BITS / 2}`);
  return 4 ** accountDepth - 1;
}

export async function deploy(options: DeployOptions): Promise<Deployment> {
  const { signer, tiers, validators, cacheDir } = options;
  const { provider } = signer;
  const say = options.onProgress ?? (() => {});
  if (!provider) throw new Error("the deployer has no provider");
  const { chainId } = await provider.getNetwork();
  const local = isLocalChain(chainId);
  checkTiers(tiers, chainId);
  const accountCapacity = capacityOf(options.accountDepth);
  if (options.collateral === undefined && !local)
    throw new DeployError(
      "development-token-off-local-chain",
      `chain ${chainId} needs a real collateral token`,
    );
  const queueFee = options.queueFee ?? (local ? "none" : undefined);
  if (queueFee === undefined)
    throw new DeployError(
      "no-queue-fee",
      `say what a request from chain ${chainId} costs: queueFee, or "none"`,
    );
  const given = await tokenAt(provider, options.collateral);
  const decimals = given?.decimals ?? DEVELOPMENT_DECIMALS;
  const stakeToken = await tokenAt(provider, isFixed(validators) ? undefined : validators.stakeToken);
  if (given) checkVaultUnits(given);

  say("compile contracts");
  const contracts = await buildExchange({ cacheDir });
  for (const token of local ? [] : [given, stakeToken])
    if (token) await refuseDevelopmentToken(provider, token.address, contracts.DevelopmentToken);
  const verifierArtefacts: ContractArtefact[] = [];
  for (const { steps, verifyingKey } of tiers) {
    say(`compile verifier of ${steps} steps`);
    const source = await solidityVerifier(verifyingKey, `Groth16Verifier${steps}`);
    verifierArtefacts.push(await buildVerifier(source, { cacheDir }));
  }

  say("deploy contracts");
  const send = (artefact: ContractArtefact, ...args: unknown[]) => create(signer, artefact, args);
  const collateral = given?.address ?? (await send(contracts.DevelopmentToken)).address;
  const verifiers: { steps: number; address: string }[] = [];
  for (const [index, { steps }] of tiers.entries())
    verifiers.push({ steps, address: (await send(verifierArtefacts[index]!)).address });

  // The registry names the exchange, and the first state holds the signature domain with its address: both before
  // it is there. It is created by the transaction after the set's.
  const from = await signer.getAddress();
  const expected = getCreateAddress({ from, nonce: (await signer.getNonce("latest")) + 1 });
  const { address: validatorSet } = isFixed(validators)
    ? await send(
        contracts.FixedValidatorSet,
        validators.map((address) => getAddress(address)).sort(ascending),
      )
    : await send(
        contracts.ValidatorRegistry,
        stakeToken?.address ?? collateral,
        expected,
        registryTerms(local, validators.terms ?? {}, stakeToken?.decimals ?? decimals),
      );
  const genesisRoot = await options.genesisRoot(expected, chainId);
  const { address: exchange, receipt } = await send(contracts.Exchange, {
    collateral,
    validators: validatorSet,
    genesisRoot,
    accountCapacity,
    minimumDeposit: options.minimumDeposit ?? 10n ** BigInt(decimals),
    queueFee: queueFee === "none" ? 0n : queueFee.perWord,
    feeRecipient: queueFee === "none" ? ZeroAddress : getAddress(queueFee.recipient),
    maxTimeBehind: options.maxTimeBehindSeconds ?? (local ? 2 ** 32 - 1 : 7 * DAY_SECONDS),
    maxTimeAhead: options.maxTimeAheadSeconds ?? (local ? DAY_SECONDS : 60),
    tiers: verifiers.map(({ steps, address }) => ({ steps, verifier: address })),
  });
  if (exchange !== expected)
    throw new DeployError("wrong-address", `created ${exchange}, but ${expected} is bound to`);
  const { blockNumber, blockHash } = receipt;
  return { chainId, exchange, collateral, validatorSet, verifiers, genesisRoot, blockNumber, blockHash };
}

const isFixed = (validators: readonly string[] | RegistryOptions): validators is readonly string[] =>
  Array.isArray(validators);

const ascending = (a: string, b: string): number => (a.toLowerCase() < b.toLowerCase() ? -1 : 1);

async function create(
  signer: Signer,
  { abi, bytecode }: ContractArtefact,
  args: readonly unknown[],
): Promise<{ address: string; receipt: TransactionReceipt }> {
  const contract = await new ContractFactory(abi as InterfaceAbi, bytecode, signer).deploy(...args);
  const receipt = await contract.deploymentTransaction()!.wait();
  if (!receipt?.contractAddress) throw new Error("the deployment left no contract");
  return { address: getAddress(receipt.contractAddress), receipt };
}
