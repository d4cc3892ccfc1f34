/** A price from a JSON file that another process keeps writing. */
import { open } from "node:fs/promises";
import { MAX_ANSWER_BYTES } from "./limits.ts";
import { assertPlace, type PricePlace, priceIn } from "./read-json.ts";
import type { PriceSource, SourceAnswer } from "./source.ts";

export interface FileSourceOptions extends PricePlace {
  readonly path: string;
  readonly maxBytes?: number;
}

export function fileSource(options: FileSourceOptions): PriceSource {
  assertPlace(options);
  return { name: options.path, read: () => readPrice(options) };
}

async function readPrice({
  path,
  maxBytes = MAX_ANSWER_BYTES,
  ...place
}: FileSourceOptions): Promise<SourceAnswer> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytes + 1), 0, maxBytes + 1, 0);
      return bytesRead > maxBytes ? { fault: "tooLarge" } : priceIn(buffer.subarray(0, bytesRead), place);
    } finally {
      await file.close();
    }
  } catch {
    return { fault: "unreachable" };
  }
}
