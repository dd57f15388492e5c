/**
 * Thinking that is part of the content, as Mistral has it: parts with a signature are kept as they came, the others go
 * back as the text that they are.
 *
 * @see https://docs.mistral.ai/capabilities/reasoning
 */
import { isObject, type Json, type JsonObject } from "./json.ts"
import { textOf } from "./openAiText.ts"

/** Characters that are kept of one answer. Part of its thinking would be worse than none, and more is no thinking. */
export const keptLimit = 4 * 1024 * 1024

const blockOf = (text: string, signature?: Json): JsonObject => ({
  type: "thinking",
  thinking: [{ type: "text", text }],
  ...(signature === undefined ? undefined : { signature })
})

/** What was thought and said, as parts; there are no others where nothing was thought. */
export const partsOf = (
  thought: ReadonlyArray<Json>,
  said: string | ReadonlyArray<JsonObject> | undefined
): ReadonlyArray<Json> => [
  ...thought,
  ...(typeof said !== "string" ? said ?? [] : said === "" ? [] : [{ type: "text", text: said }])
]

/** A text without a signature. */
export const ofText = (text: string | undefined): ReadonlyArray<Json> =>
  text === undefined || text === "" ? [] : [blockOf(text)]

/** The thinking of one choice. */
export class Thoughts {
  private blocks: Array<JsonObject> = []
  private text = ""
  private kept = 0
  private isSigned = false

  add(content: unknown): void {
    if (!Array.isArray(content)) return
    const parts: ReadonlyArray<unknown> = content
    for (const part of parts) if (isObject(part) && part["type"] === "thinking") this.part(part)
  }

  /** All that was thought, if some of it has a signature. */
  take(): ReadonlyArray<JsonObject> {
    const blocks = this.text === "" ? this.blocks : [...this.blocks, blockOf(this.text)]
    const isWhole = this.isSigned && this.kept <= keptLimit
    this.blocks = []
    this.text = ""
    this.isSigned = false
    return isWhole ? blocks : []
  }

  /** A signature is that of the text before it. */
  private part(part: JsonObject): void {
    const text = textOf(part["thinking"])
    const signature = part["signature"]
    this.kept += text.length
    if (this.kept > keptLimit) {
      this.take()
      return
    }
    this.text += text
    if (typeof signature !== "string" || signature === "") return
    this.kept += signature.length
    this.blocks.push(blockOf(this.text, signature))
    this.text = ""
    this.isSigned = true
  }
}
