/** What deployment refuses, before it sends anything. */
import { test } from "uvu";
import * as assert from "uvu/assert";
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
  assert.equal(await registry.terms(), registryTerms(true, terms));
  assert.is(await registry.token(), deployment.collateral);
  assert.is(await registry.exchange(), deployment.exchange);
  assert.is(registryTerms(false, terms).unbondingSeconds, 14 * 86_400);
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
