import { Signature, Wallet } from "ethers";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";
import { signatureDomain } from "../../sequencer/signature/domain.ts";
import { deriveSecret, type KeyName, secretFromSignature } from "../../sequencer/signature/key.ts";

const wallet = new Wallet(`0x${"11".repeat(32)}`);
const contract = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const name: KeyName = { chainId: 31337n, contract, purpose: "owner", index: 0 };

test("makes the same key again from the same wallet, and another one for everything else", async () => {
  const secret = await deriveSecret(wallet, name);
  assert.equal(await deriveSecret(wallet, name), secret);
  const others: KeyName[] = [
    { ...name, chainId: 1n },
    { ...name, contract: "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512" },
    { ...name, purpose: "trading" },
    { ...name, index: 1 },
  ];
  for (const other of others) assert.not.equal(await deriveSecret(wallet, other), secret);
  const stranger = new Wallet(`0x${"22".repeat(32)}`);
  assert.not.equal(await deriveSecret(stranger, name), secret);
});

test("does not care how a wallet spells its signature", async () => {
  const signature = Signature.from(await wallet.signMessage("spelling"));
  assert.equal(secretFromSignature(signature.compactSerialized), secretFromSignature(signature.serialized));
});

test("refuses a wallet that signs differently each time", async () => {
  let count = 0;
  const moody = { signTypedData: async () => wallet.signMessage(String(count++)) };
  let message = "";
  await deriveSecret(moody, name).catch((error: Error) => {
    message = error.message;
  });
  assert.match(message, /differently each time/);
});

test("the domain binds chain and contract and is a field element", () => {
  const domain = signatureDomain(31337n, contract);
  assert.ok(domain < FIELD_MODULUS && domain < 1n << 248n);
  assert.is(signatureDomain(31337n, contract.toLowerCase()), domain);
  assert.is.not(signatureDomain(1n, contract), domain);
  assert.is.not(signatureDomain(31337n, "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512"), domain);
  // Pinned: wallets and contracts that exist depend on it.
  assert.is(domain, PINNED);
});

const PINNED = 256125167642852547852298960687917589464382490729815142094581209997550613315n;

test.run();
