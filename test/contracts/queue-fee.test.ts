/** What a request from L1 costs beside its amount, from a trader's program to whoever claims it. */
import { Contract } from "ethers";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { deposit } from "../../trader/sdk/deposit.ts";
import { register } from "../../trader/sdk/register.ts";
import { TOKEN_ABI } from "../../verifier-contracts/abi.ts";
import { deploy } from "../../verifier-contracts/deploy/deploy.ts";
import { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import { type Anvil, startAnvil } from "./anvil.ts";
import { tinyCircuit } from "./tiny-circuit.ts";

const FEE = 250n;

let anvil: Anvil;

test.before(async () => {
  anvil = await startAnvil();
});
test.after(async () => {
  await anvil?.stop();
});

test("a trader pays for each queued word beside the amount, and the recipient claims it", async () => {
  const [operator, alice, recipient] = [anvil.wallet(0), anvil.wallet(1), anvil.wallet(2).address];
  const { verifyingKey, circuitHash } = await tinyCircuit();
  const { exchange, collateral } = await deploy({
    signer: operator,
    tiers: [{ steps: 4, verifyingKey, circuitHash }],
    validators: [operator.address],
    accountDepth: 3,
    genesisRoot: () => 1n,
    queueFee: { perWord: FEE, recipient },
  });
  const contract = new ExchangeContract(exchange, operator);
  const token = new Contract(collateral, TOKEN_ABI, alice);
  const balance = async (of: string): Promise<bigint> => (await token.getFunction("balanceOf")(of)) as bigint;
  await (await token.getFunction("mint")(alice.address, 10_000_000n)).wait();

  const { account } = await register({ exchange, signer: alice, quanta: 5_000_000n, keyHash: 9n });
  assert.is(await balance(alice.address), 5_000_000n - 3n * FEE);
  await deposit({ exchange, signer: alice, quanta: 1_000_000n, account });
  assert.is(await balance(alice.address), 4_000_000n - 4n * FEE);
  assert.equal(await contract.accountOf(0), { owner: recipient, claimable: 4n * FEE });

  assert.is((await contract.claim(0)).amount, 4n * FEE);
  assert.is(await balance(recipient), 4n * FEE);
  const { totalDeposited, totalPaid } = await contract.state();
  assert.equal([totalDeposited - totalPaid, await balance(exchange)], [6_000_000n, 6_000_000n]);
});

test.run();
