/**
 * The bare loop over Anthropic's messages.
 */
import type { Session } from "../client.ts"
import type { Wire } from "../wire.ts"
import * as Bare from "./bare.ts"
import * as Request from "./request.ts"

interface Event {
  readonly type: string
  readonly message?: { readonly id: string; readonly model: string }
  readonly delta?: {
    readonly type?: string
    readonly text?: string
    readonly partial_json?: string
    readonly stop_reason?: string
  }
}

export const over = (events: Bare.Events) => (_wire: Wire, base: string): Session => {
  const request = (tools?: unknown): Bare.Request => ({
    url: `${base}/v1/messages`,
    headers: { "x-api-key": Request.key, "anthropic-version": "2023-06-01" },
    body: {
      model: Request.anthropicModel,
      max_tokens: Request.maxTokens,
      messages: [{ role: "user", content: Request.prompt }],
      stream: true,
      tools
    }
  })
  const parse = (data: string): Event => JSON.parse(data) as Event
  return {
    text: (onText) =>
      events(request(), (data) => {
        const text = parse(data).delta?.text
        if (text) onText(text)
      }),
    tool: async () => {
      let whole = ""
      const { name, description, parameters } = Request.tool
      await events(request([{ name, description, input_schema: parameters }]), (data) => {
        whole += parse(data).delta?.partial_json ?? ""
      })
      JSON.parse(whole)
      return whole
    },
    relay: async (write) => {
      const encoder = new TextEncoder()
      const created = Math.floor(Date.now() / 1000)
      let id = ""
      let model = ""
      const send = (delta: unknown, finish_reason: string | null = null): void => {
        const choices = [{ index: 0, delta, finish_reason }]
        const chunk = { id, object: "chat.completion.chunk", created, model, choices }
        write(encoder.encode(`data: ${JSON.stringify(chunk)}\n\n`))
      }
      await events(request(), (data) => {
        const { delta, message } = parse(data)
        if (message !== undefined) {
          id = message.id
          model = message.model
          send({ role: "assistant" })
        } else if (delta?.text !== undefined) send({ content: delta.text })
        else if (delta?.stop_reason === "end_turn") send({}, "stop")
      })
      write(encoder.encode("data: [DONE]\n\n"))
    }
  }
}

export const session = over(Bare.events)
