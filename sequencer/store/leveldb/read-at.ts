import type { FileHandle } from "node:fs/promises";

/** So many bytes of a file, from a place on. */
export async function readAt(file: FileHandle, at: number, count: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(count);
  for (let done = 0; done < count; ) {
    const { bytesRead } = await file.read(bytes, done, count - done, at + done);
    if (bytesRead === 0) throw new Error(`the file ends before ${at + count}`);
    done += bytesRead;
  }
  return bytes;
}
