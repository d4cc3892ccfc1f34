/** Values of the command line, checked before anything is asked of anybody. */
import { InvalidArgumentError } from "commander";

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d{1,15}$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError("A whole number is needed.");
  return value;
}

export function oneOf<T extends string>(...choices: readonly T[]): (text: string) => T {
  return (text) => {
    const found = choices.find((choice) => choice === text);
    if (found === undefined) throw new InvalidArgumentError(`Say one of ${choices.join(", ")}.`);
    return found;
  };
}

/** A moment: Unix seconds, an ISO date, or a span from now such as 90s, 15m, 12h, 30d. */
export function moment(text: string): number {
  const span = /^(\d{1,6})([smhd])$/.exec(text);
  if (span !== null) {
    const seconds = { s: 1, m: 60, h: 3600, d: 86_400 }[span[2] as "s" | "m" | "h" | "d"];
    return Math.floor(Date.now() / 1000) + Number(span[1]) * seconds;
  }
  if (/^\d{1,10}$/.test(text)) return Number(text);
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new InvalidArgumentError("Say 90s, 15m, 12h, 30d, an ISO date or Unix seconds.");
  return Math.floor(time / 1000);
}
