/** Why a database is not used. Every one of these stops the node before it signs or answers anything. */
export type StoreErrorCode =
  /** Another process has it open. */
  | "locked"
  /** Written by another version of this program. */
  | "unknownFormat"
  /** Belongs to another exchange: domain, markets, fees, tree sizes or first prices differ. */
  | "wrongGenesis"
  /** A value's checksum does not match: it was changed or is half written. */
  | "damagedValue"
  /** A value has a good checksum but is not of its type. */
  | "malformedValue"
  /** A value that must be there is not. */
  | "missingValue"
  /** Records of LevelDB's log, or of its list of tables, are damaged: acknowledged requests may be gone. */
  | "damagedLog"
  /** A table of LevelDB is damaged. */
  | "damagedTable"
  /** A file of LevelDB is gone. */
  | "missingFile"
  /** LevelDB cannot read its files. */
  | "unreadable"
  /** The recomputed state root is not the stored one. */
  | "rootMismatch"
  /** The steps since the last batch do not lead to the stored state. */
  | "replayMismatch";

export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options);
    this.name = "StoreError";
    this.code = code;
  }
}
