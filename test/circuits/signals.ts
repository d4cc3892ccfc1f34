/** The signals of a compiled circuit by name, from circom's .sym file. */
import { readFile } from "node:fs/promises";

export class Signals {
  /** Place in the witness by name; what the optimiser took out is absent. */
  private readonly places = new Map<string, number>();
  /** First name by place: of signals that are one and the same only one survives. */
  private readonly names: string[] = ["one"];

  static async load(symPath: string): Promise<Signals> {
    const signals = new Signals();
    for (const line of (await readFile(symPath, "utf8")).split("\n")) {
      // Number of the signal, place in the witness or -1, number of the component, name.
      const [, place, , name] = line.split(",");
      if (name === undefined || place === "-1") continue;
      signals.places.set(name, Number(place));
      signals.names[Number(place)] ??= name;
    }
    return signals;
  }

  /** Throws for a signal that did not survive: a test must know what it edits. */
  place(name: string): number {
    const place = this.places.get(name);
    if (place === undefined) throw new Error(`no signal ${name} in the witness`);
    return place;
  }

  name(place: number): string {
    return this.names[place] ?? `signal ${place}`;
  }
}
