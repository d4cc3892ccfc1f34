/** What deployment refuses, before it sends anything. */
import { Contract, ContractFactory, getAddress, type InterfaceAbi } from "ethers";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { EXCHANGE_ABI } from "../../verifier-contracts/abi.ts";
import { buildExchange } from "../../verifier-contracts/build.ts";
import {
  checkTiers,
  type DeployOptions,
  deploy,
  type TierKey,
} from "../../verifier-contracts/deploy/deploy.ts";
import { isLocalChain } from "../../verifier-contracts/deploy/local-chain.ts";
import { registryTerms } from "../../verifier-contracts/deploy/registry-terms.ts";
import { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import { refusalOf } from "../../verifier-contracts/refusal.ts";
import { RegistryContract } from "../../verifier-contracts/registry.ts";
import { type Anvil, startAnvil } from "./anvil.ts";
import { tinyCircuit } from "./tiny-circuit.ts";

const { verifyingKey, circuitHash } = await tinyCircuit();
const tier: TierKey = { steps: 4, verifyingKey, circuitHash };
/** No development key: its points have changed places. It proves nothing. */
const foreignTier: TierKey = {
  ...tier,
  verifyingKey: {
    ...verifyingKey,
    vk_alpha_1: verifyingKey.IC[0]!,
    vk_beta_2: verifyingKey.vk_delta_2,
    vk_gamma_2: verifyingKey.vk_beta_2,
    vk_delta_2: verifyingKey.vk_gamma_2,
  },
};
const weak: TierKey = { ...tier, verifyingKey: { ...verifyingKey, vk_delta_2: verifyingKey.vk_gamma_2 } };

let local: Anvil;
let foreign: Anvil;

test.before(async () => {
  local = await startAnvil();
  foreign = await startAnvil(8453);
});
test.after(async () => {
  await local?.stop();
  await foreign?.stop();
});

const options = (anvil: Anvil, change: Partial<DeployOptions> = {}): DeployOptions => ({
  signer: anvil.wallet(0),
  tiers: [tier],
  validators: [anvil.wallet(0).address],
  accountDepth: 3,
  genesisRoot: () => 1n,
  ...change,
});

async function refusesWith(code: string, anvil: Anvil, change: Partial<DeployOptions> = {}): Promise<void> {
  const before = await anvil.provider.getBlockNumber();
  const error = await deploy(options(anvil, change)).then(
    () => undefined,
    (reason: unknown) => reason as { code?: string },
  );
  assert.is(error?.code, code);
  assert.is(await anvil.provider.getBlockNumber(), before, "nothing was sent");
}

test("local chains are two numbers", () => {
  assert.ok(isLocalChain(31337n) && isLocalChain(1337n));
  for (const chain of [1n, 10n, 8453n, 11155111n]) assert.not(isLocalChain(chain));
});

test("refuses a key with gamma = delta, on a local chain too", async () => {
  await refusesWith("gamma-equals-delta", local, { tiers: [weak] });
  await refusesWith("gamma-equals-delta", local, { tiers: [tier, { ...weak, steps: 16 }] });
});

test("refuses development keys off a local chain, whatever circuit they name", async () => {
  await refusesWith("development-key-off-local-chain", foreign, { collateral: foreign.wallet(1).address });
  const relabelled: TierKey = { ...tier, circuitHash: "00".repeat(32) };
  await refusesWith("development-key-off-local-chain", foreign, { tiers: [relabelled] });
});

test("refuses a key with another number of public inputs, and tiers out of order", async () => {
  const { IC } = verifyingKey;
  const short: TierKey = { ...tier, verifyingKey: { ...verifyingKey, nPublic: 2, IC: IC.slice(0, 3) } };
  await refusesWith("wrong-public-inputs", local, { tiers: [short] });
  await refusesWith("wrong-tiers", local, { tiers: [] });
  await refusesWith("wrong-tiers", local, { tiers: [tier, tier] });
  checkTiers([tier, { ...tier, steps: 16 }], 31337n);
});

test("accounts are as many as the circuits' tree has leaves for", async () => {
  for (const accountDepth of [0, 2.5, 11, Number.NaN])
    await refusesWith("wrong-account-depth", local, { accountDepth });
  const { exchange } = await deploy(options(local, { accountDepth: 3 }));
  const contract = new Contract(exchange, EXCHANGE_ABI, local.provider);
  assert.is(await contract.getFunction("accountCapacity")(), 63n);
});

test("the first state binds the address that is deployed then", async () => {
  const bound: string[] = [];
  const deployment = await deploy(
    options(local, {
      genesisRoot: async (address, chainId) => {
        bound.push(address, String(chainId));
        return 77n;
      },
    }),
  );
  assert.equal(bound, [deployment.exchange, "31337"]);
  const exchange = new ExchangeContract(deployment.exchange, local.provider);
  assert.is((await exchange.state()).provenRoot, 77n);
  assert.is(await local.provider.getCode(deployment.exchange, deployment.blockNumber - 1), "0x");
});

test("a registry is bound to the exchange that asks it, on the terms of its kind of chain", async () => {
  const terms = { minimumStake: 7n };
  const deployment = await deploy(options(local, { validators: { terms } }));
  const exchange = new ExchangeContract(deployment.exchange, local.provider);
  assert.is(await exchange.validators(), deployment.validatorSet);
  const registry = new RegistryContract(deployment.validatorSet, local.provider);
  assert.equal(await registry.terms(), registryTerms(true, terms, 6));
  assert.is(await registry.token(), deployment.collateral);
  assert.is(await registry.exchange(), deployment.exchange);
  assert.is(registryTerms(false, terms, 6).unbondingSeconds, 14 * 86_400);
});

/** Code that answers every call with one number. */
async function answering(anvil: Anvil, number: number): Promise<string> {
  const address = getAddress(`0x${(0xdec1 * 2 ** 16 + number).toString(16).padStart(40, "0")}`);
  const byte = number.toString(16).padStart(2, "0");
  await anvil.provider.send("anvil_setCode", [address, `0x60${byte}60005260206000f3`]);
  return address;
}

test("refuses a collateral of which the vault could hold next to nothing, and what is no token", async () => {
  await refusesWith("too-many-decimals", local, { collateral: await answering(local, 18) });
  await refusesWith("too-many-decimals", local, { collateral: await answering(local, 11) });
  await refusesWith("not-a-token", local, { collateral: local.wallet(1).address });
  const collateral = await answering(local, 8);
  const deployment = await deploy(options(local, { collateral }));
  assert.is(deployment.collateral, collateral);
  const exchange = new ExchangeContract(deployment.exchange, local.provider);
  assert.is(await exchange.minimumDeposit(), 10n ** 8n, "a unit");
});

test("the smallest stake is as many units, whatever their decimals", async () => {
  const stakeToken = await answering(local, 18);
  const { validatorSet } = await deploy(options(local, { validators: { stakeToken } }));
  const registry = new RegistryContract(validatorSet, local.provider);
  assert.is(await registry.token(), stakeToken);
  assert.is((await registry.terms()).minimumStake, 100_000n * 10n ** 18n);
  await refusesWith("not-a-token", local, { validators: { stakeToken: local.wallet(1).address } });
});

test("refuses the development token off a local chain, for the vault and for stakes, however it got there", async () => {
  const { DevelopmentToken } = await buildExchange();
  const mint = new ContractFactory(
    DevelopmentToken.abi as InterfaceAbi,
    DevelopmentToken.bytecode,
    foreign.wallet(0),
  );
  const deployed = await (await mint.deploy()).waitForDeployment();
  const development = await deployed.getAddress();
  const real = await answering(foreign, 6);
  const code = "development-token-off-local-chain";
  await refusesWith(code, foreign, { tiers: [foreignTier] });
  await refusesWith(code, foreign, { tiers: [foreignTier], collateral: development, queueFee: "none" });
  await refusesWith(code, foreign, {
    ...{ tiers: [foreignTier], collateral: real, queueFee: "none" },
    validators: { stakeToken: development },
  });
  const good = { tiers: [foreignTier], collateral: real };
  await refusesWith("no-queue-fee", foreign, good);
  const deployment = await deploy(options(foreign, { ...good, queueFee: "none" }));
  assert.is(deployment.collateral, real);
});

test("terms that the registry refuses say why", async () => {
  const validators = { terms: { minimumStake: 0n } };
  const error = await deploy(options(local, { validators })).catch((reason: unknown) => reason);
  assert.equal(refusalOf(error), { code: "InvalidTerms", field: "minimumStake" });
});

test("a configuration that the contract refuses says why", async () => {
  const error = await deploy(options(local, { minimumDeposit: 0n })).catch((reason: unknown) => reason);
  assert.equal(refusalOf(error), { code: "InvalidConfiguration", field: "minimumDeposit" });
});

test.run();
