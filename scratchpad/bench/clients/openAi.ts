/**
 * `openai`, OpenAI's own client.
 */
import OpenAI from "openai"
import type { Session } from "../client.ts"
import type { Wire } from "../wire.ts"
import * as Request from "./request.ts"

export const session = (_wire: Wire, base: string): Session => {
  const client = new OpenAI({ apiKey: Request.key, baseURL: base })
  const messages = [{ role: "user", content: Request.prompt } as const]
  const model = Request.openAiModel
  return {
    text: async (onText) => {
      const stream = await client.chat.completions.create({ model, messages, stream: true })
      for await (const chunk of stream) onText(chunk.choices[0]?.delta.content ?? "")
    },
    tool: async () => {
      const tools = [{ type: "function", function: { ...Request.tool } } as const]
      const answer = await client.chat.completions.stream({ model, messages, tools }).finalChatCompletion()
      const call = answer.choices[0]?.message.tool_calls?.[0]
      return call?.type === "function" ? call.function.arguments : ""
    },
    relay: async (write) => {
      const encoder = new TextEncoder()
      const stream = await client.chat.completions.create({ model, messages, stream: true })
      for await (const chunk of stream) write(encoder.encode(`data: ${JSON.stringify(chunk)}\n\n`))
      write(encoder.encode("data: [DONE]\n\n"))
    }
  }
}
