/** Terms of a registry where the deployment says nothing else. */
import type { RegistryTerms } from "../registry-records.ts";

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/** In units of the stake token. */
const MINIMUM_STAKE = 100_000n;

/**
 * - `minimumStake`, 100,000 units: a reporter's tenth must pay for its gas at any price, and
 *   the price of a third of the seats is what stopping the exchange costs.
 * - `rewardBasisPoints`: enough to be worth a transaction; accusing oneself loses the other nine tenths.
 * - members: four bear one liar; with sixteen a commitment checks eleven signatures.
 * - `epochSeconds`: a set that changes hourly is one that nobody watches.
 * - `handoverSeconds`: the old set's last batches must reach L1 through a day of trouble there. After it they are
 *   ordered anew by the next set, so no longer than that.
 * - `unbondingSeconds`: a contradiction shown within two weeks costs the stake; longer than a batch may wait (seven
 *   days), so that none is signed before somebody left and committed after the money is gone.
 * - `silenceSeconds`: a set that lives commits every few minutes. A day of trouble on L1, and another one in which
 *   everybody who is there can say so, must not cost a seat.
 */
const TERMS: Omit<RegistryTerms, "minimumStake"> = {
  rewardBasisPoints: 1000,
  minimumMembers: 4,
  maximumMembers: 16,
  epochSeconds: DAY_SECONDS,
  handoverSeconds: DAY_SECONDS,
  unbondingSeconds: 14 * DAY_SECONDS,
  silenceSeconds: DAY_SECONDS,
};

/** On a local chain nobody waits for days, and it may be left alone for years, nothing committed. */
const LOCAL_TERMS: typeof TERMS = {
  ...TERMS,
  epochSeconds: 60,
  handoverSeconds: 2 ** 32 - 1,
  unbondingSeconds: 60,
  silenceSeconds: 2 ** 32 - 1,
};

export const registryTerms = (
  local: boolean,
  terms: Partial<RegistryTerms>,
  decimals: number,
): RegistryTerms => ({
  minimumStake: MINIMUM_STAKE * 10n ** BigInt(decimals),
  ...(local ? LOCAL_TERMS : TERMS),
  ...terms,
});
