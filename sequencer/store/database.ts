/**
 * LevelDB with a checksum in front of every value: the first 8 bytes of sha256(key, value). LevelDB's own checksums guard
 * blocks and log records, not against a value that moved to another key, and it does not hold to them: it compares those of
 * tables never, and drops a record of the log without stopping. So `open` compares them first (leveldb/check-files.ts), and
 * then reads what LevelDB reports to have dropped all the same.
 */
import { hash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Level } from "level";
import { MalformedValue } from "../batch/malformed-value.ts";
import { checkFiles } from "./leveldb/check-files.ts";
import { bounds, keyOf, type Operation, type Space, valueFrom } from "./space.ts";
import { StoreError } from "./store-error.ts";

const CHECKSUM_BYTES = 8;
/**
 * What LevelDB gathers before it writes a table of it, and what a start may have to read again. Rows of accounts, orders and the open
 * batch change with every block: with LevelDB's 4 MiB most versions get into tables, and merging these takes a tenth of a busy node.
 */
const WRITE_BUFFER_BYTES = 32 * 2 ** 20;
/** Left behind when damage was found, because LevelDB forgets it on the next start. A person removes it. */
const DAMAGE_MARK = "DAMAGED";

/** Of LevelDB, when a file is not what it was, or not to be read. */
const READ_ERRORS = new Set<string | undefined>(["LEVEL_CORRUPTION", "LEVEL_IO_ERROR"]);

type Bytes = Uint8Array;
type Snapshot = ReturnType<Level<string, Bytes>["snapshot"]>;

/** What may be read, now or as it was when a view was taken. */
abstract class DatabaseReads {
  readonly path: string;
  protected readonly level: Level<string, Bytes>;
  /** Reads see what was there when it was taken, whatever is written meanwhile. */
  private readonly options: { readonly snapshot?: Snapshot };

  protected constructor(path: string, level: Level<string, Bytes>, snapshot: Snapshot | null) {
    this.path = path;
    this.level = level;
    this.options = snapshot === null ? {} : { snapshot };
  }

  async get<V>(of: Space<V>, ...parts: (number | string)[]): Promise<V | undefined> {
    const key = keyOf(of, parts);
    const bytes = await this.reading(() => this.level.get(key, this.options));
    return bytes === undefined ? undefined : decode(of, key, bytes);
  }

  /** Like `get`, for values that an invariant says exist. */
  async demand<V>(of: Space<V>, ...parts: (number | string)[]): Promise<V> {
    const value = await this.get(of, ...parts);
    if (value === undefined) throw new StoreError("missingValue", keyOf(of, parts));
    return value;
  }

  /** Values below a prefix in the order of their keys, from a key part on and before another, at most `limit`. */
  async list<V>(
    of: Space<V>,
    prefix: readonly number[] = [],
    { from, before, limit }: { from?: number; before?: number; limit?: number } = {},
  ): Promise<{ key: string; value: V }[]> {
    const range = bounds(keyOf(of, prefix));
    const gte = from === undefined ? range.gte : keyOf(of, [...prefix, from]);
    const lt = before === undefined ? range.lt : keyOf(of, [...prefix, before]);
    const rows = await this.reading(() =>
      this.level.iterator({ gte, lt, limit: limit ?? -1, ...this.options }).all(),
    );
    return rows.map(([key, bytes]) => ({ key, value: decode(of, key, bytes) }));
  }

  protected async reading<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (READ_ERRORS.has((error as { code?: string }).code))
        throw new StoreError("unreadable", `LevelDB cannot read ${this.path}`, { cause: error });
      throw error;
    }
  }
}

/** The database as it was at a moment. LevelDB keeps what it needs of that moment until the view is closed. */
export class DatabaseView extends DatabaseReads {
  private readonly snapshot: Snapshot;

  constructor(path: string, level: Level<string, Bytes>) {
    const snapshot = level.snapshot();
    super(path, level, snapshot);
    this.snapshot = snapshot;
  }

  close(): Promise<void> {
    return this.snapshot.close();
  }
}

export class Database extends DatabaseReads {
  /** LevelDB may reorder writes that overlap; ours must not be. */
  private lastWrite: Promise<void> = Promise.resolve();

