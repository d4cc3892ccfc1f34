import { TypedDataEncoder, Wallet } from "ethers";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { encodeHeader, hashHeader, hashPayload } from "../../sequencer/consensus/header.ts";
import type { Hash, Header, Signature, Subject } from "../../sequencer/consensus/messages.ts";
import {
  addressOf,
  loadNative,
  pureSecp256k1,
  recoverSigner,
  signDigest,
} from "../../sequencer/consensus/secp256k1.ts";
import { domainSeparator, hexOf, voteDigest } from "../../sequencer/consensus/vote.ts";

const domain = {
  chainId: 31337n,
  verifyingContract: "0x5fbdb2315678afecb367f032d93f642f64180aa3",
} as const;
const block: Hash = `0x${"ab".repeat(32)}`;
const byView = (name: string, withBlock: boolean) => ({
  [name]: [
    { name: "epoch", type: "uint64" },
    { name: "view", type: "uint64" },
    ...(withBlock ? [{ name: "blockHash", type: "bytes32" }] : []),
  ],
});
const subjects: readonly [Subject, ReturnType<typeof byView>, Record<string, unknown>][] = [
  [
    { kind: "notarize", epoch: 3, view: 7, block },
    byView("Notarize", true),
    { epoch: 3, view: 7, blockHash: block },
  ],
  [{ kind: "nullify", epoch: 3, view: 7, block: null }, byView("Nullify", false), { epoch: 3, view: 7 }],
  [
    { kind: "finalize", epoch: 3, view: 7, block },
    byView("Finalize", true),
    { epoch: 3, view: 7, blockHash: block },
  ],
];
const key = new Uint8Array(32).fill(7);

test("a vote's digest is that of its EIP-712 struct", () => {
  const named = { name: "Proofbook", version: "1", ...domain };
  assert.is(hexOf(domainSeparator(domain)), TypedDataEncoder.hashDomain(named));
  for (const [subject, types, value] of subjects)
    assert.is(
      hexOf(voteDigest(domainSeparator(domain), subject)),
      TypedDataEncoder.hash(named, types, value),
    );
});

test("kinds, views, epochs, blocks, contracts and chains all have digests of their own", () => {
  const separators = [
    domainSeparator(domain),
    domainSeparator({ ...domain, chainId: 1n }),
    domainSeparator({ ...domain, verifyingContract: "0x00000000000000000000000000000000000000aa" }),
  ];
  const variants = subjects.flatMap(([subject]) => [
    subject,
    { ...subject, epoch: 4 },
    { ...subject, view: 8 },
    ...(subject.block === null ? [] : [{ ...subject, block: hashPayload(new Uint8Array()) }]),
  ]);
  const digests = separators.flatMap((separator) => variants.map((one) => hexOf(voteDigest(separator, one))));
  assert.is(new Set(digests).size, digests.length);
});

test("a nullify vote names no block, the others name one", () => {
  const separator = domainSeparator(domain);
  assert.throws(() => voteDigest(separator, { kind: "nullify", epoch: 1, view: 1, block }));
  assert.throws(() => voteDigest(separator, { kind: "finalize", epoch: 1, view: 1, block: null }));
});

test("the native library, noble and a wallet sign alike and find the same signer", async () => {
  const native = loadNative();
  const libraries = native === null ? [pureSecp256k1] : [native, pureSecp256k1];
  const wallet = new Wallet(hexOf(key));
  const [subject, types, value] = subjects[0]!;
  const digest = voteDigest(domainSeparator(domain), subject);
  const expected = await wallet.signTypedData({ name: "Proofbook", version: "1", ...domain }, types, value);
  for (const library of libraries) {
    assert.is(signDigest(digest, key, library), expected, library.name);
    assert.is(recoverSigner(digest, expected as Signature, library), wallet.address.toLowerCase());
    assert.is(addressOf(key, library), wallet.address.toLowerCase());
  }
});

test("high s, other recovery values, short and random bytes have no signer", () => {
  const digest = voteDigest(domainSeparator(domain), subjects[0]![0]);
  const signature = signDigest(digest, key);
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const s = order - BigInt(`0x${signature.slice(66, 130)}`);
  const flipped = signature.endsWith("1b") ? "1c" : "1b";
  const high: Signature = `0x${signature.slice(2, 66)}${s.toString(16).padStart(64, "0")}${flipped}`;
  const hopeless: readonly string[] = [
    high,
    `${signature.slice(0, -2)}1d`,
    `${signature.slice(0, -2)}00`,
    signature.slice(0, -2),
    `0x${"ff".repeat(64)}1b`,
    `0x${"00".repeat(64)}1b`,
    "0x",
    signature.toUpperCase(),
  ];
  for (const library of [loadNative() ?? pureSecp256k1, pureSecp256k1])
    for (const bad of hopeless) assert.is(recoverSigner(digest, bad as Signature, library), undefined, bad);
});

const header: Header = {
  epoch: 1,
  view: 2,
  height: 3,
  parent: `0x${"11".repeat(32)}`,
  timeMs: 1_700_000_000_000,
  stateRootHeight: 2,
  stateRoot: `0x${"22".repeat(32)}`,
  payloadHash: hashPayload(Uint8Array.of(1, 2, 3)),
  lastOfEpoch: false,
};

test("a header's bytes and hash are pinned", () => {
  assert.is(encodeHeader(header).length, 137);
  assert.is(
    hashPayload(new Uint8Array()),
    "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  );
  assert.is(hashHeader(header), "0xc99fe5070b3b5c5081488054367b04894295736387a3e1f2bd0c5d4d8fdbfe97");
});

test("every field of a header changes its hash", () => {
  const changes: Partial<Header>[] = [
    { epoch: 2 },
    { view: 3 },
    { height: 4 },
    { parent: header.stateRoot },
    { timeMs: header.timeMs + 1 },
    { stateRootHeight: 1 },
    { stateRoot: header.parent },
    { payloadHash: header.parent },
    { lastOfEpoch: true },
  ];
  const hashes = [{}, ...changes].map((change) => hashHeader({ ...header, ...change }));
  assert.is(new Set(hashes).size, hashes.length);
  assert.is(changes.length, Object.keys(header).length);
});

test("what is no whole number up to 2^53 is no header field", () => {
  for (const view of [-1, 1.5, 2 ** 53, Number.NaN])
    assert.throws(() => hashHeader({ ...header, view }), /header field/);
});

test.run();
