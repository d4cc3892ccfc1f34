/** What a command prints: an object for programs, lines for people. */

export interface Output {
  /** `--json`: one object on stdout and nothing else. */
  readonly json: boolean;
  readonly write: (text: string) => void;
}

const plain = (_: string, value: unknown): unknown => (typeof value === "bigint" ? String(value) : value);

export function print(output: Output, value: object, lines: () => readonly string[]): void {
  if (output.json) output.write(`${JSON.stringify(value, plain)}\n`);
  else for (const line of lines()) output.write(`${line}\n`);
}

/** Rows under a heading, columns aligned; numbers to the right. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = heading.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)));
  const isNumber = heading.map((_, i) => rows.length > 0 && rows.every((row) => /^-?[\d.,]*$/.test(row[i]!)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (isNumber[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd();
  return [line(heading), ...rows.map(line)];
}

/** Names and values, aligned. */
export function listing(entries: Readonly<Record<string, string | number>>): string[] {
  const width = Math.max(...Object.keys(entries).map((name) => name.length));
  return Object.entries(entries).map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}
