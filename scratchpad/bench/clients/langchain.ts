/**
 * `@langchain/openai`.
 */
import type { AIMessageChunk } from "@langchain/core/messages"
import { concat } from "@langchain/core/utils/stream"
import { ChatOpenAI } from "@langchain/openai"
import type { Session } from "../client.ts"
import type { Wire } from "../wire.ts"
import * as Request from "./request.ts"

export const session = (_wire: Wire, baseURL: string): Session => {
  const model = new ChatOpenAI({ model: Request.openAiModel, apiKey: Request.key, configuration: { baseURL } })
  return {
    text: async (onText) => {
      for await (const chunk of await model.stream(Request.prompt)) onText(chunk.text)
    },
    tool: async () => {
      const caller = model.bindTools([{ type: "function", function: { ...Request.tool } }])
      let whole: AIMessageChunk | undefined
      for await (const chunk of await caller.stream(Request.prompt)) {
        whole = whole === undefined ? chunk : concat(whole, chunk)
      }
      return JSON.stringify(whole?.tool_calls?.[0]?.args)
    }
  }
}
