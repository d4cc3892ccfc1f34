/** A list of comparisons, all made even if an early one fails, so that a report names all that differs. */
export interface Check {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  readonly ok: boolean;
}

export class CheckList {
  readonly checks: Check[] = [];

  /** Compares what is recorded with what was rebuilt. */
  compare(what: string, expected: string, found: string): void {
    this.checks.push({ what, expected, found, ok: expected === found });
  }

  /** Runs a test that throws when it fails. */
  async attempt(what: string, test: () => unknown): Promise<void> {
    try {
      await test();
      this.checks.push({ what, expected: "holds", found: "holds", ok: true });
    } catch (error) {
      this.checks.push({ what, expected: "holds", found: (error as Error).message, ok: false });
    }
  }
}

/** A table of the checks; hashes are shortened unless they differ. */
export function checkTable(checks: readonly Check[]): string {
  const width = Math.max(...checks.map((check) => check.what.length));
  const short = (text: string) => (/^[0-9a-f]{40,}$/.test(text) ? `${text.slice(0, 16)}…` : text);
  return checks
    .map((check) => {
      const label = check.what.padEnd(width);
      if (check.ok) return `ok      ${label}  ${short(check.found)}`;
      return `DIFFERS ${label}  expected ${check.expected}\n${" ".repeat(width + 10)}found    ${check.found}`;
    })
    .join("\n");
}
