/**
 * A Schema as JSON Schema, as a server wants it: for those who want to see what is sent. `Tool` and `ResponseFormat` do
 * it by themselves.
 */
import * as Either from "effect/Either"
import type * as Schema from "effect/Schema"
import type { JsonSchema } from "./CompletionParams.ts"
import { describe } from "./internal/jsonSchemaDescribe.ts"
import type { Unwritable } from "./internal/jsonSchemaOrigin.ts"
import { write } from "./internal/jsonSchemaWrite.ts"
import { type JsonSchemaStyle, plain } from "./JsonSchemaStyle.ts"

export type { Unwritable }

/**
 * The encoded side of a Schema in a style, by default as the Schema means it. `Left` has the path of what cannot be said
 * in it: a record where all keys have to be known, a Schema that contains itself where none may, or what has no JSON
 * Schema at all (a bigint, a symbol, a declaration without a `jsonSchema` annotation).
 */
export const fromSchema = <A, I, R>(
  schema: Schema.Schema<A, I, R>,
  style: JsonSchemaStyle = plain
): Either.Either<JsonSchema, Unwritable> => Either.flatMap(describe(schema), (described) => write(described, style))
