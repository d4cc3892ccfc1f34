export type DevnetErrorCode =
  /** An option is malformed or contradicts another. */
  | "BAD_OPTION"
  /** Another devnet works in the folder. */
  | "FOLDER_IN_USE"
  /** The folder holds something that is no devnet, or a file of it cannot be read. */
  | "FOLDER_CORRUPT"
  /** The folder was made by other circuits, keys, markets or dimensions than the present ones. */
  | "FOLDER_MISMATCH"
  /** The chain in the folder does not hold what the folder says. */
  | "CHAIN_MISMATCH"
  | "PORT_IN_USE"
  /** A child process ended when nobody asked it to. */
  | "CHILD_DIED"
  /** A part did not come up, or nothing moved, in the time it may take. */
  | "TIMEOUT"
  /** The sequencer halted or its chain side stopped. */
  | "SEQUENCER_FAULT"
  /** The exchange refused a request that the devnet itself made. */
  | "REQUEST_REFUSED"
  /** Somebody asked for the end before what was wanted had happened. */
  | "INTERRUPTED";

/** Why a devnet could not start or go on, and what to do about it. */
export class DevnetError extends Error {
  readonly code: DevnetErrorCode;
  readonly whatToDo: string | undefined;

  constructor(code: DevnetErrorCode, message: string, whatToDo?: string, cause?: unknown) {
    super(message, { cause });
    this.name = "DevnetError";
    this.code = code;
    this.whatToDo = whatToDo;
  }
}
