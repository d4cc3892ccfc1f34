/** A text file line by line, without holding more than a line of it. LF and CRLF both end a line. */
import { createReadStream } from "node:fs";
import { ReplayError } from "./replay-error.ts";

/** The longest message of the format has 60 characters; a file without line ends must not fill the memory. */
const MAX_LINE_LENGTH = 1024;

export interface Line {
  /** From 1 on, as editors count. */
  readonly number: number;
  readonly text: string;
}

/** Splits text that comes in pieces; a last line without an end counts, an empty one does not. */
export async function* splitLines(pieces: AsyncIterable<string>): AsyncGenerator<Line> {
  let rest = "";
  let number = 0;
  const line = (text: string): Line => {
    number += 1;
    return { number, text: text.endsWith("\r") ? text.slice(0, -1) : text };
  };
  for await (const piece of pieces) {
    const parts = (rest + piece).split("\n");
    rest = parts.pop()!;
    for (const part of parts) yield line(part);
    if (rest.length > MAX_LINE_LENGTH)
      throw new ReplayError("BAD_LINE", `line ${number + 1} is longer than ${MAX_LINE_LENGTH} characters`);
  }
  if (rest !== "") yield line(rest);
}

export async function* readLines(path: string): AsyncGenerator<Line> {
  try {
    yield* splitLines(createReadStream(path, "utf8") as AsyncIterable<string>);
  } catch (error) {
    if (error instanceof ReplayError) throw error;
    throw new ReplayError("BAD_FILE", `cannot read ${path}: ${(error as Error).message}`);
  }
}
