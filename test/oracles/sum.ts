/**
 * What the official OpenAI client, and those made from the same mould, read of an answer, in the words of the kit.
 */
import type OpenAI from "openai"
import * as Kit from "./kit.ts"

/** Fields that are no part of OpenAI's own types, which the client hands on. */
interface Beside {
  readonly reasoning_content?: unknown
  readonly reasoning?: unknown
}

const reasoningOf = ({ reasoning, reasoning_content }: Beside): string =>
  typeof reasoning_content === "string" ? reasoning_content : typeof reasoning === "string" ? reasoning : ""

const usageOf = (usage: OpenAI.CompletionUsage | null | undefined): Kit.Counts | undefined =>
  usage === null || usage === undefined ? undefined : {
    prompt: usage.prompt_tokens,
    completion: usage.completion_tokens,
    total: usage.total_tokens,
    cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
    reasoning: usage.completion_tokens_details?.reasoning_tokens ?? 0
  }

/** The client's whole answer. */
export const ofCompletion = (completion: OpenAI.ChatCompletion): Kit.Answer => ({
  id: completion.id,
  model: completion.model,
  choices: completion.choices.map(({ finish_reason, index, message }) => ({
    index,
    text: message.content ?? "",
    reasoning: reasoningOf(message as Beside),
    refusal: message.refusal ?? "",
    calls: (message.tool_calls ?? []).flatMap((call) =>
      call.type === "function" ? [[call.id, call.function.name, Kit.parsed(call.function.arguments)] as const] : []
    ),
    finish: finish_reason
  })),
  usage: usageOf(completion.usage)
})

type Piece = OpenAI.ChatCompletionChunk.Choice

/** The client's chunks, added up in the plainest way. */
export class Sum {
  id = ""
  model = ""
  usage: Kit.Counts | undefined = undefined
  private readonly choices = new Map<number, Kit.Choice & { readonly pieces: Map<number, [string, string, string]> }>()

  add(chunk: OpenAI.ChatCompletionChunk): void {
    if (this.id === "") this.id = chunk.id
    if (this.model === "") this.model = chunk.model
    this.usage = usageOf(chunk.usage) ?? this.usage
    // Servers leave out what the client's types promise.
    for (const { delta = {}, finish_reason, index = 0 } of chunk.choices as ReadonlyArray<Partial<Piece>>) {
      const before = this.choices.get(index) ??
        { index, text: "", reasoning: "", refusal: "", calls: [], finish: undefined, pieces: new Map() }
      for (const piece of delta.tool_calls ?? []) {
        const [id, name, args] = before.pieces.get(piece.index) ?? ["", "", ""]
        before.pieces.set(piece.index, [
          id === "" ? piece.id ?? "" : id,
          name === "" ? piece.function?.name ?? "" : name,
          args + (piece.function?.arguments ?? "")
        ])
      }
      this.choices.set(index, {
        ...before,
        text: before.text + (delta.content ?? ""),
        reasoning: before.reasoning + reasoningOf(delta as Beside),
        refusal: before.refusal + (delta.refusal ?? ""),
        finish: before.finish ?? finish_reason ?? undefined
      })
    }
  }

  get answer(): Kit.Answer {
    return {
      id: this.id,
      model: this.model,
      usage: this.usage,
      choices: [...this.choices.values()].map(({ pieces, ...choice }) => ({
        ...choice,
        calls: [...pieces.values()].map(([id, name, args]) => [id, name, Kit.parsed(args)] as const)
      }))
    }
  }
}
