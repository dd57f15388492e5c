/**
 * The AI SDK, over any of its models.
 */
import { type LanguageModel, streamText, tool } from "ai"
import { z } from "zod"
import type { Session } from "../client.ts"
import * as Request from "./request.ts"

// Errors are logged by default and end the stream as if it were whole; here they are thrown.
const onError = ({ error }: { readonly error: unknown }): never => {
  throw error
}

const tools = {
  [Request.tool.name]: tool({
    description: Request.tool.description,
    inputSchema: z.object({ lines: z.array(z.string()) })
  })
}

export const over = (model: LanguageModel): Session => ({
  text: async (onText) => {
    const { textStream } = streamText({ model, prompt: Request.prompt, onError })
    for await (const text of textStream) onText(text)
  },
  tool: async () => {
    const result = streamText({ model, prompt: Request.prompt, tools, onError })
    await result.consumeStream()
    const [call] = await result.toolCalls
    return JSON.stringify(call?.input)
  }
})
