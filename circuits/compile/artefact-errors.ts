/** A cached file is not what its manifest says. It is never used; the message names it. */
export class CorruptArtefact extends Error {
  readonly code = "corrupt-artefact";

  constructor(
    readonly path: string,
    readonly reason: string,
  ) {
    super(`corrupt artefact ${path}: ${reason}`);
    this.name = "CorruptArtefact";
  }
}

/** Nothing has been built under this directory yet. */
export class MissingArtefact extends Error {
  readonly code = "missing-artefact";

  constructor(readonly path: string) {
    super(`no artefact at ${path}`);
    this.name = "MissingArtefact";
  }
}
