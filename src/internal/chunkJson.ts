/**
 * Schemas of opaque JSON: kept by reference, never copied key by key, so that no key of it can touch a prototype.
 */
import type * as Arbitrary from "effect/Arbitrary"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type * as Data from "./json.ts"

/** Nothing that is meant as JSON is nested deeper; the bound also ends the walk through a cycle. */
const maxDepth = 1_000

const isJsonAt = (u: unknown, depth: number): u is Data.Json => {
  switch (typeof u) {
    case "string":
    case "number":
    case "boolean":
      return true
    case "object":
      if (u === null) return true
      if (depth === maxDepth) return false
      return Array.isArray(u)
        ? u.every((element) => isJsonAt(element, depth + 1))
        : Object.values(u).every((value) => isJsonAt(value, depth + 1))
    default:
      return false
  }
}

export const isJson = (u: unknown): u is Data.Json => isJsonAt(u, 0)

export const isJsonObject = (u: unknown): u is Data.JsonObject => Predicate.isRecord(u) && isJson(u)

/** JSON text has no `-0`. */
const withoutNegativeZero = <A>(json: A): A => JSON.parse(JSON.stringify(json))

const json: Arbitrary.LazyArbitrary<Data.Json> = (fc) => {
  const leaf = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string()
  )
  return fc.oneof(leaf, fc.array(leaf, { maxLength: 3 }), fc.dictionary(fc.string(), leaf, { maxKeys: 3 }))
}

/** Arbitrary JSON objects. */
export const jsonObject: Arbitrary.LazyArbitrary<Data.JsonObject> = (fc) =>
  fc.dictionary(fc.string(), json(fc), { maxKeys: 3 }).map(withoutNegativeZero)

/** Any JSON value. */
export const Json: Schema.Schema<Data.Json> = Schema.declare(isJson, {
  identifier: "Json",
  jsonSchema: { type: ["null", "boolean", "number", "string", "array", "object"] },
  arbitrary: () => (fc) => json(fc).map(withoutNegativeZero)
})

/** A JSON object. */
export const JsonObject: Schema.Schema<Data.JsonObject> = Schema.declare(isJsonObject, {
  identifier: "JsonObject",
  jsonSchema: { type: "object" },
  arbitrary: () => jsonObject
})

/** An object with any keys and one kind of value. */
export const dictionary = <A>(
  isValue: Predicate.Refinement<unknown, A>,
  value: Arbitrary.LazyArbitrary<A>,
  key: Arbitrary.LazyArbitrary<string> = (fc) => fc.string()
): Schema.Schema<{ readonly [key: string]: A }> =>
  Schema.declare(
    (u): u is { readonly [key: string]: A } => Predicate.isRecord(u) && Object.values(u).every(isValue),
    { jsonSchema: { type: "object" }, arbitrary: () => (fc) => fc.dictionary(key(fc), value(fc), { maxKeys: 3 }) }
  )
