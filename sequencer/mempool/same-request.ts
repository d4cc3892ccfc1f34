import type { SignedRequest } from "../signature/request.ts";

/** Whether two requests are one, signature and all. */
export const isSameRequest = (a: SignedRequest, b: SignedRequest): boolean =>
  a.signature.s === b.signature.s &&
  isSamePoint(a.signature.r8, b.signature.r8) &&
  isSamePoint(a.publicKey, b.publicKey) &&
  a.words.length === b.words.length &&
  a.words.every((word, i) => word === b.words[i]);

const isSamePoint = (a: readonly [bigint, bigint], b: readonly [bigint, bigint]): boolean =>
  a[0] === b[0] && a[1] === b[1];
