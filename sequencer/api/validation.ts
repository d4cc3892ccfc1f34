/**
 * Checks what comes in against its schema. Bodies are taken as they are; paths and queries are text, and only text
 * that spells an integer in its one way becomes a number ("1.5", "1e3", "01" stay text and fail).
 */
import type { FastifySchemaCompiler } from "fastify";
import type { TSchema } from "typebox";
import { fittingOf } from "./findings.ts";

const INTEGER = /^(0|[1-9][0-9]{0,15})$/;

/** Names of the properties that are integers. */
function integersOf(schema: TSchema): Set<string> {
  const properties =
    "properties" in schema ? Object.entries(schema.properties as Record<string, object>) : [];
  return new Set(
    properties.filter(([, value]) => "type" in value && value.type === "integer").map(([name]) => name),
  );
}

const toNumbers = (integers: Set<string>, text: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(text).map(([name, value]) => [
      name,
      integers.has(name) && typeof value === "string" && INTEGER.test(value) ? Number(value) : value,
    ]),
  );

export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const { fits, findings } = fittingOf(schema);
  const integers = integersOf(schema);
  return (given: unknown) => {
    const value =
      httpPart === "params" || httpPart === "querystring"
        ? toNumbers(integers, given as Record<string, unknown>)
        : given;
    return fits(value) ? { value } : { error: findings(value) as unknown as Error };
  };
};
