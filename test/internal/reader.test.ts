import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import * as Reader from "../../src/internal/reader.ts"
import * as Anthropic from "../../src/providers/Anthropic.ts"
import * as OpenAi from "../../src/providers/OpenAi.ts"

const Inner = Schema.Struct({
  text: Schema.optional(Schema.String),
  count: Schema.optional(Schema.Number),
  flag: Schema.optional(Schema.Boolean)
})

const Tagged = Schema.Union(
  Schema.Struct({ type: Schema.Literal("a"), a: Schema.optional(Schema.String) }),
  Schema.Struct({ type: Schema.Literal("b"), b: Schema.optional(Inner) })
)

const Outer = Schema.Struct({
  name: Schema.optional(Schema.NullOr(Schema.String)),
  inner: Schema.optional(Inner),
  list: Schema.optional(Schema.Array(Inner)),
  lists: Schema.optional(Schema.Array(Schema.Array(Schema.Number))),
  either: Schema.optional(Schema.Union(Schema.String, Schema.Number, Schema.Array(Schema.String))),
  word: Schema.optional(Schema.Literal("x", "y")),
  any: Schema.optional(Schema.Unknown),
  tagged: Schema.optional(Schema.Array(Tagged))
})

const schemas: ReadonlyArray<readonly [string, Schema.Schema<never, never> | typeof Outer | typeof Tagged]> = [
  ["a struct of everything", Outer],
  ["a union told apart by a tag", Tagged],
  // Each has a type of its own; here only that it is a Schema counts.
  ["OpenAI's event", OpenAi.dialect.event as unknown as typeof Outer],
  ["OpenAI's answer", OpenAi.dialect.completion.body as unknown as typeof Outer],
  ["Anthropic's event", Anthropic.dialect.event as unknown as typeof Outer],
  ["Anthropic's answer", Anthropic.dialect.completion.body as unknown as typeof Outer]
]

const isPlain = (u: unknown): u is Readonly<Record<string, unknown>> => {
  if (typeof u !== "object" || u === null) return false
  const prototype: unknown = Object.getPrototypeOf(u)
  return prototype === null || prototype === Object.prototype
}

/** Without what is a server's way to leave something out. */
const bare = (u: unknown): unknown => {
  const isThere = (u: unknown) => u !== undefined && u !== null
  if (Array.isArray(u)) return u.filter(isThere).map(bare)
  if (!isPlain(u)) return u
  const out = new Map<string, unknown>()
  for (const [key, value] of Object.entries(u)) {
    if (isThere(value)) out.set(key, bare(value))
  }
  return out
}

const json = FastCheck.jsonValue({ maxDepth: 4 })

/** JSON in which the names of a Schema's fields are likely. */
const near = (names: ReadonlyArray<string>) => {
  const key = FastCheck.oneof(
    { weight: 5, arbitrary: FastCheck.constantFrom(...names) },
    { weight: 1, arbitrary: FastCheck.constantFrom("__proto__", "constructor", "toString", "length", "") }
  )
  return FastCheck.letrec((tie) => ({
    value: FastCheck.oneof(
      { maxDepth: 4, withCrossShrink: true },
      FastCheck.constantFrom<unknown>(null, true, 0, -1, 1e308, "", "a", ...names),
      FastCheck.array(tie("value"), { maxLength: 3 }),
      FastCheck.array(FastCheck.tuple(key, tie("value")), { maxLength: 5 }).map((entries) =>
        Object.fromEntries(entries)
      )
    )
  })).value
}

const names = [
  ...Object.keys(Outer.fields),
  "type",
  "text",
  "count",
  "flag",
  "choices",
  "delta",
  "message",
  "content",
  "tool_calls",
  "function",
  "usage",
  "content_block",
  "index",
  "citation",
  "stop_reason",
  "logprobs",
  "top_logprobs"
]