  static async open(path: string): Promise<Database> {
    if (existsSync(join(path, DAMAGE_MARK)))
      throw new StoreError(
        "damagedLog",
        `damage was found in ${path} before; see the file ${DAMAGE_MARK} in it`,
      );
    await checkBeforeOpening(path);
    const level = new Level<string, Bytes>(path, {
      keyEncoding: "utf8",
      valueEncoding: "view",
      writeBufferSize: WRITE_BUFFER_BYTES,
    });
    try {
      await level.open();
    } catch (error) {
      throw openError(path, error);
    }
    const report = await droppedRecords(path);
    if (report !== undefined) {
      await level.close();
      await writeFile(
        join(path, DAMAGE_MARK),
        `LevelDB dropped records when it opened its log:\n${report}\n`,
      );
      throw new StoreError("damagedLog", `LevelDB dropped records of its log in ${path}: ${report}`);
    }
    return new Database(path, level, null);
  }

  /** All or nothing, one after the other; on disk when it resolves. After a failure nothing is written any more. */
  write(operations: readonly Operation[]): Promise<void> {
    const batch = this.level.batch();
    for (const operation of operations)
      if (operation.type === "del") batch.del(operation.key);
      else batch.put(operation.key, seal(operation.key, operation.payload));
    this.lastWrite = this.lastWrite.then(() => batch.write({ sync: true }));
    return this.lastWrite;
  }

  /** What is there now, for as long as the view is open. */
  view(): DatabaseView {
    return new DatabaseView(this.path, this.level);
  }

  /** Deletes all values of a family; whatever is written afterwards is on disk after it. */
  clear(of: Space<unknown>): Promise<void> {
    this.lastWrite = this.lastWrite.then(() => this.reading(() => this.level.clear(bounds(keyOf(of, [])))));
    return this.lastWrite;
  }

  async close(): Promise<void> {
    await this.lastWrite.catch(() => undefined);
    await this.level.close();
  }
}

/** One character a byte: a buffer for each would cost as much again as the hash. */
function checksum(key: string, payload: Bytes): string {
  const length = Buffer.byteLength(key) + 1 + payload.length;
  if (length > checked.length) checked = Buffer.alloc(2 * length);
  const end = checked.write(key);
  checked[end] = 0;
  checked.set(payload, end + 1);
  return hash("sha256", checked.subarray(0, length), "binary").slice(0, CHECKSUM_BYTES);
}

/** What a checksum is made of; one at a time is. */
let checked = Buffer.alloc(4096);

function seal(key: string, payload: Bytes): Bytes {
  const value = Buffer.allocUnsafe(CHECKSUM_BYTES + payload.length);
  value.write(checksum(key, payload), "latin1");
  value.set(payload, CHECKSUM_BYTES);
  return value;
}

function decode<V>(of: Space<V>, key: string, bytes: Bytes): V {
  const payload = bytes.subarray(CHECKSUM_BYTES);
  const length = Math.min(CHECKSUM_BYTES, bytes.length);
  const told = Buffer.from(bytes.buffer, bytes.byteOffset, length).toString("latin1");
  if (checksum(key, payload) !== told)
    throw new StoreError("damagedValue", `the checksum of ${key} does not match its value`);
  try {
    return valueFrom(of, payload, key);
  } catch (error) {
    if (error instanceof MalformedValue)
      throw new StoreError("malformedValue", error.message, { cause: error });
    throw error;
  }
}

async function checkBeforeOpening(path: string): Promise<void> {
  try {
    await checkFiles(path);
  } catch (error) {
    // Whoever has it open may have been writing while it was looked through.
    const opening = await errorOfOpening(path);
    if (opening.code === "locked") throw opening;
    throw error instanceof StoreError
      ? error
      : new StoreError("unreadable", `${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** Of an opening that never succeeds, and that changes nothing: LevelDB locks the folder before it finds a database there. */
async function errorOfOpening(path: string): Promise<StoreError> {
  const level = new Level(path, { createIfMissing: false, errorIfExists: true });
  return level.open().then(
    () => Promise.reject(new Error(`${path} is open`)),
    (error: unknown) => openError(path, error),
  );
}

function openError(path: string, error: unknown): StoreError {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause;
  if (cause?.code === "LEVEL_LOCKED")
    return new StoreError("locked", `another process has ${path} open`, { cause: error });
  return new StoreError("unreadable", `${path}: ${cause?.message ?? String(error)}`, { cause: error });
}

/** What LevelDB's own report of its start says about records that it threw away. */
async function droppedRecords(path: string): Promise<string | undefined> {
  const report = await readFile(join(path, "LOG"), "utf8");
  const lines = report.split("\n").filter((line) => /dropping \d+ bytes|Ignoring error/.test(line));
  return lines.length === 0 ? undefined : lines.join("\n");
}
