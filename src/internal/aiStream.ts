/**
 * The chunks of one answer as the stream parts of `@effect/ai`.
 *
 * Texts and reasoning go out as they come. Calls go out when the stream has ended well: only then is it known that they
 * are whole, and whoever gets one runs it. All at once, so that they are run in parallel, and ahead of the finish.
 */
import type * as AiError from "@effect/ai/AiError"
import type * as Response from "@effect/ai/Response"
import * as Chunk from "effect/Chunk"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import type { ChatCompletion } from "../ChatCompletion.ts"
import type { ChatCompletionChunk, Delta, ToolCallDelta } from "../ChatCompletionChunk.ts"
import * as Parts from "./aiParts.ts"
import * as Fold from "./completionFold.ts"

type Part = Response.StreamPartEncoded

type Kind = "text" | "refusal" | "reasoning"

const words = { text: "text", refusal: "text", reasoning: "reasoning" } as const

/** What one run of a stream has said so far. */
class Answer {
  private readonly fold = Fold.make()
  private id = ""
  private hasBegun = false
  private blocks = 0
  private sources = 0
  private open: { readonly kind: Kind; readonly id: string } | undefined
  private readonly calls = new Map<number, string>()

  add(chunk: ChatCompletionChunk, out: Array<Part>): void {
    this.fold.add(chunk)
    if (!this.hasBegun) {
      this.hasBegun = true
      this.id = chunk.id
      out.push(Parts.responseMetadata(chunk))
    }
    for (const { delta, index } of chunk.choices) if (index === 0) this.delta(delta, out)
  }

  /** The answer, and what is owed at its end: all but the calls to run and the finish. */
  end(): { readonly completion: ChatCompletion; readonly owed: Array<Part> } {
    const completion = this.fold.snapshot()
    const owed: Array<Part> = []
    const native = this.calls.size === 0 ? Parts.nativeOf(Parts.choiceOf(completion)) : {}
    if (!Parts.isNothing(native) && this.open === undefined) this.begin("reasoning", owed)
    this.close(owed, native)
    for (const id of this.calls.values()) owed.push({ type: "tool-params-end", id })
    return { completion, owed }
  }

  private delta(delta: Delta, out: Array<Part>): void {
    this.text("reasoning", delta.reasoning?.content, out)
    this.text("text", delta.content, out)
    this.text("refusal", delta.refusal, out)
    for (const call of delta.toolCalls ?? []) this.call(call, out)
    for (const annotation of delta.annotations ?? []) {
      out.push(...Parts.source(annotation, `${this.id}:source:${this.sources++}`))
    }
  }

  private text(kind: Kind, delta: string | undefined, out: Array<Part>): void {
    if (delta === undefined || delta === "") return
    if (this.open?.kind !== kind) {
      this.close(out, {})
      this.begin(kind, out)
    }
    if (this.open !== undefined) out.push({ type: `${words[kind]}-delta`, id: this.open.id, delta })
  }

  private begin(kind: Kind, out: Array<Part>): void {
    this.open = { kind, id: `${this.id}:${this.blocks++}` }
    const metadata = Parts.withMetadata(kind === "refusal" ? { refusal: true } : {})
    out.push({ type: `${words[kind]}-start`, id: this.open.id, ...metadata })
  }

  private close(out: Array<Part>, ours: Parts.Ours): void {
    if (this.open === undefined) return
    out.push({ type: `${words[this.open.kind]}-end`, id: this.open.id, ...Parts.withMetadata(ours) })
    this.open = undefined
  }

  private call(
    { function: { arguments: delta = "", name = "" }, id = "", index }: ToolCallDelta,
    out: Array<Part>
  ): void {
    const known = this.calls.get(index)
    if (known === undefined) {
      this.close(out, {})
      this.calls.set(index, id)
      out.push({ type: "tool-params-start", id, name })
    }
    if (delta !== "") out.push({ type: "tool-params-delta", id: known ?? id, delta })
  }
}

/** `whole` is told the answer when its stream has ended well; `malformed` makes an error of a call that is not whole. */
export const of = <R>(
  chunks: Stream.Stream<ChatCompletionChunk, AiError.AiError, R>,
  options: {
    readonly whole: (completion: ChatCompletion) => void
    readonly malformed: (description: string) => AiError.AiError
  }
): Stream.Stream<Part, AiError.AiError, R> =>
  Stream.suspend(() => {
    const answer = new Answer()
    const parts = Stream.mapChunks(chunks, (received) => {
      const out: Array<Part> = []
      Chunk.forEach(received, (chunk) => answer.add(chunk, out))
      return Chunk.unsafeFromArray(out)
    })
    const end = Stream.suspend(() => {
      const { completion, owed } = answer.end()
      options.whole(completion)
      return Either.match(Parts.toolCalls(Parts.choiceOf(completion)), {
        onLeft: (description) => Stream.concat(Stream.fromIterable(owed), Stream.fail(options.malformed(description))),
        onRight: (calls) =>
          Stream.concat(Stream.fromIterable([...owed, ...calls]), Stream.succeed<Part>(Parts.finish(completion)))
      })
    })
    return Stream.concat(parts, end)
  })
