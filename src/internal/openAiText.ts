/**
 * Text and reasoning out of the shapes in which servers put them: a string, an object, or a list of typed parts.
 */
import type { Output } from "../Dialect.ts"
import { isObject } from "./json.ts"

/** Deeper than any server nests a text; a limit, because the depth of an event is the server's choice. */
const deepest = 4

/** A text: itself, a list of texts put together, or an object that holds one. `""` when there is none. */
export const textOf = (u: unknown, depth = 0): string => {
  if (typeof u === "string") return u
  if (depth === deepest) return ""
  if (Array.isArray(u)) {
    const items: ReadonlyArray<unknown> = u
    let text = ""
    for (const item of items) text += textOf(item, depth + 1)
    return text
  }
  return isObject(u) ? textOf(u["text"] ?? u["content"] ?? u["thinking"] ?? u["summary"], depth + 1) : ""
}

const partOf = (choice: number, part: unknown): Output | undefined => {
  if (typeof part === "string") return { _tag: "Text", choice, text: part }
  if (!isObject(part)) return undefined
  switch (part["type"]) {
    case "text":
    case "output_text":
      return { _tag: "Text", choice, text: textOf(part["text"]) }
    case "thinking":
    case "reasoning":
      return { _tag: "Reasoning", choice, text: textOf(part) }
    case "refusal":
      return { _tag: "Refusal", choice, text: textOf(part["refusal"]) }
    default:
      return undefined
  }
}

/**
 * Content that is no string: parts as Mistral (`thinking`, `text`, `reference`) and Databricks (`reasoning` with a
 * `summary`, `text`) send them. Parts of other types say nothing that a chunk has place for.
 */
export const parts = (choice: number, content: unknown, reasoned: boolean, outputs: Array<Output>): void => {
  const items: ReadonlyArray<unknown> = Array.isArray(content) ? content : [content]
  for (const item of items) {
    const output = partOf(choice, item)
    if (output === undefined || !("text" in output) || output.text === "") continue
    // The delta's own field has told this reasoning already.
    if (reasoned && output._tag === "Reasoning") continue
    outputs.push(output)
  }
}
