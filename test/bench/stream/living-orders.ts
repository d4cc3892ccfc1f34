/** The orders that rest now, any of which can be picked at once. */
import type { OrderName } from "../../../sequencer/exchange/state.ts";
import type { Random } from "../../generate/random.ts";

interface Living {
  readonly name: OrderName;
  readonly id: string;
}

const key = ({ account, slot }: OrderName): number => account * 256 + slot;

export class LivingOrders {
  private readonly all: Living[] = [];
  private readonly places = new Map<number, number>();

  get size(): number {
    return this.all.length;
  }

  add(living: Living): void {
    this.places.set(key(living.name), this.all.length);
    this.all.push(living);
  }

  remove(name: OrderName): void {
    const place = this.places.get(key(name))!;
    const last = this.all.pop()!;
    this.places.delete(key(name));
    if (place === this.all.length) return;
    this.all[place] = last;
    this.places.set(key(last.name), place);
  }

  pick(random: Random): Living {
    return random.pick(this.all);
  }
}
