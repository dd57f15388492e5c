/**
 * Which JSON Schemas were made from a Schema: those can be written anew for each server. What dialects need of that, so
 * that they need nothing of Schema.
 */
import * as Either from "effect/Either"
import type { ToolDefinition } from "../CompletionParams.ts"
import type { JsonSchemaStyle, JsonSchemaStyles } from "../JsonSchemaStyle.ts"
import type { JsonObject } from "./json.ts"

/** What cannot be said in a style. */
export interface Unwritable {
  /** Where in the value: `address.lines[]`; `""` is the whole. */
  readonly path: string
  readonly why: string
}

type Writer = (style: JsonSchemaStyle) => Either.Either<JsonObject, Unwritable>

const writers = new WeakMap<JsonObject, Writer>()

/** From here on the object stands for what the writer writes. */
export const remember = (schema: JsonObject, write: Writer): JsonObject => {
  const known = new Map<JsonSchemaStyle, ReturnType<Writer>>()
  writers.set(schema, (style) => {
    const written = known.get(style) ?? write(style)
    known.set(style, written)
    return written
  })
  return schema
}

/** Whether a Schema says what the object means. */
export const isFromSchema = (schema: JsonObject): boolean => writers.has(schema)

/** In this style; what was written by hand, as it is. */
export const written = (schema: JsonObject, style: JsonSchemaStyle): Either.Either<JsonObject, Unwritable> =>
  writers.get(schema)?.(style) ?? Either.right(schema)

/** As a fault of the request at `param`. */
export const refusal = (param: string) => ({ path, why }: Unwritable) => ({
  _tag: "InvalidRequest" as const,
  param: path === "" ? param : `${param}.${path}`,
  detail: why
})

/** A tool's parameters for a server: strictly where the tool asks for it. */
export const ofTool = (
  { name, parameters, strict }: ToolDefinition,
  styles: JsonSchemaStyles
): Either.Either<JsonObject | undefined, ReturnType<ReturnType<typeof refusal>>> =>
  parameters === undefined
    ? Either.right(undefined)
    : Either.mapLeft(
      written(parameters, strict === true ? styles.strict : styles.loose),
      refusal(`tools.${name}.parameters`)
    )
