/**
 * `any-llm-ts`, over either wire.
 */
import { AnyLLM } from "any-llm-ts"
import type { Session } from "../client.ts"
import type { Wire } from "../wire.ts"
import * as Request from "./request.ts"

export const session = (wire: Wire, base: string): Session => {
  const llm = AnyLLM.create(wire, { apiKey: Request.key, apiBase: base })
  const model = wire === "openai" ? Request.openAiModel : Request.anthropicModel
  const ask = () =>
    llm.completion({ model, messages: [{ role: "user", content: Request.prompt }], maxTokens: 4096, stream: true })
  return {
    text: async (onText) => {
      for await (const chunk of await ask()) onText(chunk.choices[0]?.delta.content ?? "")
    },
    relay: async (write) => {
      const encoder = new TextEncoder()
      for await (const chunk of await ask()) write(encoder.encode(`data: ${JSON.stringify(chunk)}\n\n`))
      write(encoder.encode("data: [DONE]\n\n"))
    }
  }
}
