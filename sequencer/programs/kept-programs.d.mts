/** The programs of entries, as paths, both by paths from the root; made first where they are not kept. */
export function keptPrograms(name: string, entries: readonly string[]): Promise<string[]>;

/** That of one entry. Whoever starts several processes of it asks first, or each of them would make it. */
export function keptProgram(entry: string): Promise<string>;

/** Keeps a program as long as this process or thread lives. */
export function holdProgram(program: string, everyMs?: number): void;
