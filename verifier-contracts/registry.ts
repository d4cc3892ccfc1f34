/**
 * The registry of validators for TypeScript: one method for each of its functions, refusals as `ContractRefused`.
 *
 *     const registry = new RegistryContract(address, ownersWallet);
 *     const consent = signer.signingKey.sign(joinDigest(domain, { owner, peerKey })).serialized;
 *     await registry.join({ signer: signer.address, peerKey, stake, consent });
 */
import {
  Contract,
  type ContractRunner,
  getAddress,
  Interface,
  isError,
  MaxUint256,
  type Result,
  type TransactionReceipt,
} from "ethers";
import { providerOf, send, view } from "./contract-call.ts";
import { type Evidence, encodeEvidence } from "./evidence.ts";
import type { ExchangeContract } from "./exchange.ts";
import { REGISTRY_ABI } from "./registry-abi.ts";
import { type RegistryEvent, readRegistryEvent } from "./registry-events.ts";
import {
  type EpochRecord,
  type OrderingEpochs,
  type RegistryTerms,
  readEpochRecord,
  readTerms,
  readValidator,
  type ValidatorRecord,
} from "./registry-records.ts";

export interface JoinParams {
  /** Address of the key that signs votes. */
  readonly signer: string;
  /** Ed25519 public key of the node on the network, 32 bytes in hex. */
  readonly peerKey: string;
  /** Quanta of the stake token, which must have been approved. */
  readonly stake: bigint;
  /** The signer's signature over `joinDigest` of this owner and key. */
  readonly consent: string;
}

const ABI = new Interface(REGISTRY_ABI);

/** The registry behind an exchange; undefined when its validators are a fixed set. */
export async function registryOf(
  exchange: ExchangeContract,
  runner: ContractRunner,
): Promise<RegistryContract | undefined> {
  const registry = new RegistryContract(await exchange.validators(), runner);
  try {
    await registry.terms();
    return registry;
  } catch (error) {
    // A contract without such a function reverts with nothing; an endpoint that does not answer says otherwise.
    if (isError(error, "CALL_EXCEPTION") && (error.data ?? "0x") === "0x") return undefined;
    throw error;
  }
}

export class RegistryContract {
  readonly address: string;
  readonly #contract: Contract;

  /** `runner` is a provider to read, the owner's signer to join and leave, anybody's to report. */
  constructor(address: string, runner: ContractRunner) {
    this.address = getAddress(address);
    this.#contract = new Contract(address, ABI, runner);
  }

  connect(runner: ContractRunner): RegistryContract {
    return new RegistryContract(this.address, runner);
  }

