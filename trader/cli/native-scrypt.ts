/** Keystores are locked by scrypt, which Node does in a third of the time that JavaScript takes. */
import { scrypt as scryptOfNode } from "node:crypto";
import { promisify } from "node:util";
import { scrypt } from "ethers";

type Scrypt = (
  password: Uint8Array,
  salt: Uint8Array,
  bytes: number,
  cost: { N: number; r: number; p: number; maxmem: number },
) => Promise<Buffer>;

/** Keystores ask for 128 MiB; a file that asks for more than eight times that is nobody's. */
const MAX_BYTES = 2 ** 30;

/** From here on ethers opens and makes keystores with it. */
export function useNativeScrypt(): void {
  scrypt.register((password, salt, N, r, p, length) =>
    (promisify(scryptOfNode) as Scrypt)(password, salt, length, { N, r, p, maxmem: MAX_BYTES }),
  );
}
