/**
 * A described Schema in the style of a server. Pure; what cannot be said is told with its path.
 */
import * as Either from "effect/Either"
import type { JsonSchemaStyle } from "../JsonSchemaStyle.ts"
import { isObject, type Json, type JsonObject } from "./json.ts"
import { type Described, referred, referTo } from "./jsonSchemaDescribe.ts"
import type { Unwritable } from "./jsonSchemaOrigin.ts"

/** Keywords that make the shape, and are dealt with one by one. */
const structural = new Set([
  "type",
  "enum",
  "anyOf",
  "allOf",
  "oneOf",
  "not",
  "properties",
  "required",
  "items",
  "prefixItems",
  "additionalProperties",
  "patternProperties",
  "propertyNames",
  "$ref",
  "description"
])

/** What says nothing that a model would need to be told. */
const silent = new Set(["title", "contentMediaType", "contentSchema"])

const schemasOf = (json: Json | undefined): ReadonlyArray<JsonObject> =>
  Array.isArray(json) ? json.filter(isObject) : []

const stringsOf = (json: Json | undefined): ReadonlyArray<string> =>
  Array.isArray(json) ? json.filter((each) => typeof each === "string") : []

const annotations = new Set(["title", "description", "default", "examples"])

/** What both say: a keyword that is in both, and no annotation, holds twice. */
const both = (one: JsonObject, other: JsonObject): JsonObject => {
  const twice = Object.entries(one).filter(([key]) => key in other && !annotations.has(key) && key !== "allOf")
  const parts = [
    ...schemasOf(one["allOf"]),
    ...schemasOf(other["allOf"]),
    ...twice.map(([key, value]) => ({ [key]: value }))
  ]
  return { ...one, ...other, ...(parts.length === 0 ? undefined : { allOf: parts }) }
}

/** Where a schema stands in the value. */
type Place = string

const at = (place: Place, step: string): Place =>
  place === "" || step.startsWith("[") ? `${place}${step}` : `${place}.${step}`

/** The names that a schema refers to, as often as it does. */
const references = (json: Json): ReadonlyArray<string> => {
  if (Array.isArray(json)) return json.flatMap(references)
  if (!isObject(json)) return []
  const name = referred(json)
  return [...(name === undefined ? [] : [name]), ...Object.values(json).flatMap(references)]
}

/** Whether a name leads back to itself. */
const isRecursive = (name: string, { definitions }: Described): boolean => {
  const seen = new Set<string>()
  const waiting = [name]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const found of references(definitions.get(next) ?? {})) {
      if (found === name) return true
      if (!seen.has(found)) {
        seen.add(found)
        waiting.push(found)
      }
    }
  }
  return false
}

/** A name is worth a definition where what it stands for is large, and said twice. */
const isLarge = (schema: JsonObject | undefined): boolean =>
  schema?.["properties"] !== undefined || schema?.["items"] !== undefined || schema?.["anyOf"] !== undefined

const keptNames = (described: Described, style: JsonSchemaStyle): ReadonlySet<string> => {
  const { definitions, root } = described
  const uses = [...references(root), ...[...definitions.values()].flatMap(references)]
  const isTwice = (name: string) => uses.indexOf(name) !== uses.lastIndexOf(name)
  return new Set(
    style.refs === "inline" ?
      [] :
      [...definitions.keys()].filter((name) =>
        isRecursive(name, described) || (isTwice(name) && isLarge(definitions.get(name)))
      )
  )
}

class Writer {
  readonly faults: Array<Unwritable> = []
  /** The definitions that are referred to in what was written, in the order in which they were. */
  readonly used = new Set<string>()
  private readonly described: Described
  private readonly style: JsonSchemaStyle
  private readonly kept: ReadonlySet<string>
  private readonly recursive: ReadonlySet<string>

  constructor(described: Described, style: JsonSchemaStyle) {
    this.described = described
    this.style = style
    this.kept = keptNames(described, style)
    this.recursive = new Set([...described.definitions.keys()].filter((name) => isRecursive(name, described)))
  }

  /** The root is never a reference: servers want to see its type. */
  root(): JsonObject {
    const written = this.schema(this.unfolded(this.described.root), "")
    const definitions = new Map<string, JsonObject>()
    // A set that grows while it is gone through: a definition may need others.
    for (const each of this.used) {
      definitions.set(each, this.schema(this.described.definitions.get(each) ?? {}, each))
    }
    return {
      ...(this.style.$schema ? { $schema: "https://json-schema.org/draft/2020-12/schema" } : undefined),
      ...written,
      ...(definitions.size === 0 ? undefined : { $defs: Object.fromEntries(definitions) })
    }
  }

