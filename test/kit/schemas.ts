/**
 * One Schema of every construct that has a JSON Schema.
 */
import * as Schema from "effect/Schema"

const Direction = { Up: "up", Down: "down" } as const

const Level = { Low: 0, High: 1 } as const

/** A tree, by name, as the type of a Schema that contains itself has to be written. */
export interface Tree {
  readonly label: string
  readonly children: ReadonlyArray<Tree>
}

export const Tree: Schema.Schema<Tree> = Schema.Struct({
  label: Schema.String,
  children: Schema.Array(Schema.suspend((): Schema.Schema<Tree> => Tree))
}).annotations({ identifier: "Tree" })

/** Two that contain each other, through a key that may be absent. */
export interface Person {
  readonly name: string
  readonly employer?: Company
}

export interface Company {
  readonly staff: ReadonlyArray<Person>
}

export const Person: Schema.Schema<Person> = Schema.Struct({
  name: Schema.String,
  employer: Schema.optionalWith(Schema.suspend((): Schema.Schema<Company> => Company), { exact: true })
}).annotations({ identifier: "Person" })

export const Company: Schema.Schema<Company> = Schema.Struct({ staff: Schema.Array(Person) }).annotations({
  identifier: "my/Company v1"
})

class Address extends Schema.Class<Address>("Address")({ street: Schema.String, city: Schema.NonEmptyString }) {}

const Circle = Schema.TaggedStruct("Circle", { radius: Schema.JsonNumber })

const Square = Schema.TaggedStruct("Square", { side: Schema.JsonNumber })

export interface Sample {
  readonly name: string
  readonly schema: Schema.Schema.AnyNoContext
  /** Null is a value of its own at a key that may be absent: a server that must write it does not say which is meant. */
  readonly ambiguous?: boolean
  /** What strict servers cannot be told of it. */
  readonly unsayable?: { readonly openAi?: string; readonly anthropic?: string; readonly gemini?: string }
}

const record = { openAi: "a record", anthropic: "a record" }

const anything = { openAi: "any shape", anthropic: "any shape" }

const recursive = { anthropic: "contains itself", gemini: "contains itself" }

