/**
 * Fields of the model's Schemas: snake_case and nullable on the wire, camelCase and absent in memory.
 */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

/** A field of the wire that may be missing or `null`. */
export const nullish = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(Schema.NullOr(schema))

/**
 * The in-memory side of an optional field. Arbitraries leave such a field out instead of setting it to `undefined`:
 * JSON cannot tell the two apart.
 */
export const orUndefined = <A>(schema: Schema.Schema<A>) =>
  Schema.UndefinedOr(schema).pipe(
    Schema.filter(() => true, { arbitrary: (from) => (fc) => from(fc).filter(Predicate.isNotUndefined) })
  )

/** An optional field: `null` and `undefined` are read as absent, `undefined` is not written. */
export const optional = <A, I>(schema: Schema.Schema<A, I>) =>
  Schema.optionalToOptional(Schema.NullishOr(schema), orUndefined(Schema.typeSchema(schema)), {
    decode: Option.filter(Predicate.isNotNullable),
    encode: Option.filter(Predicate.isNotUndefined)
  })

/** An optional field that OpenAI's wire requires: written as `null` when it is absent. */
export const nullable = <A, I>(schema: Schema.Schema<A, I>) =>
  Schema.optionalToOptional(Schema.NullishOr(schema), orUndefined(Schema.typeSchema(schema)), {
    decode: Option.filter(Predicate.isNotNullable),
    encode: (field) => Option.some(Option.getOrNull(Option.filter(field, Predicate.isNotUndefined)))
  })

/** A field that is always there in memory; servers may leave it out. */
export const withDefault = <A, I>(schema: Schema.Schema<A, I>, value: () => A) =>
  Schema.optionalToRequired(Schema.NullishOr(schema), Schema.typeSchema(schema), {
    decode: (field) => Option.getOrElse(Option.filter(field, Predicate.isNotNullable), value),
    encode: (a) => Option.some(a)
  })

/** An optional field with one possible value; what else a server writes there is read as absent. */
export const optionalLiteral = <const L extends string>(literal: L) =>
  Schema.optionalToOptional(Schema.NullishOr(Schema.String), orUndefined(Schema.Literal(literal)), {
    decode: Option.filter((value): value is L => value === literal),
    encode: Option.filter(Predicate.isNotUndefined)
  })

/** A field with one possible value; `other` spellings of it, and its absence, are read as that value. */
export const constant = <const L extends string>(literal: L, ...other: ReadonlyArray<string>) =>
  Schema.optionalToRequired(
    Schema.NullishOr(Schema.Literal(literal, ...other)),
    Schema.Literal(literal),
    { decode: (): L => literal, encode: (value) => Option.some(value) }
  )

/** The wire side of a Schema, for a transformation that must hand on the fields it does not know. */
export const wireOf = <A, I>(schema: Schema.Schema<A, I>, title = "Struct (wire)"): Schema.Schema<I> =>
  Schema.encodedSchema(schema).annotations({ title, parseOptions: { onExcessProperty: "preserve" } })

/** Reads one more field of the wire, and hands what it says to the others; never writes it. */
export const reading = <A, I, Key extends string, V>(
  schema: Schema.Schema<A, I>,
  key: Key,
  value: Schema.Schema<V>,
  read: (fields: I, value: V | null | undefined) => I
): Schema.Schema<A, I & { readonly [K in Key]?: V | null | undefined }> => {
  type Wire = I & { readonly [K in Key]?: V | null | undefined }
  const field = Schema.Struct({ [key]: nullish(value) })
  // A computed key is any string to TypeScript, and taking away what was added to `I` is not known to give an `I`.
  const wire = wireOf(Schema.extend(Schema.encodedSchema(schema), field)) as Schema.Schema<Wire>
  return Schema.transform(wire, schema, {
    strict: true,
    decode: ({ [key]: given, ...fields }) => read(fields as I, given),
    encode: (fields) => fields as Wire
  })
}

/** An optional field with one possible value that OpenAI's wire requires: always written. */
export const written = <const L extends string>(literal: L) =>
  Schema.optionalToOptional(Schema.NullishOr(Schema.String), orUndefined(Schema.Literal(literal)), {
    decode: Option.filter((value): value is L => value === literal),
    encode: () => Option.some(literal)
  })

/** A field that lives in memory only: never written, and not read either. */
export const unwritten = <A>(schema: Schema.Schema<A>) =>
  Schema.optionalToOptional(Schema.Unknown, orUndefined(schema), {
    decode: (): Option.Option<A | undefined> => Option.none(),
    encode: () => Option.none()
  })

/** A number as JSON has them: arbitraries give no `NaN`, infinity or `-0`. */
export const Number: Schema.Schema<number> = Schema.Number.annotations({
  arbitrary: () => (fc) => fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0)
})

/** A count or an index. */
export const Count: Schema.Schema<number> = Schema.Number.annotations({ arbitrary: () => (fc) => fc.nat() })
