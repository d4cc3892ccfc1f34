/**
 * SHA-256 (FIPS 180-4) of short messages into a buffer that is there already: a tree of reveals takes 800,000 of them, and
 * calling the system's costs several times what hashing costs.
 *
 *   schedule  w_t = s1(w_{t-2}) + w_{t-7} + s0(w_{t-15}) + w_{t-16}
 *   round     t1 = h + S1(e) + Ch(e, f, g) + k_t + w_t,  t2 = S0(a) + Maj(a, b, c)
 *             (a, ..., h) = (t1 + t2, a, b, c, d + t1, e, f, g)
 */
const BLOCK_BYTES = 64;
export const HASH_BYTES = 32;
/** With padding and length in two blocks. */
export const MAX_MESSAGE_BYTES = 2 * BLOCK_BYTES - 9;

/** The first 64 primes; fractions of their roots, as the standard has them. */
const PRIMES: readonly number[] = Array.from({ length: 312 }, (_, n) => n).filter(
  (n) => n > 1 && Array.from({ length: n }, (_, d) => d).every((d) => d < 2 || n % d !== 0),
);

/** floor(frac(n^(1/degree)) * 2^32), by integers: the root of n * 2^(32 degree) is exact. */
function fractionOfRoot(n: number, degree: 2n | 3n): number {
  const scaled = BigInt(n) << (32n * degree);
  let root = 0n;
  for (let bit = 1n << 36n; bit > 0n; bit >>= 1n) if ((root + bit) ** degree <= scaled) root += bit;
  return Number(BigInt.asIntN(32, root));
}

const K = Int32Array.from(PRIMES.slice(0, 64), (prime) => fractionOfRoot(prime, 3n));
const INITIAL = Int32Array.from(PRIMES.slice(0, 8), (prime) => fractionOfRoot(prime, 2n));

/** Of its own for each user: a message is written into it in parts. */
export class ShortSha256 {
  private readonly message = new Uint8Array(2 * BLOCK_BYTES);
  private readonly view = new DataView(this.message.buffer);
  private readonly schedule = new Int32Array(64);
  private readonly state = new Int32Array(8);

  /** Hashes what `write` puts into the first `length` bytes of the message; writes to a place among hashes. */
  hashInto(
    hashes: Uint8Array,
    place: number,
    length: number,
    write: (message: Uint8Array, view: DataView) => void,
  ): void {
    if (length > MAX_MESSAGE_BYTES) throw new RangeError(`a message of ${length} bytes is not short`);
    const { message, view, state } = this;
    write(message, view);
    const end = length < BLOCK_BYTES - 8 ? BLOCK_BYTES : 2 * BLOCK_BYTES;
    message.fill(0, length, end);
    message[length] = 0x80;
    view.setUint32(end - 4, length * 8);
    state.set(INITIAL);
    for (let start = 0; start < end; start += BLOCK_BYTES) this.compress(start);
    for (let i = 0, at = place * HASH_BYTES; i < 8; i++) {
      const word = state[i]!;
      hashes[at++] = word >>> 24;
      hashes[at++] = word >>> 16;
      hashes[at++] = word >>> 8;
      hashes[at++] = word;
    }
  }

  private compress(start: number): void {
    const { view, schedule: w, state } = this;
    for (let t = 0; t < 16; t++) w[t] = view.getInt32(start + 4 * t);
    for (let t = 16; t < 64; t++) {
      const x = w[t - 15]!;
      const y = w[t - 2]!;
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[t] = (s1 + w[t - 7]! + s0 + w[t - 16]!) | 0;
    }
    let a = state[0]!;
    let b = state[1]!;
    let c = state[2]!;
    let d = state[3]!;
    let e = state[4]!;
    let f = state[5]!;
    let g = state[6]!;
    let h = state[7]!;
    for (let t = 0; t < 64; t++) {
      const S1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + S1 + ((e & f) ^ (~e & g)) + K[t]! + w[t]!) | 0;
      const S0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (S0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    state[0] = state[0]! + a;
    state[1] = state[1]! + b;
    state[2] = state[2]! + c;
    state[3] = state[3]! + d;
    state[4] = state[4]! + e;
    state[5] = state[5]! + f;
    state[6] = state[6]! + g;
    state[7] = state[7]! + h;
  }
}
