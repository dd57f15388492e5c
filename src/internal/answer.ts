/**
 * The chunks of one answer, made from what its events say: held until there is something to say, then in order.
 */
import type {
  Annotation,
  ChatCompletionChunk,
  ChunkChoice,
  Delta,
  Logprobs,
  ToolCallDelta,
  Usage
} from "../ChatCompletionChunk.ts"
import type { CompletionParams } from "../CompletionParams.ts"
import type { Addition, Output } from "../Dialect.ts"
import { isWhole } from "./finish.ts"
import { constructorOf } from "./plain.ts"
import { ToolCalls } from "./toolCalls.ts"

interface Options {
  readonly dialect: string
  readonly params: CompletionParams
  /** Milliseconds since the epoch. */
  readonly now: number
  /** For what the server gives no id. */
  readonly id: string
  readonly raw: boolean
}

type Writable<A> = { -readonly [K in keyof A]: A[K] }

/** Lists that grow in place: one event can bring a hundred thousand calls. */
interface Pending extends Writable<Omit<Delta, "toolCalls" | "annotations">> {
  toolCalls?: Array<ToolCallDelta>
  annotations?: Array<Annotation>
}

interface Choice {
  readonly index: number
  /** Since the first piece of one. */
  tools: ToolCalls | undefined
  /** What the event at hand adds. */
  delta: Pending | undefined
  logprobs: Logprobs | undefined
  /** Whether the role is out. */
  introduced: boolean
  finish: { readonly reason: string; readonly native: string } | undefined
}

const nothing: ReadonlyArray<ChatCompletionChunk> = []

const PlainChunk = constructorOf<Writable<ChatCompletionChunk>, [string, number, string, ReadonlyArray<ChunkChoice>]>(
  function(id, created, model, choices) {
    this.id = id
    this.object = "chat.completion.chunk"
    this.created = created
    this.model = model
    this.choices = choices
  }
)

const PlainChoice = constructorOf<Writable<ChunkChoice>, [number, Delta]>(function(index, delta) {
  this.index = index
  this.delta = delta
})

/** What the event at hand adds to a choice, which is out with that. */
const told = (choice: Choice): ChunkChoice => {
  const { delta = {}, index, logprobs } = choice
  choice.delta = undefined
  choice.logprobs = undefined
  choice.introduced = true
  const addition = new PlainChoice(index, delta)
  if (logprobs !== undefined) addition.logprobs = logprobs
  return addition
}

export class Answer {
  /** Whether something is out, or about to be: from here on the attempt is not repeated. */
  committed = false
  /** How many pieces of text, reasoning, refusal and tool calls came. */
  contents = 0
  /** Characters of arguments that came before the name of their call. */
  waiting = 0

  private readonly options: Options
  private readonly choices = new Map<number, Choice>()
  /** The choices that the event at hand spoke of, in its order; behind `touches` those of events before it. */
  private readonly touched: Array<Choice> = []
  private touches = 0
  private readonly head: Writable<Partial<Extract<Output, { readonly _tag: "Head" }>>> = {}
  private counts: Partial<Usage> | undefined = undefined
  private ended = false
  /** Choices without a finish reason: counted, since it is looked at after each read. */
  private unfinished = 0
  private ready: Array<ChatCompletionChunk> = []

  constructor(options: Options) {
    this.options = options
  }

  get id(): string | undefined {
    return this.head.id
  }

  /** The model that answers, by the server's word or else the caller's. */
  get model(): string {
    return this.head.model ?? this.options.params.model ?? ""
  }

  get begun(): boolean {
    return this.choices.size > 0
  }

  /** A finish reason for every choice that began, or the dialect's own end. */
  get evidence(): boolean {
    return this.ended || (this.begun && this.unfinished === 0)
  }

  get usage(): Usage | undefined {
    if (this.counts === undefined) return undefined
    const { completionTokens = 0, promptTokens = 0, totalTokens = promptTokens + completionTokens } = this.counts
    return { ...this.counts, promptTokens, completionTokens, totalTokens }
  }

  get finishReasons(): ReadonlyArray<string> {
    return [...this.choices.values()]
      .filter((choice) => choice.finish !== undefined || this.ended)
      .map((choice) => this.reasonOf(choice))
  }

  /** Whether there are chunks that wait for the first content. */
  get isHolding(): boolean {
    return !this.committed && this.ready.length > 0
  }

  /** The chunks since the last call; none leaves before the first content. */
  take(): ReadonlyArray<ChatCompletionChunk> {
    if (!this.committed || this.ready.length === 0) return nothing
    const chunks = this.ready
    this.ready = []
    return chunks
  }

  add(output: Addition): void {
    switch (output._tag) {
      case "Text":
        if (output.text !== "") this.said(output.choice, "content", output.text)
        break
      case "Reasoning":
        if (output.text !== "") this.reasoned(output.choice, output.text)
        break
      case "Refusal":
        if (output.text !== "") this.said(output.choice, "refusal", output.text)
        break
      case "ToolCall":
        this.called(output)
        break
      case "Annotations": {
        const annotations = this.deltaOf(this.choice(output.choice)).annotations ??= []
        for (const annotation of output.annotations) annotations.push(annotation)
        break
      }
      case "Native": {
        const choice = this.choice(output.choice)
        // A delta has place for one block.
        if (choice.delta?.native !== undefined) this.flush([])
        this.deltaOf(choice).native = { dialect: this.options.dialect, block: output.block }
        break
      }
      case "Logprobs": {
        const choice = this.choice(output.choice)
        this.deltaOf(choice)
        choice.logprobs = output.logprobs
        break
      }
      case "Finish":
        this.finished(output)
        break
      case "Usage":
        this.count(output.usage)
        break
      case "Head":
        this.introduce(output)
        break
    }
  }

