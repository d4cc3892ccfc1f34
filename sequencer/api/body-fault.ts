/** What a part that does not fit its schema is called: a request too large, one without a signature, or malformed. */
import type { ErrorCode } from "./error-codes.ts";

/** Of the validator. */
export interface Finding {
  readonly keyword?: string;
  /** A JSON pointer to what is wrong. */
  readonly instancePath?: string;
  readonly message?: string;
  readonly params?: { readonly requiredProperties?: readonly string[] };
}

/** The body itself, or one of several requests in it. */
const REQUEST = /^(\/requests\/\d+)?$/;
const WORDS = /^(\/requests\/\d+)?\/words$/;
const WORD = /^(\/requests\/\d+)?\/words\/\d+$/;
const SIGNATURE = /^(\/requests\/\d+)?\/signature$/;

const isTooMuch = ({ keyword, instancePath = "" }: Finding): boolean =>
  (keyword === "maxItems" && WORDS.test(instancePath)) ||
  (keyword === "maxLength" && WORD.test(instancePath));

function isUnsigned({ keyword, instancePath = "", params }: Finding, body: unknown): boolean {
  if (keyword === "required")
    return REQUEST.test(instancePath) && String(params?.requiredProperties) === "signature";
  return keyword === "type" && SIGNATURE.test(instancePath) && valueAt(body, instancePath) === null;
}

function valueAt(value: unknown, pointer: string): unknown {
  const names = pointer.split("/").slice(1);
  return names.reduce<unknown>((within, name) => (within as Record<string, unknown> | null)?.[name], value);
}

/** A part that has any other fault as well is malformed. `body` is what the findings are about. */
export function bodyFault(findings: readonly Finding[], body: unknown): ErrorCode {
  const isMore = findings.some((finding) => !isTooMuch(finding) && !isUnsigned(finding, body));
  if (isMore || findings.length === 0) return "malformed";
  return findings.some(isTooMuch) ? "oversized" : "unsigned";
}
