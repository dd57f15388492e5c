/**
 * A Schema as something that is said to a model and read from it: always a JSON object, since that is what tools take
 * and what APIs demand of an answer. What is none is the `value` of one.
 */
import * as Either from "effect/Either"
import type * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import { plain } from "../JsonSchemaStyle.ts"
import { isObject, type JsonObject } from "./json.ts"
import { describe, type Described } from "./jsonSchemaDescribe.ts"
import { remember, type Unwritable } from "./jsonSchemaOrigin.ts"
import * as JsonSchemaParams from "./jsonSchemaParams.ts"
import { write } from "./jsonSchemaWrite.ts"

export interface Codec<A> {
  /** As the Schema means it; dialects write it anew in the style of their server. */
  readonly json: JsonObject
  /** Whether the value is in an object of ours, at `value`. */
  readonly wrapped: boolean
  /** What the model wrote, parsed from JSON. A null where a key may be absent, and may not be null, is read as absent. */
  readonly decode: (json: unknown) => Either.Either<A, ParseResult.ParseError>
}

const mayBeAbsent = ({ isOptional, type }: AST.PropertySignature): boolean =>
  isOptional || Schema.is(Schema.make(type))(undefined)

/** Without keys that a Schema's own copy would take for a prototype: effect assigns what it reads of a record. */
const withoutPrototypes = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutPrototypes)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => key === "__proto__" ? [] : [[key, withoutPrototypes(each)] as const])
  )
}

/** Without the nulls that can only mean an absent key. `ast` is an encoded side. */
const withoutNulls = (ast: AST.AST, value: unknown): unknown => {
  switch (ast._tag) {
    case "Suspend":
      return withoutNulls(ast.f(), value)
    case "Refinement":
    case "Transformation":
      return withoutNulls(ast.from, value)
    case "TypeLiteral":
      return isObject(value) ? ofObject(ast, value) : value
    case "TupleType":
      return Array.isArray(value)
        ? value.map((each: unknown, index) => ofElement((ast.elements[index] ?? ast.rest[0])?.type, each))
        : value
    case "Union": {
      const readings = ast.types.map((member) => [member, withoutNulls(member, value)] as const)
      return readings.find(([member, reading]) => Schema.is(Schema.make(member))(reading))?.[1] ?? value
    }
    default:
      return value
  }
}

const ofElement = (ast: AST.AST | undefined, value: unknown): unknown =>
  ast === undefined ? value : withoutNulls(ast, value)

const ofObject = (ast: AST.TypeLiteral, object: JsonObject): unknown =>
  Object.fromEntries(
    Object.entries(object).flatMap(([key, value]): ReadonlyArray<readonly [string, unknown]> => {
      const signature = ast.propertySignatures.find(({ name }) => name === key)
      const type = signature?.type ?? ast.indexSignatures[0]?.type
      if (type === undefined) return [[key, value]]
      const isNull = value === null && signature !== undefined && mayBeAbsent(signature)
      if (isNull && !Schema.is(Schema.make(type))(null)) return []
      return [[key, withoutNulls(type, value)]]
    })
  )

const decoder = <A, I>(schema: Schema.Schema<A, I>): Codec<A>["decode"] => {
  const encoded = AST.encodedBoundAST(schema.ast)
  const decode = Schema.decodeUnknownEither(schema)
  return (given) => {
    const json = withoutPrototypes(given)
    return Either.match(decode(json), {
      onRight: (value) => Either.right(value),
      onLeft: () => decode(withoutNulls(encoded, json))
    })
  }
}

const isObjectAtRoot = ({ definitions, root }: Described): boolean => {
  const name = typeof root["$ref"] === "string" ? root["$ref"].slice("#/$defs/".length) : undefined
  return (name === undefined ? root : definitions.get(name))?.["type"] === "object"
}

const jsonOf = (described: Described): Either.Either<JsonObject, Unwritable> =>
  Either.map(
    write(described, plain),
    (json) => remember(json, { write: (style) => write(described, style), params: JsonSchemaParams.params })
  )

/** What has no JSON Schema is told with its path. */
export const make = <A, I>(schema: Schema.Schema<A, I>): Either.Either<Codec<A>, Unwritable> =>
  Either.flatMap(describe(schema), (described): Either.Either<Codec<A>, Unwritable> => {
    if (isObjectAtRoot(described)) {
      return Either.map(jsonOf(described), (json) => ({ json, wrapped: false, decode: decoder(schema) }))
    }
    const wrapper = Schema.Struct({ value: schema })
    const decode = decoder(wrapper)
    return Either.map(Either.flatMap(describe(wrapper), jsonOf), (json) => ({
      json,
      wrapped: true,
      decode: (wrapped: unknown) => Either.map(decode(wrapped), ({ value }) => value)
    }))
  })
