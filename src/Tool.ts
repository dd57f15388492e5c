/**
 * A tool that a model may call, from Schemas: what is sent, and what is made of what comes back. Its handler is the
 * application's: see `Toolkit`.
 */
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type { CompletedToolCall } from "./ChatCompletion.ts"
import type { Extra, ToolDefinition } from "./CompletionParams.ts"
import { isObject } from "./internal/json.ts"
import { parseJson } from "./internal/parseJson.ts"
import * as Codec from "./internal/schemaCodec.ts"
import { unwritable } from "./internal/unwritable.ts"
import type { InvalidCall } from "./ToolError.ts"

/** A Schema that needs nothing; the second is that of what never is. */
type AnySchema = Schema.Schema.AnyNoContext | Schema.Schema<never>

export interface Tool<
  out Name extends string,
  Parameters extends AnySchema,
  Success extends AnySchema,
  Failure extends AnySchema
> {
  readonly name: Name
  readonly description?: string | undefined
  readonly parameters: Parameters
  readonly success: Success
  readonly failure: Failure
  /** For the `tools` of `CompletionParams`; its JSON Schema is written for whichever provider is called. */
  readonly definition: ToolDefinition
  /**
   * The parameters of a call, or why it must not be executed. A null where a key may be absent, and may not be null, is
   * read as absent.
   */
  readonly decode: (call: CompletedToolCall) => Either.Either<Schema.Schema.Type<Parameters>, InvalidCall>
}

/** Some tool. */
export interface Any extends Tool<string, AnySchema, AnySchema, AnySchema> {}

export interface Options<Parameters extends AnySchema, Success extends AnySchema, Failure extends AnySchema> {
  /** What it does, and when to use it: models go by that. */
  readonly description?: string | undefined
  /** What it is called with. Default: nothing. A Schema that is no object is the `value` of one. */
  readonly parameters?: Parameters | undefined
  /** What the handler gives: a text is told to the model as it is, anything else as JSON. Default: a text. */
  readonly success?: Success | undefined
  /** What the handler may fail with. Default: never. */
  readonly failure?: Failure | undefined
  /** The provider makes sure of the schema, where it can; what it cannot be told strictly is `InvalidRequest`. */
  readonly strict?: boolean | undefined
  readonly extra?: Extra | undefined
}

const nothing = Schema.Struct({})

/**
 * A tool. The name is 1 to 64 letters, digits, `_` or `-`. Parameters that have no JSON Schema (a bigint, a symbol, a
 * declaration without a `jsonSchema` annotation) are a mistake in the program: `make` throws, with tool and path. What
 * only some providers cannot be told is `InvalidRequest`, before anything is sent.
 */
export const make = <
  const Name extends string,
  Parameters extends AnySchema = typeof nothing,
  Success extends AnySchema = typeof Schema.String,
  Failure extends AnySchema = typeof Schema.Never
>(
  name: Name,
  options: Options<Parameters, Success, Failure> = {}
): Tool<Name, Parameters, Success, Failure> => {
  const { description, extra, strict } = options
  // Where an option is absent its type is the default's.
  const parameters = (options.parameters ?? nothing) as Parameters
  const success = (options.success ?? Schema.String) as Success
  const failure = (options.failure ?? Schema.Never) as Failure
  // What is decoded is the Type of the Schema, which has no requirements: TypeScript does not see through `AnySchema`.
  const schema = parameters as object as Schema.Schema<Schema.Schema.Type<Parameters>, unknown>
  const codec = Either.getOrThrowWith(Codec.make(schema), (fault) => unwritable(`the parameters of ${name}`, fault))
  return {
    name,
    description,
    parameters,
    success,
    failure,
    definition: {
      name,
      ...(description === undefined ? undefined : { description }),
      parameters: codec.json,
      ...(strict === undefined ? undefined : { strict }),
      ...(extra === undefined ? undefined : { extra })
    },
    decode: (call) => decode(name, codec, call)
  }
}

const decode = <A>(name: string, codec: Codec.Codec<A>, call: CompletedToolCall): Either.Either<A, InvalidCall> => {
  const invalid = (kind: InvalidCall["kind"], issue?: string) =>
    Either.left<InvalidCall>({
      _tag: "InvalidCall",
      kind,
      id: call.id,
      name: call.function.name,
      ...(issue === undefined ? undefined : { issue })
    })
  if (call.function.name !== name) return invalid("unknownTool")
  const json = parseJson(call.function.arguments)
  if (!isObject(json)) return invalid("notJson")
  // All of it is there, and still the answer did not end well: nobody knows what else would have come.
  if (!call.complete) return invalid("cut")
  return Either.match(codec.decode(json), {
    onRight: (value) => Either.right(value),
    onLeft: (error) => invalid("invalid", ParseResult.TreeFormatter.formatErrorSync(error))
  })
}
