/** The programs of entries, as paths, both by paths from the root; made first where they are not kept. */
export function keptPrograms(name: string, entries: readonly string[]): Promise<string[]>;