  /** Makes one chunk of what the event at hand added. `false`: it added nothing. */
  flush(raw: ReadonlyArray<unknown>): boolean {
    if (this.touches === 0) return false
    // A list that grows piece by piece has room for 17, which every chunk would hold.
    const choices = this.touched.slice(0, this.touches).map(told)
    this.touches = 0
    this.emit(choices, raw)
    return true
  }

  /** The dialect's own word that the answer is over: also one that said nothing. */
  end(): void {
    this.ended = true
    if (!this.begun) this.choice(0)
  }

  /** What is owed at the end: arguments of calls without any, a finish for each choice, the counts. */
  finish(raw: ReadonlyArray<unknown>): void {
    // On the first chunk that comes of them.
    let untold = this.flush(raw) ? [] : raw
    for (const choice of [...this.choices.values()].sort((a, b) => a.index - b.index)) {
      const reason = this.reasonOf(choice)
      const owed = choice.tools?.close(isWhole(reason)) ?? []
      if (owed.length > 0) {
        this.deltaOf(choice).toolCalls = [...owed]
        this.flush(untold)
        untold = []
      }
      this.emit([{
        index: choice.index,
        delta: choice.introduced ? {} : { role: "assistant" },
        finishReason: reason,
        ...(choice.finish === undefined ? undefined : { nativeFinishReason: choice.finish.native })
      }], untold)
      untold = []
    }
    const usage = this.usage
    if (usage !== undefined && this.options.params.includeUsage !== false) this.emit([], [], usage)
    this.committed = true
  }

  private said(index: number, field: "content" | "refusal", text: string): void {
    const delta = this.contentOf(index)
    const before = delta[field]
    delta[field] = before === undefined ? text : before + text
  }

  private reasoned(index: number, text: string): void {
    const delta = this.contentOf(index)
    delta.reasoning = { content: delta.reasoning === undefined ? text : delta.reasoning.content + text }
  }

  private called(piece: Extract<Output, { readonly _tag: "ToolCall" }>): void {
    const choice = this.choice(piece.choice)
    const { index } = choice
    choice.tools ??= new ToolCalls((call) => `call_${this.options.id}_${index === 0 ? "" : `${index}_`}${call}`)
    const added = choice.tools.add(piece)
    this.contents++
    if (added === undefined) {
      this.waiting += piece.arguments?.length ?? 0
      return
    }
    const delta = this.contentOf(piece.choice)
    delta.toolCalls ??= []
    delta.toolCalls.push(added)
  }

  /** The first reason counts, but `stop` gives way to a word that says more: some servers send it on every chunk. */
  private finished(output: Extract<Output, { readonly _tag: "Finish" }>): void {
    const choice = this.choice(output.choice)
    if (choice.finish === undefined) this.unfinished--
    if (choice.finish === undefined || (choice.finish.reason === "stop" && output.reason !== "stop")) {
      choice.finish = { reason: output.reason, native: output.native }
    }
  }

  /** The last value of a field counts; nothing is summed. */
  private count(usage: Partial<Usage>): void {
    const extra = usage.extra === undefined ? this.counts?.extra : { ...this.counts?.extra, ...usage.extra }
    const known = Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== undefined))
    this.counts = { ...this.counts, ...known, ...(extra === undefined ? undefined : { extra }) }
  }

  private introduce(head: Extract<Output, { readonly _tag: "Head" }>): void {
    this.head.id ??= head.id
    this.head.model ??= head.model
    this.head.created ??= head.created
    this.head.systemFingerprint ??= head.systemFingerprint
    this.head.serviceTier ??= head.serviceTier
  }

  private reasonOf(choice: Choice): string {
    const said = choice.finish?.reason ?? "stop"
    return said === "stop" && choice.tools !== undefined ? "tool_calls" : said
  }

  private choice(index: number): Choice {
    const present = this.choices.get(index)
    if (present !== undefined) return present
    const choice: Choice = {
      index,
      tools: undefined,
      delta: undefined,
      logprobs: undefined,
      introduced: false,
      finish: undefined
    }
    this.choices.set(index, choice)
    this.unfinished++
    return choice
  }

  private contentOf(index: number): Pending {
    this.committed = true
    this.contents++
    return this.deltaOf(this.choice(index))
  }

  private deltaOf(choice: Choice): Pending {
    if (choice.delta !== undefined) return choice.delta
    this.touched[this.touches++] = choice
    const delta: Pending = choice.introduced ? {} : { role: "assistant" }
    choice.delta = delta
    return delta
  }

  private emit(choices: ReadonlyArray<ChunkChoice>, raw: ReadonlyArray<unknown>, usage?: Usage): void {
    const { head, options } = this
    // The first chunk fixes what the server has not said by now.
    const chunk = new PlainChunk(
      head.id ??= options.id,
      head.created ??= Math.floor(options.now / 1000),
      head.model ??= options.params.model ?? "",
      choices
    )
    if (usage !== undefined) chunk.usage = usage
    if (head.systemFingerprint !== undefined) chunk.systemFingerprint = head.systemFingerprint
    if (head.serviceTier !== undefined) chunk.serviceTier = head.serviceTier
    if (raw.length > 0) chunk.raw = raw
    this.ready.push(chunk)
  }
}
