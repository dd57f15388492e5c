/**
 * The form of the answer, as far as the server can be asked for one.
 */
import * as Either from "effect/Either"
import type { ResponseFormat } from "../CompletionParams.ts"
import type { Dropped } from "../Dialect.ts"
import type { Endpoint } from "../Endpoint.ts"
import type { InvalidRequest, UnsupportedParameter } from "../ProviderError.ts"
import { defined, type JsonObject } from "./json.ts"

export interface Format {
  readonly format?: JsonObject | undefined
  /** What the model is told in place of what the server cannot be told. */
  readonly instruction?: string | undefined
  readonly dropped: ReadonlyArray<Dropped>
}

type Encoded = Either.Either<Format, UnsupportedParameter | InvalidRequest>

const asked = (format: JsonObject): Encoded => Either.right({ format, dropped: [] })

type JsonSchema = Extract<ResponseFormat, { readonly type: "json_schema" }>

const schemaOf = ({ description, name, schema, strict }: Omit<JsonSchema, "type">): JsonObject => ({
  type: "json_schema",
  json_schema: defined({ name, description, schema, strict })
})

/** A server that knows JSON but no schemas: the model is asked, and nobody makes sure. */
const described = ({ schema }: JsonSchema): Encoded =>
  Either.try({
    try: () => ({
      format: { type: "json_object" },
      instruction: `Answer with one JSON object, and nothing else, that is valid by this JSON Schema:\n${
        JSON.stringify(schema)
      }`,
      dropped: [{
        param: "responseFormat.schema",
        why: "the API knows no schemas: the model is asked for it in the prompt, and nothing enforces it"
      }]
    }),
    catch: () => ({ _tag: "InvalidRequest", param: "responseFormat" })
  })

export const formatOf = (format: ResponseFormat | undefined, endpoint: Endpoint): Encoded => {
  const known = endpoint.capabilities.responseFormat
  if (format === undefined || (format.type === "text" && known === "none")) return Either.right({ dropped: [] })
  if (known === "none") return Either.left({ _tag: "UnsupportedParameter", param: "responseFormat" })
  if (format.type === "json_schema") return known === "json_schema" ? asked(schemaOf(format)) : described(format)
  return format.type === "json_object" && endpoint.jsonObject === false
    ? asked(schemaOf({ name: "object", schema: { type: "object" } }))
    : asked({ type: format.type })
}

const isSystem = (message: JsonObject | undefined): message is JsonObject & { readonly content: string } =>
  message?.["role"] === "system" && typeof message["content"] === "string"

/** With the system message where there is one: some servers take no second. */
export const instructed = (
  messages: ReadonlyArray<JsonObject>,
  instruction: string | undefined
): ReadonlyArray<JsonObject> => {
  if (instruction === undefined) return messages
  const [first, ...rest] = messages
  return isSystem(first)
    ? [{ ...first, content: `${first.content}\n\n${instruction}` }, ...rest]
    : [{ role: "system", content: instruction }, ...messages]
}
