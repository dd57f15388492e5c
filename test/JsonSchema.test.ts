/**
 * What is said of a Schema to each kind of server, held to the Schema by `ajv`.
 */
import { assert, describe, it } from "@effect/vitest"
import { Ajv2020 } from "ajv/dist/2020.js"
import * as Arbitrary from "effect/Arbitrary"
import * as Either from "effect/Either"
import * as Equal from "effect/Equal"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import { isObject, type Json, type JsonObject } from "../src/internal/json.ts"
import * as Codec from "../src/internal/schemaCodec.ts"
import * as JsonSchema from "../src/JsonSchema.ts"
import * as Style from "../src/JsonSchemaStyle.ts"
import * as Schemas from "./kit/schemas.ts"

/** Patterns are the Schema's own, formats and unknown keywords annotations. */
const validator = (schema: JsonObject) =>
  new Ajv2020({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema)

const styles = {
  openAi: Style.openAiStrict,
  anthropic: Style.anthropicStrict,
  gemini: Style.gemini,
  inline: { ...Style.plain, refs: "inline" },
  closed: { ...Style.plain, additionalProperties: "forbidden", $schema: true }
} as const satisfies { readonly [name: string]: Style.JsonSchemaStyle }

const jsonOf = (value: unknown): Json => JSON.parse(JSON.stringify(value))

/** A value where a Schema's JSON is, with one place of it changed. */
const changed = (value: Json): FastCheck.Arbitrary<Json> => {
  const other = FastCheck.constantFrom<Json>(null, "", "a", 0, 1.5, true, [], {}, ["a"], { a: 1 })
  if (Array.isArray(value)) {
    const at = value.map((each: Json, index) =>
      changed(each).map((next): Json => [...value.slice(0, index), next, ...value.slice(index + 1)])
    )
    return FastCheck.oneof(
      other,
      other.map((next): Json => [...value, next]),
      FastCheck.constant(value.slice(1)),
      ...at
    )
  }
  if (!isObject(value)) return other
  const at = Object.entries(value).flatMap(([key, each]) => [
    changed(each).map((next): Json => ({ ...value, [key]: next })),
    FastCheck.constant<Json>(Object.fromEntries(Object.entries(value).filter(([other]) => other !== key)))
  ])
  return FastCheck.oneof(other, other.map((next): Json => ({ ...value, other: next })), ...at)
}

/** What of a Schema is JSON again when it is encoded: `NaN`, and a lone surrogate that a pattern lets through, are not. */
const encodedOf = (schema: Schema.Schema.AnyNoContext) => {
  const encode = Schema.encodeUnknownEither(schema)
  return Arbitrary.make(schema).map((value: unknown) => ({ value, encoded: encode(value) })).filter(({ encoded }) =>
    Either.isRight(encoded)
  ).map(({ encoded, value }) => ({ value, json: jsonOf(Either.getOrThrow(encoded)) }))
    // Nothing, where anything may be, is no JSON; and a key that would be a prototype is none.
    .filter(({ json }) => isObject(json) && "it" in json && !JSON.stringify(json).includes("__proto__"))
}

const written = (schema: Schema.Schema.AnyNoContext, style?: Style.JsonSchemaStyle): JsonObject =>
  Either.getOrThrowWith(JsonSchema.fromSchema(schema, style), ({ path, why }) => new Error(`${path}: ${why}`))

const inObject = (schema: Schema.Schema.AnyNoContext) => Schema.Struct({ it: schema })

const runs = { numRuns: 40 }

describe("JSON Schema accepts exactly what a Schema encodes", () => {
  for (const { name, schema } of Schemas.samples) {
    it(name, () => {
      const whole = inObject(schema)
      const accepts = validator(written(whole))
      const encodes = Schema.is(Schema.encodedBoundSchema(whole), { onExcessProperty: "error" })
      const cases = encodedOf(whole).chain(({ json }) => changed(json).map((other) => ({ json, other })))
      FastCheck.assert(
        FastCheck.property(cases, ({ json, other }) => {
          assert.isTrue(accepts(json), JSON.stringify([json, accepts.errors]))
          assert.strictEqual(accepts(other), encodes(other), JSON.stringify([other, accepts.schema]))
        }),
        runs
      )
    })
  }
})

const members = new WeakMap<JsonObject, ReturnType<typeof validator>>()

/** One of several alternatives, compiled once. */
const accepting = (member: JsonObject, definitions: Json): ReturnType<typeof validator> => {
  const known = members.get(member) ?? validator({ ...member, $defs: definitions })
  members.set(member, known)
  return known
}

/** As a server writes it that is told that every key is required: null where a key is absent. */
const withNulls = (schema: JsonObject, root: JsonObject, value: Json): Json => {
  const ref = schema["$ref"]
  const definitions = root["$defs"]
  if (typeof ref === "string" && isObject(definitions)) {
    const meant = definitions[ref.slice("#/$defs/".length)]
    return isObject(meant) ? withNulls(meant, root, value) : value
  }
  const { anyOf, items, properties } = schema
  if (Array.isArray(anyOf)) {
    const readings = anyOf.filter(isObject).map((member: JsonObject) =>
      [member, withNulls(member, root, value)] as const
    )
    return readings.find(([member, reading]) => accepting(member, definitions ?? {})(reading))?.[1] ?? value
  }
  if (Array.isArray(value)) return isObject(items) ? value.map((each: Json) => withNulls(items, root, each)) : value
  if (!isObject(value) || !isObject(properties)) return value
  return Object.fromEntries(
    Object.entries(properties).map(([key, property]) => {
      const each = value[key]
      return [key, each === undefined ? null : isObject(property) ? withNulls(property, root, each) : each]
    })
  )
}

for (const [server, style] of Object.entries(styles)) {
  describe(`as ${server} wants it`, () => {
    for (const { ambiguous, name, schema, unsayable } of Schemas.samples) {
      const whole = inObject(schema)
      const why = server === "inline" ? unsayable?.gemini : unsayable?.[server as keyof typeof unsayable]
      if (why !== undefined) {
        it(`${name} cannot be said, and where`, () => {
          const result = JsonSchema.fromSchema(whole, style)
          if (Either.isRight(result)) return assert.fail(JSON.stringify(result.right))
          assert.include(result.left.why, why)
          assert.match(result.left.path, /^(it|Tree|Person|my_Company_v1)/)
        })
        continue
      }

      it(`${name} is accepted as it is encoded, and decodes`, () => {
        const json = written(whole, style)
        const accepts = validator(json)
        const codec = Either.getOrThrow(Codec.make(whole))
        FastCheck.assert(
          FastCheck.property(encodedOf(whole), (sample) => {
            const sent = style.optional === "nullable" ? withNulls(json, json, sample.json) : sample.json
            assert.isTrue(accepts(sent), JSON.stringify([sent, json, accepts.errors]))
            const read = Either.map(codec.decode(sent), (value) => Schema.encodeUnknownSync(whole)(value))
            const back = jsonOf(Either.getOrThrow(read))
            if (ambiguous !== true || style.optional === "absent") assert.deepStrictEqual(back, sample.json)
          }),
          runs
        )
      })
    }
  })
}

/** Every schema in a schema. */
const all = (json: Json | undefined): ReadonlyArray<JsonObject> => {
  if (Array.isArray(json)) return json.flatMap(all)
  if (!isObject(json)) return []
  const { properties, $defs, enum: _, ...rest } = json
  const named = [properties, $defs].flatMap((each) => isObject(each) ? Object.values(each).flatMap(all) : [])
  return [json, ...named, ...Object.values(rest).flatMap(all)]
}

describe("what each of them takes", () => {
  const sayable = (server: "openAi" | "anthropic" | "gemini") =>
    Schemas.samples.filter(({ unsayable }) => unsayable?.[server] === undefined).map(({ name, schema }) => ({
      name,
      parts: all(written(inObject(schema), styles[server]))
    }))

  for (const server of ["openAi", "anthropic"] as const) {
    it(`${server}: every object names its keys, and no other keyword is there`, () => {
      const shape = [
        "type",
        "enum",
        "anyOf",
        "properties",
        "required",
        "items",
        "additionalProperties",
        "$ref",
        "$defs"
      ]
      const known = new Set([
        ...shape,
        "description",
        ...(styles[server].keywords === "all" ? [] : styles[server].keywords.keys())
      ])
      for (const { name, parts } of sayable(server)) {
        for (const part of parts) {
          assert.deepStrictEqual(Object.keys(part).filter((key) => !known.has(key)), [], name)
          if (part["type"] !== "object") continue
          assert.strictEqual(part["additionalProperties"], false, name)
          if (server === "openAi") assert.deepStrictEqual(part["required"], Object.keys(part["properties"] ?? {}), name)
        }
      }
    })
  }

  it("gemini: no reference is left", () => {
    for (const { name, parts } of sayable("gemini")) {
      for (const part of parts) assert.notProperty(part, "$ref", name)
    }
  })

  it("what is no keyword there is in the description", () => {
    const schema = Schema.Struct({ a: Schema.String.pipe(Schema.minLength(2)).annotations({ description: "A text" }) })
    const json = written(schema, Style.openAiStrict)
    assert.deepStrictEqual(json["properties"], { a: { type: "string", description: "A text; minLength: 2" } })
  })

  it("a name that a URI could not hold is a name that it can", () => {
    assert.property(written(Schema.Struct({ a: Schemas.Company }))["$defs"] ?? {}, "my_Company_v1")
  })

  it("the root is never a reference", () => {
    for (const style of [Style.plain, Style.openAiStrict]) {
      assert.strictEqual(written(Schemas.Tree, style)["type"], "object")
    }
  })
})

describe("what has no JSON Schema", () => {
  const cases: ReadonlyArray<readonly [string, Schema.Schema.AnyNoContext, path: string]> = [
    ["a bigint", Schema.Struct({ a: Schema.Struct({ b: Schema.BigIntFromSelf }) }), "a.b"],
    ["a symbol", Schema.Struct({ a: Schema.Tuple(Schema.SymbolFromSelf) }), "a.0"],
    ["a declaration", Schema.Struct({ a: Schema.DateFromSelf }), "a"],
    [
      "a suspended Schema without a name",
      Schema.Struct({ a: Schema.suspend(() => Schema.String.pipe(Schema.maxLength(1))) }),
      "a"
    ]
  ]
  for (const [name, schema, path] of cases) {
    it(`${name} is told with its path`, () => {
      const result = JsonSchema.fromSchema(schema)
      if (Either.isRight(result)) return assert.fail(JSON.stringify(result.right))
      assert.strictEqual(result.left.path, path)
      assert.match(result.left.why, /JSON Schema/)
    })
  }
})

describe("a value that is no object", () => {
  const roots: ReadonlyArray<readonly [string, Schema.Schema.AnyNoContext, unknown]> = [
    ["a list", Schema.Array(Schema.NumberFromString), [1, 2]],
    ["a text", Schema.String, "a"],
    ["a union of objects", Schema.Union(Schema.Struct({ a: Schema.String }), Schema.Struct({ b: Schema.String })), {
      b: "x"
    }]
  ]
  for (const [name, schema, value] of roots) {
    it(`${name} is the value of one`, () => {
      const codec = Either.getOrThrow(Codec.make(schema))
      assert.isTrue(codec.wrapped)
      assert.strictEqual(codec.json["type"], "object")
      const decoded = codec.decode({ value: Schema.encodeUnknownSync(schema)(value) })
      assert.isTrue(Equal.equals(Either.isRight(decoded), true))
      assert.deepStrictEqual(Either.getOrThrow(decoded), value)
    })
  }
})
