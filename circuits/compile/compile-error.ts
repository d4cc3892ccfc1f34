export type CompileErrorCode =
  /** An included file exists neither beside its includer nor in the include directories. */
  | "include-not-found"
  /** The name cannot be used for files. */
  | "bad-name"
  /** circom refused the circuit or died; the message ends with what it printed. */
  | "circom-failed";

/** Why a circuit could not be compiled. */
export class CompileError extends Error {
  constructor(
    readonly code: CompileErrorCode,
    message: string,
  ) {
    super(message);
    this.name = "CompileError";
  }
}
