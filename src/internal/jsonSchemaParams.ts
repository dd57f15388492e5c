/**
 * What of a request is made from Schemas, written in the style of the endpoint: dialects see JSON Schema only.
 */
import * as Either from "effect/Either"
import type { CompletionParams, ResponseFormat, ToolDefinition } from "../CompletionParams.ts"
import type { Endpoint } from "../Endpoint.ts"
import { common, type JsonSchemaStyles } from "../JsonSchemaStyle.ts"
import { isFromSchema, type Refusal, type Unwritable, written } from "./jsonSchemaOrigin.ts"
import * as Nearest from "./nearestFormat.ts"

type Format = Extract<ResponseFormat, { readonly type: "json_schema" }>

/** As a fault of the request at `param`. */
export const refusal = (param: string) => ({ path, why }: Unwritable): Refusal => ({
  _tag: "InvalidRequest",
  param: path === "" ? param : `${param}.${path}`,
  detail: why
})

/** Strictly where the tool asks for it. */
const toolOf = (tool: ToolDefinition, { loose, strict }: JsonSchemaStyles): Either.Either<ToolDefinition, Refusal> =>
  tool.parameters === undefined ? Either.right(tool) : Either.mapBoth(
    written(tool.parameters, tool.strict === true ? strict : loose),
    { onLeft: refusal(`tools.${tool.name}.parameters`), onRight: (parameters) => ({ ...tool, parameters }) }
  )

/**
 * As strictly as it can be said, unless the caller says how; loosely where that cannot be said, and the API takes a
 * schema that it does not make sure of.
 */
const formatOf = (format: Format, endpoint: Endpoint, styles: JsonSchemaStyles): Either.Either<Format, Refusal> => {
  const { asksStrict, format: only, loose, strict } = styles
  const strictly = Either.map(
    written(format.schema, only ?? strict),
    (schema): Format =>
      format.strict === undefined && asksStrict === true
        ? { ...format, schema, strict: true }
        : { ...format, schema }
  )
  const loosely = () => Either.map(written(format.schema, loose), (schema): Format => ({ ...format, schema }))
  // A schema that only stands in the prompt is as the Schema means it.
  const isTold = endpoint.capabilities.responseFormat !== "json_schema"
  const chosen = isTold || (format.strict === false && only === undefined)
    ? loosely()
    : format.strict === true || only !== undefined
    ? strictly
    : Either.orElse(strictly, loosely)
  return Either.mapLeft(chosen, refusal("responseFormat.schema"))
}

/** What was written by hand stays as it is. */
export const params = (given: CompletionParams, endpoint: Endpoint): Either.Either<CompletionParams, Refusal> => {
  const near = Nearest.params(given, endpoint)
  const { responseFormat: format, tools = [] } = near
  const styles = endpoint.jsonSchema ?? endpoint.dialect.jsonSchema ?? common
  const parts = Either.all({
    tools: Either.all(tools.map((tool) => toolOf(tool, styles))),
    format: format?.type === "json_schema" && isFromSchema(format.schema)
      ? formatOf(format, endpoint, styles)
      : Either.right(format)
  })
  return Either.map(parts, ({ format, tools }) => ({
    ...near,
    ...(tools.length === 0 ? undefined : { tools }),
    ...(format === undefined ? undefined : { responseFormat: format })
  }))
}
