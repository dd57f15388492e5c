/**
 * `@anthropic-ai/sdk`, Anthropic's own client.
 */
import Anthropic from "@anthropic-ai/sdk"
import type { Session } from "../client.ts"
import type { Wire } from "../wire.ts"
import * as Request from "./request.ts"

export const session = (_wire: Wire, base: string): Session => {
  const client = new Anthropic({ apiKey: Request.key, baseURL: base })
  const params = {
    model: Request.anthropicModel,
    max_tokens: Request.maxTokens,
    messages: [{ role: "user", content: Request.prompt } as const]
  }
  return {
    text: async (onText) => {
      const stream = await client.messages.create({ ...params, stream: true })
      for await (const event of stream) {
        if (event.type === "content_block_delta" && event.delta.type === "text_delta") onText(event.delta.text)
      }
    },
    tool: async () => {
      const { name, description, parameters } = Request.tool
      const input_schema = { ...parameters, required: [...parameters.required] }
      const message = await client.messages.stream({ ...params, tools: [{ name, description, input_schema }] })
        .finalMessage()
      const block = message.content[0]
      return block?.type === "tool_use" ? JSON.stringify(block.input) : ""
    }
  }
}
