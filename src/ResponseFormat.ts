/**
 * The form of an answer from a Schema: the `responseFormat` of `CompletionParams`.
 */
import * as Either from "effect/Either"
import type * as Schema from "effect/Schema"
import type { ResponseFormat } from "./CompletionParams.ts"
import type { Capabilities } from "./Endpoint.ts"
import * as Nearest from "./internal/nearestFormat.ts"
import * as Codec from "./internal/schemaCodec.ts"
import { unwritable } from "./internal/unwritable.ts"

export interface Options {
  readonly description?: string | undefined
  /**
   * `true`: the server makes sure of the schema; what it cannot be told strictly is `InvalidRequest`. `false`: the model
   * is asked to keep to it. Default: strictly where that can be said, and loosely where the API takes that.
   */
  readonly strict?: boolean | undefined
}

type JsonSchemaFormat = Extract<ResponseFormat, { readonly type: "json_schema" }>

/**
 * A format whose JSON Schema is written for whichever provider is called. A Schema that is no object is the `value` of
 * one, since APIs demand an object. A Schema that has no JSON Schema is a mistake in the program: it throws, with the
 * path.
 *
 * The name is 1 to 64 letters, digits, `_` or `-`.
 */
export const fromSchema = <A, I>(
  name: string,
  schema: Schema.Schema<A, I>,
  options?: Options
): JsonSchemaFormat =>
  ofCodec(name, Either.getOrThrowWith(Codec.make(schema), (fault) => unwritable(`the format ${name}`, fault)), options)

/** @internal */
export const ofCodec = <A>(name: string, codec: Codec.Codec<A>, options: Options = {}): JsonSchemaFormat => ({
  ...options,
  type: "json_schema",
  name,
  schema: codec.json
})

/**
 * How a provider is asked for a value: by its JSON Schema; for a JSON object, with the schema in the prompt; as the
 * arguments of a tool that the model has to call; or in the prompt alone.
 */
export type Mode = Nearest.Mode

/** The nearest that a provider has. */
export const modeOf: (capabilities: Pick<Capabilities, "responseFormat" | "tools" | "forcedTools">) => Mode =
  Nearest.modeOf
