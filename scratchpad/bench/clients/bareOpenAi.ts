/**
 * The bare loop over OpenAI's chat completions.
 */
import type { Session } from "../client.ts"
import type { Wire } from "../wire.ts"
import * as Bare from "./bare.ts"
import * as Request from "./request.ts"

interface Chunk {
  readonly choices: ReadonlyArray<{
    readonly delta: {
      readonly content?: string | null
      readonly tool_calls?: ReadonlyArray<{ readonly function: { readonly arguments?: string } }>
    }
  }>
}

export const over = (events: Bare.Events) => (_wire: Wire, base: string): Session => {
  const request = (tools?: unknown): Bare.Request => ({
    url: `${base}/chat/completions`,
    headers: { authorization: `Bearer ${Request.key}` },
    body: {
      model: Request.openAiModel,
      messages: [{ role: "user", content: Request.prompt }],
      stream: true,
      stream_options: { include_usage: true },
      tools
    }
  })
  // What JSON.parse gives is believed: that is what makes the loop bare.
  const parse = (data: string): Chunk => JSON.parse(data) as Chunk
  return {
    text: (onText) =>
      events(request(), (data) => {
        if (data === "[DONE]") return
        const content = parse(data).choices[0]?.delta.content
        if (content) onText(content)
      }),
    tool: async () => {
      let whole = ""
      await events(request([{ type: "function", function: Request.tool }]), (data) => {
        if (data === "[DONE]") return
        whole += parse(data).choices[0]?.delta.tool_calls?.[0]?.function.arguments ?? ""
      })
      // What the others do before they call it complete.
      JSON.parse(whole)
      return whole
    },
    relay: (write) => {
      const encoder = new TextEncoder()
      return events(request(), (data) => {
        write(encoder.encode(`data: ${data === "[DONE]" ? data : JSON.stringify(parse(data))}\n\n`))
      })
    }
  }
}

export const session = over(Bare.events)