  async join({ signer, peerKey, stake, consent }: JoinParams): Promise<TransactionReceipt> {
    return await send(this.#contract, "join", [signer, peerKey, stake, consent]);
  }

  async raiseStake(signer: string, amount: bigint): Promise<TransactionReceipt> {
    return await send(this.#contract, "raiseStake", [signer, amount]);
  }

  /** The last epoch that the signer must still serve; 0 for none. */
  async leave(signer: string): Promise<{ lastEpoch: number; receipt: TransactionReceipt }> {
    const receipt = await send(this.#contract, "leave", [signer]);
    return { lastEpoch: this.#eventIn(receipt, "Left").lastEpoch, receipt };
  }

  /** Pays it to its owner, or to `to` if the owner asks. */
  async withdrawStake(
    signer: string,
    to?: string,
  ): Promise<{ stake: bigint; to: string; receipt: TransactionReceipt }> {
    const receipt =
      to === undefined
        ? await send(this.#contract, "withdrawStake(address)", [signer])
        : await send(this.#contract, "withdrawStake(address,address)", [signer, to]);
    const event = this.#eventIn(receipt, "StakeWithdrawn");
    return { stake: event.stake, to: event.to, receipt };
  }

  /** Fixes the next set. */
  async sealEpoch(): Promise<{ epoch: number; members: readonly string[]; receipt: TransactionReceipt }> {
    const receipt = await send(this.#contract, "sealEpoch", []);
    const { epoch, members } = this.#eventIn(receipt, "EpochSealed");
    return { epoch, members, receipt };
  }

  /** Says, while the set is silent, that a candidate is there. By its owner or its signer. */
  async affirm(signer: string): Promise<TransactionReceipt> {
    return await send(this.#contract, "affirm", [signer]);
  }

  /** Unix seconds from which on the set counts as silent if it commits nothing; undefined before the first set is sealed. */
  async silentFrom(blockTag?: number | string): Promise<number | undefined> {
    const from = (await view(this.#contract, "silentFrom", [], blockTag)) as bigint;
    return from === MaxUint256 ? undefined : Number(from);
  }

  /** Unix seconds; 0 for never. */
  async affirmedAt(signer: string, blockTag?: number | string): Promise<number> {
    return Number(await view(this.#contract, "affirmedAt", [signer], blockTag));
  }

  async slash(evidence: Evidence): Promise<{ signer: string; reward: bigint; receipt: TransactionReceipt }> {
    const receipt = await send(this.#contract, "slash", [encodeEvidence(evidence)]);
    const { signer, reward } = this.#eventIn(receipt, "Slashed");
    return { signer, reward, receipt };
  }

  /** What the contract reads the evidence's signatures against. */
  async evidenceDigests(evidence: Evidence): Promise<[first: string, second: string]> {
    const digests = (await view(this.#contract, "evidenceDigests", [encodeEvidence(evidence)])) as Result;
    return [digests[0] as string, digests[1] as string];
  }

  async currentEpoch(blockTag?: number | string): Promise<number> {
    return Number(await view(this.#contract, "currentEpoch", [], blockTag));
  }

  async orderingEpochs(blockTag?: number | string): Promise<OrderingEpochs> {
    const epochs = (await view(this.#contract, "orderingEpochs", [], blockTag)) as Result;
    const [current, earliest, latest] = epochs.map(Number) as [number, number, number];
    return { current, earliest, latest };
  }

  /** Members of a sealed epoch in the order of their seats, which never changes; none before it is sealed. */
  async members(epoch: number, blockTag?: number | string): Promise<string[]> {
    return [...((await view(this.#contract, "members", [epoch], blockTag)) as Result)] as string[];
  }

  /** Who would be sealed now. */
  async candidates(blockTag?: number | string): Promise<string[]> {
    return [...((await view(this.#contract, "candidates", [], blockTag)) as Result)] as string[];
  }

  async isValidator(epoch: number, signer: string): Promise<boolean> {
    return (await view(this.#contract, "isValidator", [epoch, signer])) as boolean;
  }

  async quorum(epoch: number): Promise<number> {
    return Number(await view(this.#contract, "quorum", [epoch]));
  }

  async validatorOf(signer: string, blockTag?: number | string): Promise<ValidatorRecord> {
    return readValidator((await view(this.#contract, "validatorOf", [signer], blockTag)) as Result);
  }

  async epochOf(epoch: number, blockTag?: number | string): Promise<EpochRecord> {
    return readEpochRecord((await view(this.#contract, "epochOf", [epoch], blockTag)) as Result);
  }

  async terms(): Promise<RegistryTerms> {
    return readTerms((await view(this.#contract, "terms")) as Result);
  }

  /** Address of the exchange, under whose domain validators sign. */
  async exchange(): Promise<string> {
    return (await view(this.#contract, "exchange")) as string;
  }

  /** Address of the token of the stakes. */
  async token(): Promise<string> {
    return (await view(this.#contract, "token")) as string;
  }

  /** Everything the contract told between two blocks, both included, in order. */
  async events(fromBlock: number, toBlock: number | "latest"): Promise<RegistryEvent[]> {
    const logs = await providerOf(this.#contract).getLogs({ address: this.address, fromBlock, toBlock });
    return logs.flatMap((log) => readRegistryEvent(ABI, log) ?? []);
  }

  #eventIn<N extends RegistryEvent["name"]>(
    receipt: TransactionReceipt,
    name: N,
  ): Extract<RegistryEvent, { name: N }> {
    for (const log of receipt.logs) {
      const event = log.address === this.address ? readRegistryEvent(ABI, log) : undefined;
      if (event?.name === name) return event as Extract<RegistryEvent, { name: N }>;
    }
    throw new Error(`transaction ${receipt.hash} has no ${name}`);
  }
}
