/**
 * Marks in a configuration for what only its operator can say. `node init` leaves them where it was not told; a node with
 * one of them does not start, and says what is missing.
 */
const MARK = "FILL IN: ";

export const fillIn = (what: string): string => `${MARK}${what}`;

interface Unfilled {
  /** JSON pointer. */
  readonly path: string;
  readonly what: string;
}

export function unfilledPlaces(json: unknown, path = ""): Unfilled[] {
  if (typeof json === "string") return json.startsWith(MARK) ? [{ path, what: json.slice(MARK.length) }] : [];
  if (json === null || typeof json !== "object") return [];
  return Object.entries(json).flatMap(([key, value]) => unfilledPlaces(value, `${path}/${key}`));
}
