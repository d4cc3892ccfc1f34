/** A set that forgets what it has known longest when it is full. */
export class Remembered {
  private readonly items = new Set<bigint>();
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  has(item: bigint): boolean {
    return this.items.has(item);
  }

  add(item: bigint): void {
    this.items.delete(item);
    this.items.add(item);
    if (this.items.size > this.most) this.items.delete(this.items.values().next().value!);
  }

  forget(item: bigint): void {
    this.items.delete(item);
  }

  get size(): number {
    return this.items.size;
  }
}
