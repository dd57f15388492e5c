/**
 * A tolerant reader of wire JSON, compiled once from the AST of the Schema that describes it: a field or an element of
 * the wrong type is absent, and what is absent never costs its neighbours. Where the Schema accepts, reader and Schema
 * agree; where it does not, the reader still gives what it understood.
 *
 * No stock Schema construct does this: `Schema.decodeUnknown` stops at the first odd field, `decodingFallback` gives up
 * a whole array for one bad element, and both cost several times the JSON.parse before them.
 */
import type * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"

/** Gives `undefined` for what is not there, or not of the type. */
type Read = (u: unknown) => unknown

interface Field {
  readonly name: string
  readonly read: Read
}

const isRecord = (u: unknown): u is Readonly<Record<string, unknown>> =>
  typeof u === "object" && u !== null && !Array.isArray(u)

const readString: Read = (u) => typeof u === "string" ? u : undefined
const readNumber: Read = (u) => typeof u === "number" ? u : undefined
const readBoolean: Read = (u) => typeof u === "boolean" ? u : undefined
const readAny: Read = (u) => u
const readObject: Read = (u) => typeof u === "object" && u !== null ? u : undefined
const readNothing: Read = () => undefined

const struct = (fields: ReadonlyArray<Field>): Read => {
  const reads = new Map(fields.map(({ name, read }) => [name, read]))
  return (u) => {
    if (!isRecord(u)) return undefined
    const out: Record<string, unknown> = {}
    // By what is there: most fields of an event are not, and to look for one that is not costs more than for one that is.
    for (const name in u) {
      const read = reads.get(name)
      if (read === undefined) continue
      const value = u[name]
      // `null` is a server's way to leave a field out.
      const known = value === null ? undefined : read(value)
      if (known !== undefined) out[name] = known
    }
    return out
  }
}

const array = (element: Read): Read => (u) => {
  if (!Array.isArray(u)) return undefined
  const items: ReadonlyArray<unknown> = u
  const known = items.map((item) => item === null ? undefined : element(item))
  return known.includes(undefined) ? known.filter((item) => item !== undefined) : known
}

const literal = (value: AST.LiteralValue): Read => (u) => u === value ? u : undefined

const firstOf = (members: ReadonlyArray<Read>): Read => (u) => {
  for (const read of members) {
    const known = read(u)
    if (known !== undefined) return known
  }
  return undefined
}

/** Members told apart by the literal of one field: a look-up, and no guessing by shape. */
const discriminated = (tag: string, members: ReadonlyMap<unknown, Read>): Read => (u) =>
  isRecord(u) ? members.get(u[tag])?.(u) : undefined

const unknownConstruct = (ast: AST.AST): never => {
  throw new TypeError(
    `No tolerant reader for this part of a wire Schema: ${ast._tag} (${String(ast)}). ` +
      "Known are Struct with optional fields, Array, Union, Literal, String, Number, Boolean and Unknown."
  )
}

/** The one field of a struct that is a required literal: what tells members of a union apart. */
const discriminatorOf = (ast: AST.AST): readonly [name: string, value: AST.LiteralValue] | undefined => {
  if (!AST.isTypeLiteral(ast)) return undefined
  for (const signature of ast.propertySignatures) {
    if (!signature.isOptional && typeof signature.name === "string" && AST.isLiteral(signature.type)) {
      return [signature.name, signature.type.literal]
    }
  }
  return undefined
}

const compileStruct = (ast: AST.TypeLiteral): Read => {
  if (ast.indexSignatures.length > 0) return unknownConstruct(ast)
  const tag = discriminatorOf(ast)
  const fields = ast.propertySignatures.map((signature): Field => {
    if (typeof signature.name !== "string") return unknownConstruct(ast)
    if (!signature.isOptional && signature.name !== tag?.[0]) return unknownConstruct(ast)
    return { name: signature.name, read: compileAst(signature.type) }
  })
  const read = struct(fields)
  if (tag === undefined) return read
  const [name, value] = tag
  return (u) => isRecord(u) && u[name] === value ? read(u) : undefined
}

const compileUnion = (ast: AST.Union): Read => {
  const members = ast.types.filter((member) => !AST.isUndefinedKeyword(member) && !isNull(member))
  const tags = members.map(discriminatorOf)
  const name = tags[0]?.[0]
  if (name !== undefined && members.length > 1 && tags.every((tag) => tag?.[0] === name)) {
    return discriminated(name, new Map(members.map((member, i) => [tags[i]?.[1], compileAst(member)])))
  }
  const reads = members.map(compileAst)
  return reads.length === 1 && reads[0] !== undefined ? reads[0] : firstOf(reads)
}

const isNull = (ast: AST.AST): boolean => AST.isLiteral(ast) && ast.literal === null

const compileAst = (ast: AST.AST): Read => {
  switch (ast._tag) {
    case "StringKeyword":
      return readString
    case "NumberKeyword":
      return readNumber
    case "BooleanKeyword":
      return readBoolean
    case "UnknownKeyword":
      return readAny
    case "ObjectKeyword":
      return readObject
    case "UndefinedKeyword":
      return readNothing
    case "Literal":
      return literal(ast.literal)
    case "TypeLiteral":
      return compileStruct(ast)
    case "Union":
      return compileUnion(ast)
    case "TupleType": {
      const rest = ast.rest[0]
      return ast.elements.length === 0 && ast.rest.length === 1 && rest !== undefined
        ? array(compileAst(rest.type))
        : unknownConstruct(ast)
    }
    default:
      return unknownConstruct(ast)
  }
}

/**
 * The reader of a Schema. Throws when the module that owns the Schema loads, should it hold a construct that is not
 * known here: a wire Schema that cannot be read is a mistake in the program, not in the data.
 */
export const compile = <A, I>(schema: Schema.Schema<A, I>): (u: unknown) => A | undefined => {
  const read = compileAst(schema.ast)
  // The closures were made from this Schema's own AST, field by field; TypeScript cannot see that.
  return (u) => read(u) as A | undefined
}
