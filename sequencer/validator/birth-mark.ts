/**
 * A file beside the database that says: this validator has never signed anything. `proofbook node init` makes it, the
 * first start uses it up. A database that is new without it has lost a log, and the node stays silent as long as it must.
 */
import { access, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

export class BirthMark {
  private readonly path: string;

  /** Of the database in this folder. */
  constructor(data: string) {
    this.path = `${data}.born`;
  }

  async make(): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    await writeFile(
      this.path,
      "This validator has never signed anything. Its first start removes this file.\n",
    );
  }

  async isThere(): Promise<boolean> {
    return await access(this.path).then(
      () => true,
      () => false,
    );
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }
}
