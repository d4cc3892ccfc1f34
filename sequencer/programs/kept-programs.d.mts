/** The programs of entries, as paths, both by paths from the root; made first where they are not kept. */
export function keptPrograms(name: string, entries: readonly string[]): Promise<string[]>;

/** That of one entry. Whoever starts several processes of it asks first, or each of them would make it. */
export function keptProgram(entry: string): Promise<string>;
