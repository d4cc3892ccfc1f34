/** Seeded randomness for tests: what a seed gives, it gives everywhere and always. */

/** xoshiro128** (Blackman, Vigna 2018), its state filled by splitmix32 from one seed. */
export class Random {
  private readonly state: Uint32Array;

  constructor(seed: number) {
    this.state = new Uint32Array(4);
    let mix = seed >>> 0;
    for (let i = 0; i < 4; i++) {
      mix = (mix + 0x9e3779b9) >>> 0;
      let z = mix;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      this.state[i] = z ^ (z >>> 16);
    }
    if (this.state.every((part) => part === 0)) this.state[0] = 1;
  }

  /** 32 random bits, unsigned. */
  bits32(): number {
    const s = this.state;
    const product = Math.imul(s[1]!, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const t = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = (s[3]! << 11) | (s[3]! >>> 21);
    return result;
  }

  /** 0 to limit - 1; the bias of the scaling is below 2^-21 for the limits of tests. */
  below(limit: number): number {
    return Math.floor((this.bits32() / 2 ** 32) * limit);
  }

  /** Both ends included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.bits32() < probability * 2 ** 32;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error("nothing to pick from");
    return items[this.below(items.length)]!;
  }

  /** One of the items, each as likely as its weight. */
  weighted<T>(items: readonly (readonly [weight: number, item: T])[]): T {
    let left = this.below(items.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, item] of items) {
      if (left < weight) return item;
      left -= weight;
    }
    throw new Error("no item has any weight");
  }

  shuffled<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
    }
    return shuffled;
  }

  bigint(bits: number): bigint {
    let value = 0n;
    for (let got = 0; got < bits; got += 32) value = (value << 32n) | BigInt(this.bits32());
    return BigInt.asUintN(bits, value);
  }
}

/**
 * The seed of a test: SEED from the environment to replay a failure, else the given one or the moment's. It is
 * printed, so that a failure can be replayed.
 */
export function testSeed(title: string, fallback: number = Date.now() % 2 ** 32): number {
  const given = process.env.SEED;
  const seed = given === undefined ? fallback : Number(given);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error(`SEED is no whole number: ${given}`);
  console.log(`${title}: SEED=${seed}`);
  return seed;
}