/** As they stand at a key of an object. */
export const samples: ReadonlyArray<Sample> = [
  { name: "string", schema: Schema.String },
  { name: "number", schema: Schema.JsonNumber },
  { name: "boolean", schema: Schema.Boolean },
  { name: "null", schema: Schema.Null },
  { name: "unknown", schema: Schema.Unknown, unsayable: anything },
  { name: "literal", schema: Schema.Literal("a") },
  { name: "literals", schema: Schema.Literal("a", "b", 1, true, null) },
  { name: "enum of texts", schema: Schema.Enums(Direction) },
  { name: "enum of numbers", schema: Schema.Enums(Level) },
  { name: "struct", schema: Schema.Struct({ a: Schema.String, b: Schema.Boolean }) },
  { name: "empty struct", schema: Schema.Struct({ inner: Schema.Struct({ a: Schema.optional(Schema.String) }) }) },
  { name: "optional", schema: Schema.Struct({ a: Schema.optional(Schema.String), b: Schema.Boolean }) },
  { name: "exact optional", schema: Schema.Struct({ a: Schema.optionalWith(Schema.String, { exact: true }) }) },
  {
    name: "optional with a default",
    schema: Schema.Struct({ a: Schema.optionalWith(Schema.Int, { default: () => 7 }) })
  },
  {
    name: "nullable optional",
    schema: Schema.Struct({ a: Schema.optionalWith(Schema.String, { nullable: true }) })
  },
  { name: "optional as Option", schema: Schema.Struct({ a: Schema.optionalWith(Schema.String, { as: "Option" }) }) },
  {
    name: "optional null",
    schema: Schema.Struct({ a: Schema.optional(Schema.NullOr(Schema.String)) }),
    ambiguous: true
  },
  { name: "optional enum", schema: Schema.Struct({ a: Schema.optional(Schema.Literal("x", "y")) }) },
  {
    name: "optional of optionals",
    schema: Schema.Struct({ a: Schema.optional(Schema.Struct({ b: Schema.optional(Schema.Boolean) })) })
  },
  {
    name: "renamed key",
    schema: Schema.Struct({ a: Schema.propertySignature(Schema.String).pipe(Schema.fromKey("A")) })
  },
  { name: "array", schema: Schema.Array(Schema.String) },
  { name: "array of structs", schema: Schema.Array(Schema.Struct({ a: Schema.optional(Schema.Boolean) })) },
  { name: "non-empty array", schema: Schema.NonEmptyArray(Schema.Boolean) },
  { name: "bounded array", schema: Schema.Array(Schema.Boolean).pipe(Schema.minItems(2), Schema.maxItems(3)) },
  { name: "tuple", schema: Schema.Tuple(Schema.String, Schema.JsonNumber) },
  { name: "tuple with an optional", schema: Schema.Tuple(Schema.String, Schema.optionalElement(Schema.Boolean)) },
  { name: "tuple with a rest", schema: Schema.Tuple([Schema.String], Schema.Boolean) },
  { name: "record", schema: Schema.Record({ key: Schema.String, value: Schema.JsonNumber }), unsayable: record },
  {
    name: "record of keys with a form",
    schema: Schema.Record({ key: Schema.TemplateLiteral("x-", Schema.String), value: Schema.Boolean }),
    unsayable: record
  },
  {
    name: "record of keys with a length",
    schema: Schema.Record({ key: Schema.String.pipe(Schema.minLength(2)), value: Schema.Boolean }),
    unsayable: record
  },
  { name: "record of known keys", schema: Schema.Record({ key: Schema.Literal("a", "b"), value: Schema.Boolean }) },
  {
    name: "struct with other keys",
    schema: Schema.Struct({ a: Schema.String }, Schema.Record({ key: Schema.String, value: Schema.String })),
    unsayable: record
  },
  { name: "union", schema: Schema.Union(Schema.String, Schema.Boolean) },
  { name: "nullable", schema: Schema.NullOr(Schema.String) },
  { name: "tagged union", schema: Schema.Union(Circle, Square) },
  {
    name: "union with optional keys",
    schema: Schema.Union(
      Schema.Struct({ kind: Schema.Literal("a"), x: Schema.optional(Schema.String) }),
      Schema.Struct({ kind: Schema.Literal("b"), y: Schema.optional(Schema.Boolean) })
    )
  },
  { name: "bounded text", schema: Schema.String.pipe(Schema.minLength(1), Schema.maxLength(5)) },
  {
    name: "a bound of its own beside that of a name",
    schema: Schema.String.pipe(Schema.minLength(3)).annotations({ identifier: "Long" }).pipe(Schema.minLength(1))
  },
  { name: "pattern", schema: Schema.String.pipe(Schema.pattern(/^[a-z]{1,3}$/)) },
  { name: "two patterns", schema: Schema.String.pipe(Schema.pattern(/^a/), Schema.pattern(/z$/)) },
  { name: "integer", schema: Schema.Int },
  { name: "bounded number", schema: Schema.JsonNumber.pipe(Schema.between(-1, 1)) },
  { name: "open bounds", schema: Schema.JsonNumber.pipe(Schema.greaterThan(0), Schema.lessThan(10)) },
  { name: "multiple", schema: Schema.Int.pipe(Schema.multipleOf(5)) },
  { name: "brand", schema: Schema.Int.pipe(Schema.positive(), Schema.brand("Id")) },
  { name: "template", schema: Schema.TemplateLiteral("v", Schema.Literal("1", "2"), "-", Schema.Literal("a", "b")) },
  { name: "date", schema: Schema.Date },
  { name: "number from text", schema: Schema.NumberFromString },
  { name: "trimmed", schema: Schema.Trim },
  { name: "uuid", schema: Schema.UUID },
  { name: "text of JSON", schema: Schema.parseJson(Schema.Struct({ a: Schema.Boolean })) },
  { name: "option", schema: Schema.Option(Schema.Boolean) },
  { name: "class", schema: Address },
  { name: "one class twice", schema: Schema.Struct({ home: Address, work: Address }) },
  { name: "annotated class", schema: Schema.Struct({ home: Address.annotations({ description: "Where one lives" }) }) },
  { name: "recursive", schema: Tree, unsayable: recursive },
  { name: "mutually recursive", schema: Company, unsayable: recursive },
  {
    name: "described",
    schema: Schema.Struct({
      a: Schema.String.annotations({ description: "A text", title: "The text", examples: ["x"], default: "y" })
    })
  },
  {
    name: "a JSON Schema by hand",
    schema: Schema.declare((u): u is string => typeof u === "string", {
      jsonSchema: { type: "string" },
      arbitrary: () => (fc) => fc.string()
    })
  }
]
