import { encryptKeystoreJson, scrypt, toUtf8Bytes, Wallet } from "ethers";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { useNativeScrypt } from "../../trader/cli/native-scrypt.ts";
import { refusalOf } from "../keys/refusal.ts";

useNativeScrypt();

test("scrypt is what RFC 7914 says it is", async () => {
  const [password, salt] = [toUtf8Bytes("pleaseletmein"), toUtf8Bytes("SodiumChloride")];
  assert.is(
    await scrypt(password, salt, 16384, 8, 1, 64),
    "0x7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2" +
      "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
  );
});

test("a keystore opens with its password alone, and one that asks for gigabytes is refused", async () => {
  const wallet = new Wallet(`0x${"17".repeat(32)}`);
  const keystore = await encryptKeystoreJson(wallet, "open", { scrypt: { N: 1024 } });
  assert.is((await Wallet.fromEncryptedJson(keystore, "open")).address, wallet.address);
  assert.match((await refusalOf(Wallet.fromEncryptedJson(keystore, "opens"))).message, "incorrect password");
  const greedy = keystore.replace('"n":1024', `"n":${2 ** 24}`);
  assert.not(greedy === keystore);
  assert.match((await refusalOf(Wallet.fromEncryptedJson(greedy, "open"))).message, "memory limit");
});

test.run();
