/**
 * How a server wants a JSON Schema written. Data: an endpoint says which styles it takes, and `JsonSchema` writes a
 * Schema in them. A JSON Schema that was written by hand goes out as it is.
 */
import type { Json } from "./internal/json.ts"

/** Keywords, and with which values they are known. */
export type JsonSchemaKeywords = ReadonlyMap<string, "any" | ReadonlyArray<Json>>

export interface JsonSchemaStyle {
  /**
   * `defs`: what is large and used more than once, or contains itself, is in `$defs`. `inline`: every reference is
   * replaced by what it stands for.
   */
  readonly refs: "inline" | "defs"
  /** A Schema may contain itself. Where references are inlined none can. */
  readonly recursion: boolean
  /** `nullable`: every key is required, and one that may be absent may be null. `absent`: it is not required. */
  readonly optional: "nullable" | "absent"
  /**
   * `required`: every object says `additionalProperties: false`, so that records and values of any shape cannot be said.
   * `forbidden`: the keyword is left out. `any`: it is written as the Schema means it.
   */
  readonly additionalProperties: "required" | "forbidden" | "any"
  /** `items`: a tuple is an array of so many elements, each of which may be any of the tuple's. */
  readonly tuples: "prefixItems" | "items"
  /** The root names its dialect of JSON Schema. */
  readonly $schema: boolean
  /**
   * The keywords, beside those that make the shape, that it takes, and with which values. The others are told to the
   * model in the description; the Schema enforces them when the answer is decoded.
   */
  readonly keywords: "all" | JsonSchemaKeywords
}

/** The styles of one server. */
export interface JsonSchemaStyles {
  /** Where the server makes sure of the schema: `strict` tools and answers. */
  readonly strict: JsonSchemaStyle
  /** Where the model is asked to keep to it. */
  readonly loose: JsonSchemaStyle
  /** Of the form of an answer, where the API knows but one. Default: `strict` where that can be said, else `loose`. */
  readonly format?: JsonSchemaStyle | undefined
  /**
   * A form of the answer that can be said strictly is asked for with `strict: true`. Default: false, since some refuse it;
   * the schema is then written strictly, and the server does what it does.
   */
  readonly asksStrict?: boolean | undefined
}

const keywords = (known: { readonly [keyword: string]: "any" | ReadonlyArray<Json> }): JsonSchemaKeywords =>
  new Map(Object.entries(known))

/** JSON Schema 2020-12, as the Schema means it. */
export const plain: JsonSchemaStyle = {
  refs: "defs",
  recursion: true,
  optional: "absent",
  additionalProperties: "any",
  tuples: "prefixItems",
  $schema: false,
  keywords: "all"
}

/**
 * What OpenAI takes with `strict: true`.
 *
 * @see https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
 */
export const openAiStrict: JsonSchemaStyle = {
  ...plain,
  optional: "nullable",
  additionalProperties: "required",
  tuples: "items",
  keywords: keywords({
    pattern: "any",
    format: ["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"],
    multipleOf: "any",
    minimum: "any",
    maximum: "any",
    exclusiveMinimum: "any",
    exclusiveMaximum: "any",
    minItems: "any",
    maxItems: "any"
  })
}

/**
 * What Anthropic takes for `strict` tools and for the form of an answer. Tools that are not strict are `plain`.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations
 */
export const anthropicStrict: JsonSchemaStyle = {
  ...plain,
  recursion: false,
  additionalProperties: "required",
  tuples: "items",
  keywords: keywords({
    format: ["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"],
    const: "any",
    default: "any",
    minItems: [0, 1]
  })
}

/**
 * What Gemini takes as `parametersJsonSchema` and `responseJsonSchema`. It follows a reference that leads back to itself
 * to a limited depth only, and only at optional keys: it gets none.
 *
 * @see https://ai.google.dev/api/generate-content#generationconfig
 */
export const gemini: JsonSchemaStyle = {
  ...plain,
  refs: "inline",
  recursion: false,
  keywords: keywords({
    title: "any",
    format: "any",
    minimum: "any",
    maximum: "any",
    minItems: "any",
    maxItems: "any"
  })
}

/**
 * What Cohere takes for `strict` tools and for the form of an answer.
 *
 * @see https://docs.cohere.com/docs/structured-outputs
 */
export const cohereStrict: JsonSchemaStyle = {
  ...plain,
  tuples: "items",
  keywords: keywords({
    pattern: "any",
    format: ["date-time", "uuid", "date", "time"],
    const: "any"
  })
}

/** Of a server that says nothing else: as OpenAI where it has to be strict, and nothing left out elsewhere. */
export const common: JsonSchemaStyles = { strict: openAiStrict, loose: plain }

export const openAiStyles: JsonSchemaStyles = { ...common, asksStrict: true }

/** Of Claude, wherever it is: the form of an answer is always strict. */
export const anthropicStyles: JsonSchemaStyles = { strict: anthropicStrict, loose: plain, format: anthropicStrict }

export const geminiStyles: JsonSchemaStyles = { strict: gemini, loose: gemini, format: gemini }

export const cohereStyles: JsonSchemaStyles = { strict: cohereStrict, loose: plain, format: cohereStrict }

/** Of a server that makes a grammar of whatever it gets. */
export const plainStyles: JsonSchemaStyles = { strict: plain, loose: plain, format: plain }
