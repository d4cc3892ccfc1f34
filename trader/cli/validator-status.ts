/** What the registry says of the set, and of one validator. */
import type { ValidatorRecord } from "../../verifier-contracts/registry-records.ts";
import { formatQuanta } from "../sdk/money.ts";
import { listing, type Output, print, table } from "./output.ts";
import type { RegistryView } from "./stake.ts";

const HEADING = ["signer", "stake", "status", "first epoch", "last epoch", "owner"] as const;

const MAX_DATE_SECONDS = 8.64e12;

interface Listed extends ValidatorRecord {
  readonly signer: string;
}

/** All who are in the set now or would be in the next one. */
export async function printSet(output: Output, view: RegistryView): Promise<void> {
  const { registry, token } = view;
  const block = await view.provider.getBlockNumber();
  const [terms, epochs, candidates, silentFrom = null] = await Promise.all([
    registry.terms(),
    registry.orderingEpochs(block),
    registry.candidates(block),
    registry.silentFrom(block),
  ]);
  const { current, latest } = epochs;
  const [members, sealed, { beganAt }] = await Promise.all([
    registry.members(current, block),
    registry.members(latest, block),
    registry.epochOf(current, block),
  ]);
  const signers = [...new Set([...members, ...sealed, ...candidates])];
  const validators: Listed[] = await Promise.all(
    signers.map(async (signer) => ({ signer, ...(await registry.validatorOf(signer, block)) })),
  );
  const sealFrom = current === 0 ? 0 : beganAt + terms.epochSeconds;
  const shown = {
    registry: registry.address,
    exchange: view.exchange.address,
    token: token.address,
    epoch: current,
    sealedEpoch: latest,
    mayOrder: { earliest: epochs.earliest, latest },
    /** Unix seconds; 0 where nothing has to be waited for. */
    sealFrom,
    /** From when on the set counts as silent if it commits nothing; null before the first set is sealed. */
    silentFrom,
    members,
    sealedMembers: sealed,
    candidates,
    terms,
    validators,
  };
  print(output, shown, () => [
    ...listing({
      registry: registry.address,
      exchange: view.exchange.address,
      epoch: current === latest ? `${current}` : `${current}, the set of ${latest} is sealed`,
      members: members.length,
      candidates: candidates.length,
      "next seal": sealFrom === 0 ? "once enough have joined" : dateOf(sealFrom),
      "silent from": silentFrom === null ? "-" : dateOf(silentFrom),
      "least stake": amountOf(view, terms.minimumStake),
    }),
    "",
    ...table(
      HEADING,
      validators.map((validator) => rowOf(view, validator)),
    ),
  ]);
}

export async function printValidator(output: Output, view: RegistryView, signer: string): Promise<void> {
  const validator = await view.registry.validatorOf(signer);
  const shown = { signer, ...validator, lastEpoch: validator.lastEpoch ?? null };
  print(output, shown, () =>
    listing({
      signer,
      owner: validator.owner,
      status: validator.status,
      stake: amountOf(view, validator.stake),
      "first epoch": validator.firstEpoch === 0 ? "none yet" : validator.firstEpoch,
      "last epoch": validator.lastEpoch ?? "all to come",
      "left at": validator.leftAt === 0 ? "-" : dateOf(validator.leftAt),
      "node key": validator.peerKey,
    }),
  );
}

/** A local chain's terms may reach beyond what a date can say. */
const dateOf = (seconds: number): string =>
  seconds > MAX_DATE_SECONDS ? "never" : new Date(seconds * 1000).toISOString();

export const amountOf = ({ token }: Pick<RegistryView, "token">, quanta: bigint): string =>
  `${formatQuanta({ quanta, decimals: token.decimals })} ${token.symbol}`;

const rowOf = (
  view: RegistryView,
  { signer, stake, status, firstEpoch, lastEpoch, owner }: Listed,
): string[] => [
  signer,
  formatQuanta({ quanta: stake, decimals: view.token.decimals }),
  status,
  String(firstEpoch),
  lastEpoch === undefined ? "-" : String(lastEpoch),
  owner,
];