describe("a reader", () => {
  for (const [name, schema] of schemas) {
    // The reader needs no more of it than its AST.
    const wire = schema as unknown as Schema.Schema<unknown>
    const read = Reader.compile(wire)

    it(`${name}: agrees with the Schema on what the Schema makes`, () => {
      FastCheck.assert(FastCheck.property(Arbitrary.make(wire), (value) => {
        assert.deepStrictEqual(bare(read(value)), bare(Schema.decodeUnknownSync(wire)(value)))
      }))
    })

    it(`${name}: agrees with the Schema wherever the Schema accepts, and reads anything`, () => {
      let accepted = 0
      FastCheck.assert(
        FastCheck.property(FastCheck.oneof(near(names), json), (value) => {
          // It throws where it has to show a value that has no text.
          const decoded = Either.try(() => Schema.decodeUnknownSync(wire)(value))
          const told = read(value)
          if (Either.isRight(decoded)) {
            accepted++
            assert.deepStrictEqual(bare(told), bare(decoded.right))
          }
          assert.deepStrictEqual(read(value), told)
        }),
        { numRuns: 300 }
      )
      if (name === "a struct of everything") assert.isAbove(accepted, 20)
    })

    it(`${name}: takes what is not JSON`, () => {
      FastCheck.assert(FastCheck.property(FastCheck.anything(), (value) => {
        read(value)
      }))
    })
  }
})

const read = Reader.compile(Outer)

describe("what is odd", () => {
  const odd: ReadonlyArray<readonly [string, unknown, unknown]> = [
    ["a wrong type is absent, its neighbours are there", { name: 7, inner: { text: [], count: 1 } }, {
      inner: { count: 1 }
    }],
    ["null is absent", { name: null, inner: null, list: null, any: null }, {}],
    ["one bad element does not cost the others", { list: [{ text: "a" }, 7, null, "x", { text: "b" }] }, {
      list: [{ text: "a" }, { text: "b" }]
    }],
    ["an element with a bad field stays", { list: [{ text: 7, count: 1 }] }, { list: [{ count: 1 }] }],
    ["an array in an object's place is absent", { inner: [], list: {} }, {}],
    ["fields that nobody knows are left out", { inner: { text: "a", more: 1 }, more: 2 }, { inner: { text: "a" } }],
    ["a word that is not one of the known is absent", { word: "z" }, {}],
    ["the first member that fits", { either: ["a", 1, "b"] }, { either: ["a", "b"] }],
    ["what is unknown stays as it is", { any: { x: [null, 1] } }, { any: { x: [null, 1] } }],
    ["a tag that nobody knows", { tagged: [{ type: "c" }, { type: "a", a: "x" }, { a: "y" }] }, {
      tagged: [{ type: "a", a: "x" }]
    }],
    ["a tag's bad neighbour", { tagged: [{ type: "b", b: 1 }] }, { tagged: [{ type: "b" }] }]
  ]
  for (const [name, value, expected] of odd) {
    it(name, () => {
      assert.deepStrictEqual(read(value), expected)
    })
  }

  it("what is no object is nothing", () => {
    for (const value of [null, undefined, 1, "a", [], true]) assert.isUndefined(read(value))
  })

  it("no key of the wire reaches a prototype", () => {
    const value: unknown = JSON.parse(`{"__proto__":{"name":"forged"},"inner":{"__proto__":{"text":"forged"}}}`)
    const told = read(value)
    assert.deepStrictEqual(told, { inner: {} })
    assert.isUndefined(told?.name)
    assert.isUndefined(told?.inner?.text)
    assert.isUndefined(({} as { readonly name?: unknown }).name)
  })
})

describe("a construct that is not known fails when the module loads", () => {
  const constructs: ReadonlyArray<readonly [string, Schema.Schema.Any]> = [
    ["a field that has to be there", Schema.Struct({ a: Schema.String })],
    ["a record", Schema.Record({ key: Schema.String, value: Schema.String })],
    ["a tuple", Schema.Tuple(Schema.String, Schema.Number)],
    ["a refinement", Schema.Int],
    ["a template", Schema.TemplateLiteral("a", Schema.String)],
    ["a class", Schema.Date],
    ["a symbol", Schema.SymbolFromSelf],
    ["a bigint", Schema.BigIntFromSelf],
    ["a recursion", Schema.suspend(() => Schema.String)],
    ["a transformation", Schema.NumberFromString],
    ["a default", Schema.Struct({ a: Schema.optionalWith(Schema.String, { default: () => "" }) })],
    ["a renamed field", Schema.Struct({ a: Schema.optional(Schema.String).pipe(Schema.fromKey("b")) })],
    ["one of them, deep inside", Schema.Struct({ a: Schema.optional(Schema.Array(Schema.Struct({ b: Schema.Trim }))) })]
  ]
  for (const [name, schema] of constructs) {
    it(name, () => {
      // Any of them, as the wire would have it.
      assert.throws(() => Reader.compile(schema as unknown as Schema.Schema<unknown>), TypeError)
    })
  }
})
