/**
 * A form of the answer that is made from a Schema, for a server that knows no forms at all: as a tool that the model has
 * to call, or in the prompt. A form that was written by hand is refused there, since its caller reads the answer's text.
 */
import type { CompletionParams, Message, ResponseFormat } from "../CompletionParams.ts"
import type { Capabilities, Endpoint } from "../Endpoint.ts"
import { isFromSchema } from "./jsonSchemaOrigin.ts"

export type Mode = "json_schema" | "json_object" | "tool" | "prompt"

export const modeOf = (
  { forcedTools, responseFormat, tools }: Pick<Capabilities, "responseFormat" | "tools" | "forcedTools">
): Mode => responseFormat === "none" ? tools && forcedTools !== false ? "tool" : "prompt" : responseFormat

type Format = Extract<ResponseFormat, { readonly type: "json_schema" }>

const asTool = (params: CompletionParams, format: Format, { toolByName }: Endpoint): CompletionParams => {
  const { description, name, schema, strict } = format
  const { responseFormat: _, ...rest } = params
  return {
    ...rest,
    tools: [...(params.tools ?? []), {
      name,
      description: description ?? "Gives the answer. Call it once, with all of the answer.",
      parameters: schema,
      ...(strict === undefined ? undefined : { strict })
    }],
    toolChoice: toolByName === false ? "required" : { name }
  }
}

const instructionOf = ({ schema }: Format): string =>
  `Answer with one JSON object, and nothing else, that is valid by this JSON Schema:\n${JSON.stringify(schema)}`

/** With the system message where there is one: some servers take no second. */
const instructed = (messages: ReadonlyArray<Message>, instruction: string): ReadonlyArray<Message> => {
  const [first, ...rest] = messages
  return first?.role === "system" && typeof first.content === "string"
    ? [{ ...first, content: `${first.content}\n\n${instruction}` }, ...rest]
    : [{ role: "system", content: instruction }, ...messages]
}

const inPrompt = (params: CompletionParams, format: Format): CompletionParams => {
  const { responseFormat: _, ...rest } = params
  return { ...rest, messages: instructed(params.messages, instructionOf(format)) }
}

export const params = (given: CompletionParams, endpoint: Endpoint): CompletionParams => {
  const { responseFormat: format } = given
  if (format?.type !== "json_schema" || !isFromSchema(format.schema)) return given
  switch (modeOf(endpoint.capabilities)) {
    case "tool":
      return asTool(given, format, endpoint)
    case "prompt":
      return inPrompt(given, format)
    default:
      return given
  }
}
