/**
 * Which JSON Schemas were made from a Schema: those are written anew for each server. What the engine needs of that, so
 * that a program without such schemas carries nothing of it.
 */
import * as Either from "effect/Either"
import type { CompletionParams } from "../CompletionParams.ts"
import type { Endpoint } from "../Endpoint.ts"
import type { JsonSchemaStyle } from "../JsonSchemaStyle.ts"
import type { InvalidRequest } from "../ProviderError.ts"
import type { JsonObject } from "./json.ts"

/** What cannot be said in a style. */
export interface Unwritable {
  /** Where in the value: `address.lines[]`; `""` is the whole. */
  readonly path: string
  readonly why: string
}

/** A fault of the request, and what is wrong there. */
export interface Refusal extends InvalidRequest {
  readonly detail: string
}

/** What stands behind a JSON Schema. */
export interface Origin {
  readonly write: (style: JsonSchemaStyle) => Either.Either<JsonObject, Unwritable>
  /** A request with whatever in it is made from Schemas, as the endpoint wants it. */
  readonly params: (params: CompletionParams, endpoint: Endpoint) => Either.Either<CompletionParams, Refusal>
}

const origins = new WeakMap<JsonObject, Origin>()

/** From here on the object stands for its origin. */
export const remember = (schema: JsonObject, origin: Origin): JsonObject => {
  const known = new Map<JsonSchemaStyle, ReturnType<Origin["write"]>>()
  const write = (style: JsonSchemaStyle) => {
    const written = known.get(style) ?? origin.write(style)
    known.set(style, written)
    return written
  }
  origins.set(schema, { ...origin, write })
  return schema
}

/** Whether a Schema says what the object means. */
export const isFromSchema = (schema: JsonObject): boolean => origins.has(schema)

/** In this style; what was written by hand, as it is. */
export const written = (schema: JsonObject, style: JsonSchemaStyle): Either.Either<JsonObject, Unwritable> =>
  origins.get(schema)?.write(style) ?? Either.right(schema)

/** The request as the endpoint wants it. */
export const params = (given: CompletionParams, endpoint: Endpoint): Either.Either<CompletionParams, Refusal> => {
  const { responseFormat, tools = [] } = given
  const schemas = [
    ...tools.map(({ parameters }) => parameters),
    ...(responseFormat?.type === "json_schema" ? [responseFormat.schema] : [])
  ]
  for (const schema of schemas) {
    const origin = schema === undefined ? undefined : origins.get(schema)
    if (origin !== undefined) return origin.params(given, endpoint)
  }
  return Either.right(given)
}
