/** RFC 6901: names a place in a JSON document, such as /result/0/price. */

/** What stands there; undefined when nothing does. Only own properties count, and array places without leading zeros. */
export function atPointer(document: unknown, pointer: string): unknown {
  let at = document;
  for (const token of tokensOf(pointer)) {
    if (Array.isArray(at)) at = /^(0|[1-9][0-9]{0,8})$/.test(token) ? at[Number(token)] : undefined;
    else if (typeof at === "object" && at !== null && Object.hasOwn(at, token))
      at = (at as Record<string, unknown>)[token];
    else return undefined;
  }
  return at;
}

/** Empty, or tokens that begin with a slash each, with ~ only as ~0 and ~1. */
export const isPointer = (pointer: string): boolean => /^(\/([^~/]|~[01])*)*$/.test(pointer);

function tokensOf(pointer: string): string[] {
  if (!isPointer(pointer)) throw new Error(`no JSON pointer: ${pointer}`);
  return pointer
    .split("/")
    .slice(1)
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}
