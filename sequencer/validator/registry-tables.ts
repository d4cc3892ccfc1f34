/** What a validator keeps of the registry and of where others are reached. */
import { type Codec, list, object, unsigned } from "../batch/codec.ts";
import { MalformedValue } from "../batch/malformed-value.ts";
import { MAX_VALIDATORS } from "../consensus/limits.ts";
import type { Hash, Peer, Signature } from "../consensus/messages.ts";
import type { Announcement } from "../network/announcement.ts";
import { MAX_ADDRESS_LENGTH, MAX_ADDRESSES_PER_PEER } from "../network/limits.ts";
import { space } from "../store/space.ts";

/** Of a sealed set. */
export interface Member {
  /** Lower case. */
  readonly address: Peer;
  /** Ed25519, 32 bytes: whom to expect at the other end of a connection. */
  readonly peerKey: Hash;
}

const matching = <T extends string>(pattern: RegExp, most: number): Codec<T> => ({
  encode: (value) => value,
  decode: (json, path) => {
    if (typeof json !== "string" || json.length > most || !pattern.test(json))
      throw new MalformedValue("outOfRange", path);
    return json as T;
  },
});

const number = unsigned(53);
const multiaddr = matching<string>(/^\//, MAX_ADDRESS_LENGTH);

export const registryTables = {
  /** epoch */
  set: space(
    "registrySet",
    list(
      object<Member>({
        address: matching<Peer>(/^0x[0-9a-f]{40}$/, 42),
        peerKey: matching<Hash>(/^0x[0-9a-f]{64}$/, 66),
      }),
      1,
      MAX_VALIDATORS,
    ),
  ),
  /** always 0: the epochs that had begun and were sealed */
  place: space(
    "registryPlace",
    object<{ current: number; sealed: number }>({ current: number, sealed: number }),
  ),
  /** epoch that takes over: the last one before it that had begun, 0 for none */
  takeOver: space("registryTakeOver", number),
  /** always 0: so far it is known which epochs take over */
  takeOversThrough: space("registryTakeOversThrough", number),
  /** address of who announced it */
  announcement: space(
    "announcement",
    object<Announcement>({
      timeMs: number,
      multiaddrs: list(multiaddr, 1, MAX_ADDRESSES_PER_PEER),
      signature: matching<Signature>(/^0x[0-9a-f]{130}$/, 132),
    }),
  ),
};