  private get isClosed(): boolean {
    return this.style.additionalProperties === "required"
  }

  private fault(path: Place, why: string): void {
    this.faults.push({ path, why })
  }

  private unfolded(schema: JsonObject): JsonObject {
    const name = referred(schema)
    if (name === undefined) return schema
    const { $ref: _, ...beside } = schema
    return both(this.described.definitions.get(name) ?? {}, beside)
  }

  private schema(schema: JsonObject, place: Place): JsonObject {
    const { $ref: _, ...beside } = schema
    const name = referred(schema)
    if (name !== undefined) return this.reference(name, beside, place)
    // A reference that is annotated.
    const [first, ...others] = schemasOf(schema["allOf"])
    const annotated = first === undefined || others.length > 0 ? undefined : referred(first)
    if (annotated !== undefined) {
      const { allOf: _, ...annotations } = schema
      return this.reference(annotated, annotations, place)
    }
    return { ...this.shape(schema, place), ...this.constraints(schema, place) }
  }

  /** What stands beside a reference holds as well: an annotation, or another bound. */
  private reference(name: string, beside: JsonObject, place: Place): JsonObject {
    const isRecursive = this.recursive.has(name)
    if (isRecursive && (this.style.refs === "inline" || !this.style.recursion)) {
      this.fault(place, `\`${name}\` contains itself, which the API does not take`)
      return {}
    }
    const isAlone = Object.keys(beside).length === 0 || this.style.keywords === "all"
    if (!this.kept.has(name) || (!isAlone && !isRecursive)) {
      return this.schema(both(this.described.definitions.get(name) ?? {}, beside), place)
    }
    this.used.add(name)
    // Where keywords are counted, a reference has none beside it.
    return this.style.keywords === "all" ? { ...beside, ...referTo(name) } : referTo(name)
  }

  private shape(schema: JsonObject, place: Place): JsonObject {
    const { anyOf, enum: values, not, oneOf, type } = schema
    const alternatives = [...schemasOf(anyOf), ...schemasOf(oneOf)]
    if (alternatives.length > 0) {
      const key = oneOf === undefined || this.style.keywords !== "all" ? "anyOf" : "oneOf"
      return { [key]: alternatives.map((each) => this.schema(each, place)) }
    }
    if (not !== undefined) return this.negation(not, place)
    if (type === "object") return this.object(schema, place)
    if (type === "array") return this.array(schema, place)
    const isAnything = type === undefined && values === undefined && schema["const"] === undefined
    if (isAnything && this.isClosed) this.fault(place, "a value of any shape, which the API does not take here")
    return { ...(type === undefined ? undefined : { type }), ...(values === undefined ? undefined : { enum: values }) }
  }

  private negation(not: Json, place: Place): JsonObject {
    if (this.style.keywords !== "all") {
      this.fault(place, "a value that must not be something, which the API does not take")
    }
    return { not }
  }

  private object(schema: JsonObject, place: Place): JsonObject {
    const properties = isObject(schema["properties"]) ? schema["properties"] : {}
    const required = stringsOf(schema["required"])
    const isNullable = this.style.optional === "nullable"
    const written = Object.entries(properties).map(([key, property]): readonly [string, Json] => {
      const value = this.schema(isObject(property) ? property : {}, at(place, key))
      return [key, isNullable && !required.includes(key) ? this.nullable(value) : value]
    })
    const demanded = isNullable ? Object.keys(properties) : required
    return {
      type: "object",
      properties: Object.fromEntries(written),
      ...(demanded.length === 0 && !this.isClosed ? undefined : { required: demanded }),
      ...this.others(schema, place)
    }
  }

  /** Whether an object has other keys, and which. */
  private others(schema: JsonObject, place: Place): JsonObject {
    const { additionalProperties, patternProperties, propertyNames } = schema
    const isOpen = isObject(additionalProperties) || additionalProperties === true || patternProperties !== undefined
    switch (this.style.additionalProperties) {
      case "forbidden":
        return {}
      case "required": {
        if (isOpen) this.fault(place, "a record, whose keys are not known, which the API does not take here")
        return { additionalProperties: false }
      }
      case "any": {
        const patterns = isObject(patternProperties) ? Object.entries(patternProperties) : []
        const inside = at(place, "[]")
        return {
          ...(additionalProperties === undefined ? undefined : {
            additionalProperties: isObject(additionalProperties)
              ? this.schema(additionalProperties, inside)
              : additionalProperties
          }),
          ...this.keysOf(patterns, propertyNames, inside)
        }
      }
    }
  }

