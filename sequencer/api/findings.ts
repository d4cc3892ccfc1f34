/**
 * What is wrong with a part that does not fit its schema. The validator's own way to tell looks at everything again, slowly
 * and for as long as something comes: a body of many entries cost the node tens of milliseconds. Here what is good is
 * passed over by its compiled check, and only some of what is wrong is looked at.
 */
import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";
import type { Finding } from "./body-fault.ts";

/** As many as tell one kind of fault from another. */
const MAX_FINDINGS = 8;

/** A schema with compiled checks of all its parts. */
interface Part {
  readonly checker: ReturnType<typeof Compile>;
  readonly inside: ObjectPart | ListPart | null;
}

interface ObjectPart {
  readonly kind: "object";
  readonly required: readonly string[];
  readonly properties: ReadonlyMap<string, Part>;
}

interface ListPart {
  readonly kind: "array";
  readonly items: Part;
  readonly minItems: number;
  readonly maxItems: number;
}

/** What the schemas of this API say of objects and arrays: unknown fields are refused, arrays are bounded. */
interface SchemaFacts {
  readonly type?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly additionalProperties?: unknown;
  readonly items?: TSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
}

function partOf(schema: TSchema): Part {
  const { type, required = [], properties, items, minItems = 0, ...facts } = schema as SchemaFacts;
  const checker = Compile(schema);
  if (type === "object" && properties !== undefined && facts.additionalProperties === false) {
    const parts = Object.entries(properties).map(([name, of]) => [name, partOf(of)] as const);
    return { checker, inside: { kind: "object", required, properties: new Map(parts) } };
  }
  if (type === "array" && items !== undefined && facts.maxItems !== undefined)
    return { checker, inside: { kind: "array", items: partOf(items), minItems, maxItems: facts.maxItems } };
  return { checker, inside: null };
}

export interface Fitting {
  fits(value: unknown): boolean;
  /** Of a value that does not fit: the first findings, from the outside to the inside. */
  findings(value: unknown): Finding[];
}

export function fittingOf(schema: TSchema): Fitting {
  const part = partOf(schema);
  return {
    fits: (value) => part.checker.Check(value),
    findings: (value) => first(MAX_FINDINGS, misfits(part, value, "")),
  };
}

/** Whoever is asked for no more does no more. */
function first<T>(most: number, all: Iterable<T>): T[] {
  const taken: T[] = [];
  for (const one of all) if (taken.push(one) === most) break;
  return taken;
}

function* misfits({ checker, inside }: Part, value: unknown, at: string): Generator<Finding> {
  if (checker.Check(value)) return;
  if (inside === null) yield* (checker.Errors(value) as Finding[]).map((finding) => under(at, finding));
  else if (inside.kind === "array" && Array.isArray(value)) yield* listMisfits(inside, value, at);
  else if (inside.kind === "object" && isObject(value)) yield* objectMisfits(inside, value, at);
  else yield { keyword: "type", instancePath: at, message: `must be ${inside.kind}` };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const under = (at: string, finding: Finding): Finding => ({
  ...finding,
  instancePath: at + (finding.instancePath ?? ""),
});

function* listMisfits(
  { items, minItems, maxItems }: ListPart,
  value: readonly unknown[],
  at: string,
): Generator<Finding> {
  if (value.length < minItems)
    yield { keyword: "minItems", instancePath: at, message: `must not have fewer than ${minItems} items` };
  if (value.length > maxItems)
    yield { keyword: "maxItems", instancePath: at, message: `must not have more than ${maxItems} items` };
  // Beyond what is taken some are looked at, which may be wrong otherwise.
  for (const [i, item] of value.slice(0, maxItems + MAX_FINDINGS).entries())
    yield* misfits(items, item, `${at}/${i}`);
}

function* objectMisfits(
  { required, properties }: ObjectPart,
  value: Readonly<Record<string, unknown>>,
  at: string,
): Generator<Finding> {
  const requiredProperties = required.filter((name) => !Object.hasOwn(value, name));
  if (requiredProperties.length > 0)
    yield {
      keyword: "required",
      instancePath: at,
      params: { requiredProperties },
      message: `must have required properties ${requiredProperties.join(", ")}`,
    };
  for (const [name, part] of properties)
    if (Object.hasOwn(value, name)) yield* misfits(part, value[name], `${at}/${name}`);
  for (const name in value)
    if (!properties.has(name))
      yield { keyword: "boolean", instancePath: `${at}/${escaped(name)}`, message: "unknown field" };
}

/** In a JSON pointer. */
const escaped = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");
