/**
 * The wording of what goes wrong with tools and typed answers, for people and for models. `docs/errors.md` lists the
 * first, and a test compares.
 */
import type { OutputError } from "../OutputError.ts"
import type { InvalidCall, ToolError } from "../ToolError.ts"

const because = (issue: string | undefined): string => issue === undefined ? "" : ` (${issue})`

const callOf = ({ issue, kind, name }: InvalidCall): string => {
  switch (kind) {
    case "unknownTool":
      return `the model called \`${name}\`, and there is no such tool. Check the tools, or let the model be told.`
    case "cut":
      return `the call of \`${name}\` was cut, and was not executed. Raise \`maxTokens\`.`
    case "notJson":
      return `the arguments of \`${name}\` are not a JSON object. Let the model be told, or try again.`
    case "invalid":
      return `the arguments of \`${name}\` are invalid${because(issue)}. Let the model be told, or try again.`
  }
}

export const toolError = ({ reason, step }: ToolError): string =>
  reason._tag === "InvalidCall"
    ? `step ${step}: ${callOf(reason)}`
    : `step ${step}: the model still asks for tools after ${reason.maxSteps} steps. ` +
      "Raise `maxSteps`, or look at what the tools tell the model."

/** What the model is told of a call that is not executed. */
export const toldOfCall = ({ issue, kind, name }: InvalidCall, names: ReadonlyArray<string>): string => {
  switch (kind) {
    case "unknownTool":
      return `There is no tool ${name}. The tools are: ${names.join(", ")}.`
    case "cut":
      return "The call was cut, and was not executed."
    case "notJson":
      return "The arguments are not a JSON object; the tool was not executed."
    case "invalid":
      return `The arguments are invalid; the tool was not executed.\n${issue ?? ""}`
  }
}

/** What the model is told where the user does not let a call through. */
export const denied = "The call was not approved, and was not executed."

export const outputError = ({ issue, kind }: OutputError): string => {
  switch (kind) {
    case "notJson":
      return "the answer is not JSON. Ask again, or use a provider that enforces JSON Schemas."
    case "invalid":
      return `the answer is not what the Schema says${because(issue)}. Ask again, or say in the Schema what is meant.`
    case "refused":
      return "the model refused to answer. Change the prompt."
    case "cut":
      return "the answer was cut. Raise `maxTokens`."
  }
}