  /** Records whose keys have a form: where the keywords are not known, the values still have theirs. */
  private keysOf(
    patterns: ReadonlyArray<readonly [string, Json]>,
    propertyNames: Json | undefined,
    place: Place
  ): JsonObject {
    const written = patterns.flatMap(([pattern, value]) =>
      isObject(value) ? [[pattern, this.schema(value, place)] as const] : []
    )
    if (this.style.keywords === "all") {
      return {
        ...(written.length === 0 ? undefined : { patternProperties: Object.fromEntries(written) }),
        ...(isObject(propertyNames) ? { propertyNames: this.schema(propertyNames, place) } : undefined)
      }
    }
    const [only] = written
    return only === undefined ? {} : { additionalProperties: only[1] }
  }

  private array(schema: JsonObject, place: Place): JsonObject {
    const elements = schemasOf(schema["prefixItems"])
    const rest = schema["items"]
    const inside = at(place, "[]")
    const prefix = elements.map((element, index) => this.schema(element, at(place, `[${index}]`)))
    const others = isObject(rest) ? this.schema(rest, inside) : undefined
    if (this.style.tuples === "prefixItems") {
      return {
        type: "array",
        ...(prefix.length === 0 ? undefined : { prefixItems: prefix }),
        ...(others === undefined ? rest === false ? { items: false } : undefined : { items: others })
      }
    }
    const any = [...prefix, ...(others === undefined ? [] : [others])]
    const distinct = [...new Map(any.map((each) => [JSON.stringify(each), each])).values()]
    const [first = {}] = distinct
    if (any.length === 0 && this.isClosed) this.fault(inside, "a value of any shape, which the API does not take here")
    return { type: "array", items: distinct.length > 1 ? { anyOf: distinct } : first }
  }

  /** Bounds, patterns and annotations: as keywords where they are known, and in words where they are not. */
  private constraints(schema: JsonObject, place: Place): JsonObject {
    const kept: Array<readonly [string, Json]> = []
    const told: Array<string> = []
    for (const [key, value] of this.constraintsOf(schema)) {
      if (this.takes(key, value)) kept.push([key, value])
      else if (!silent.has(key)) told.push(`${key}: ${JSON.stringify(value)}`)
    }
    const { allOf } = schema
    if (allOf !== undefined && this.style.keywords === "all") {
      kept.push(["allOf", schemasOf(allOf).map((each) => this.part(each, place))])
    } else {
      for (const part of schemasOf(allOf)) {
        told.push(...Object.entries(part).map(([k, v]) => `${k}: ${JSON.stringify(v)}`))
      }
    }
    const said = schema["description"]
    const description = [...(typeof said === "string" ? [said] : []), ...told].join("; ")
    return { ...Object.fromEntries(kept), ...(description === "" ? undefined : { description }) }
  }

  /** One of the conditions that hold together: it need not say the type again. */
  private part(schema: JsonObject, place: Place): JsonObject {
    return schema["type"] === undefined && schema["anyOf"] === undefined ? schema : this.schema(schema, place)
  }

  private constraintsOf(schema: JsonObject): ReadonlyArray<readonly [string, Json]> {
    const own = Object.entries(schema).filter(([key]) => !structural.has(key))
    // A tuple that is written as an array has as many elements as it had.
    const isTuple = this.style.tuples === "items" && schema["items"] === false
    return isTuple ? [...own, ["maxItems", schemasOf(schema["prefixItems"]).length]] : own
  }

  private takes(key: string, value: Json): boolean {
    if (this.style.keywords === "all") return true
    const values = this.style.keywords.get(key)
    return values !== undefined && (values === "any" || values.includes(value))
  }

  private nullable(written: JsonObject): JsonObject {
    return this.acceptsNull(written) ? written : { anyOf: [written, { type: "null" }] }
  }

  private acceptsNull(written: JsonObject): boolean {
    const meant = this.unfolded(written)
    const { anyOf, enum: values, type } = meant
    if (type === "null" || (Array.isArray(type) && type.includes("null"))) return true
    if (Array.isArray(values)) return values.includes(null)
    return anyOf === undefined ? type === undefined : schemasOf(anyOf).some((each) => this.acceptsNull(each))
  }
}

/** The Schema in this style, or the first thing that cannot be said in it. */
export const write = (described: Described, style: JsonSchemaStyle): Either.Either<JsonObject, Unwritable> => {
  const writer = new Writer(described, style)
  const written = writer.root()
  const [fault] = writer.faults
  return fault === undefined ? Either.right(written) : Either.left(fault)
}
