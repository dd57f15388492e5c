/**
 * A Schema's encoded side as JSON Schema 2020-12, by effect's own generator, without what only effect understands.
 */
import * as Either from "effect/Either"
import * as JSONSchema from "effect/JSONSchema"
import type * as Schema from "effect/Schema"
import { isObject, type Json, type JsonObject } from "./json.ts"
import type { Unwritable } from "./jsonSchemaOrigin.ts"

/** A root, and what its `$ref`s stand for by name. */
export interface Described {
  readonly root: JsonObject
  readonly definitions: ReadonlyMap<string, JsonObject>
}

const prefix = "#/$defs/"

/** The name that a `$ref` stands for. */
export const referred = (schema: JsonObject): string | undefined => {
  const ref = schema["$ref"]
  return typeof ref === "string" && ref.startsWith(prefix) ? ref.slice(prefix.length) : undefined
}

export const referTo = (name: string): JsonObject => ({ $ref: `${prefix}${name}` })

/** The generator's own marks: read as identities they would mean something else. */
const anything = new Set(["/schemas/any", "/schemas/unknown", "/schemas/void"])

const emptyObject: JsonObject = { type: "object", properties: {}, additionalProperties: false }

/** Names that need no escape in a `$ref`, and mean nothing in a URI. */
const nameOf = (identifier: string): string =>
  identifier.replaceAll("~1", "/").replaceAll("~0", "~").replace(/[^\w.-]/g, "_")

const cleanRef = (ref: Json | undefined): JsonObject =>
  typeof ref === "string" && ref.startsWith(prefix) ? referTo(nameOf(ref.slice(prefix.length))) : {}

const clean = (json: Json): Json => {
  if (Array.isArray(json)) return json.map(clean)
  return isObject(json) ? cleanObject(json) : json
}

/** What the generator calls things that have no name is of no use to a model. */
const described = ({ description }: JsonObject): JsonObject => description === undefined ? {} : { description }

const cleanObject = (schema: JsonObject): JsonObject => {
  const id = schema["$id"]
  if (typeof id === "string" && anything.has(id)) return described(schema)
  if (id === "/schemas/%7B%7D") return { ...emptyObject, ...described(schema) }
  if (id === "/schemas/object") return { anyOf: [{ type: "object" }, { type: "array" }] }
  if (id === "/schemas/never") return { not: {} }
  return Object.fromEntries(
    Object.entries(schema).flatMap(([key, value]): ReadonlyArray<readonly [string, Json]> => {
      if (key === "$comment") return []
      if (key === "$ref") return Object.entries(cleanRef(value))
      // Keys of these are the user's, and their values are schemas.
      if (key === "properties" || key === "patternProperties") return [[key, cleanEach(value)]]
      // Values, not schemas.
      return [[
        key,
        key === "enum" || key === "default" || key === "examples" || key === "const" ? value : clean(value)
      ]]
    })
  )
}

const cleanEach = (schemas: Json): Json =>
  isObject(schemas) ? Object.fromEntries(Object.entries(schemas).map(([key, schema]) => [key, clean(schema)])) : schemas

const cleanRoot = (schema: Json): JsonObject => {
  const cleaned = clean(schema)
  return isObject(cleaned) ? cleaned : {}
}

/** The generator throws a text of several lines, of which one has the path. */
const faultOf = (error: unknown): Unwritable => {
  const lines = (error instanceof Error ? error.message : String(error)).split("\n")
  const path = lines.find((line) => line.startsWith("at path: "))?.slice("at path: ".length) ?? ""
  const why = lines.filter((line) => !line.startsWith("at path: ")).join(", ")
  return { path: path.replace(/^\[|\]$/g, "").replaceAll("\"", "").replaceAll("][", "."), why }
}

/** What has no JSON Schema (a bigint, a symbol, a class of somebody else's) is told with its path. */
export const describe = <A, I, R>(schema: Schema.Schema<A, I, R>): Either.Either<Described, Unwritable> =>
  Either.try({
    try: () => {
      const definitions: Record<string, JSONSchema.JsonSchema7> = {}
      const root = JSONSchema.fromAST(schema.ast, { definitions, target: "jsonSchema2020-12" })
      // What JSON Schema is made of is JSON; its type is not written so.
      const asJson = (made: JSONSchema.JsonSchema7): JsonObject => cleanRoot(made as object as JsonObject)
      return {
        root: asJson(root),
        definitions: new Map(Object.entries(definitions).map(([name, made]) => [nameOf(name), asJson(made)]))
      }
    },
    catch: faultOf
  })
