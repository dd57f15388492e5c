/**
 * Objects of the request that keep what they do not know: unknown keys of the wire are `extra.openai` in memory.
 *
 * The wire carries the entries of other providers under a key of ours, `extra`, and of `openai`'s entry there only what
 * would collide with a field that is known.
 */
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import * as Field from "./chunkField.ts"
import * as JsonField from "./chunkJson.ts"
import { isObject, type Json, type JsonObject } from "./json.ts"
import { merge } from "./merge.ts"

export const Extra = JsonField.dictionary(
  JsonField.isJsonObject,
  JsonField.jsonObject,
  (fc) => fc.oneof(fc.constantFrom("openai", "anthropic", "gemini"), fc.string())
)

/** The field of every open object. */
export const extra = { extra: Field.optional(Extra) }

/** The keys that are known of an object, with those of the objects in it. */
type Known = ReadonlyMap<string, Known | undefined>

/** What a field holds when it holds something. */
const somethings = (ast: AST.AST): ReadonlyArray<AST.AST> => {
  if (AST.isUnion(ast)) return ast.types.flatMap(somethings)
  return AST.isUndefinedKeyword(ast) || (AST.isLiteral(ast) && ast.literal === null) ? [] : [ast]
}

const knownOf = (ast: AST.AST): Known | undefined => {
  const [only, ...others] = somethings(ast)
  if (only === undefined || others.length > 0 || !AST.isTypeLiteral(only)) return undefined
  return new Map(only.propertySignatures.map((field) => [String(field.name), knownOf(field.type)]))
}

/** An object in two: what is known of it, and the rest, with the same nesting. */
const split = (known: Known, object: JsonObject): readonly [inside: JsonObject, outside: JsonObject] => {
  const inside = new Map<string, Json>()
  const outside = new Map<string, Json>()
  for (const [key, value] of Object.entries(object)) {
    const deeper = known.get(key)
    if (value === undefined) continue
    if (!known.has(key)) outside.set(key, value)
    else if (deeper === undefined || !isObject(value)) inside.set(key, value)
    else {
      const [within, without] = split(deeper, value)
      if (!isEmpty(without)) outside.set(key, without)
      if (!isEmpty(within) || isEmpty(without)) inside.set(key, within)
    }
  }
  return [Object.fromEntries(inside), Object.fromEntries(outside)]
}

const isEmpty = (object: JsonObject): boolean => Object.keys(object).length === 0

const toMemory = (known: Known, wire: JsonObject): JsonObject => {
  const [{ extra, ...inside }, outside] = split(known, wire)
  // `extra` is the one key that every known object has; the Schema has looked at it.
  const given = extra as { readonly [providerId: string]: JsonObject } | null | undefined
  if (isEmpty(outside)) return { ...inside, ...(given === null || given === undefined ? {} : { extra: given }) }
  return { ...inside, extra: { ...given, openai: merge(given?.["openai"] ?? {}, outside) } }
}

const toWire = (known: Known, memory: JsonObject): JsonObject => {
  const { extra, ...fields } = memory
  const given = extra as { readonly [providerId: string]: JsonObject } | undefined
  const openai = given?.["openai"]
  if (openai === undefined) return memory
  const { openai: _, ...others } = given ?? {}
  const [inside, outside] = split(known, openai)
  const kept = isEmpty(inside) && !isEmpty(outside) ? others : { ...others, openai: inside }
  return merge({ ...fields, ...(isEmpty(kept) ? {} : { extra: kept }) }, outside)
}

/** An object of the wire that may have more fields than those of the Schema, which has `extra`. */
export const open = <A, I extends { readonly extra?: typeof Extra.Type | null | undefined }>(
  identifier: string,
  schema: Schema.Schema<A, I>
): Schema.Schema<A, I> => {
  const known = knownOf(AST.encodedAST(schema.ast)) ?? new Map()
  // What is on the wire is JSON, and leaves out or adds only what `I` does not name: TypeScript cannot know that of
  // a generic `I`.
  const asJson = (wire: I): JsonObject => wire as object as JsonObject
  const asWire = (json: JsonObject): I => json as object as I
  return Schema.transform(Field.wireOf(schema, `${identifier} (wire)`), schema, {
    strict: true,
    decode: (wire) => asWire(toMemory(known, asJson(wire))),
    encode: (wire) => asWire(toWire(known, asJson(wire)))
  }).annotations({ identifier })
}
