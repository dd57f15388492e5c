/**
 * Events of Anthropic's stream, and what the dialect says of them.
 */
import type { Output } from "../../src/Dialect.ts"
import { dialect, endpoint } from "../../src/providers/Anthropic.ts"

export const seed = { now: 0, id: "made-up", params: { messages: [] }, endpoint }

/** The outputs of each event. */
export const each = (...events: ReadonlyArray<unknown>): ReadonlyArray<ReadonlyArray<Output>> => {
  const decoder = dialect.decoder(seed)
  return events.map((event) => decoder.event(event))
}

export const all = (...events: ReadonlyArray<unknown>): ReadonlyArray<Output> => each(...events).flat()

export const start = (content_block: unknown, index: number | undefined = 0) => ({
  type: "content_block_start",
  index,
  content_block
})
export const delta = (delta: unknown, index: number | undefined = 0) => ({ type: "content_block_delta", index, delta })
export const stop = (index = 0) => ({ type: "content_block_stop", index })
export const end = (stop_reason: string, usage: unknown = undefined) => ({
  type: "message_delta",
  delta: { stop_reason },
  usage
})
export const textDelta = (text: string, index = 0) => delta({ type: "text_delta", text }, index)
export const inputDelta = (partial_json: string, index = 0) => delta({ type: "input_json_delta", partial_json }, index)

export const text = (text: string): Output => ({ _tag: "Text", choice: 0, text })
export const native = (outputs: ReadonlyArray<Output>) =>
  outputs.flatMap((output) => output._tag === "Native" ? [output.block] : [])

export const textBlock = (
  text: string,
  index: number
) => [start({ type: "text", text: "" }, index), textDelta(text, index), stop(index)]
export const thinkingBlock = [
  start({ type: "thinking", thinking: "", signature: "" }),
  delta({ type: "thinking_delta", thinking: "Hm" }),
  delta({ type: "signature_delta", signature: "sig" }),
  stop()
]
