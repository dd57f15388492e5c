/**
 * Frames to chunks: one fused pass over each network read. Before it `Framing`, after it `Call`. What a dialect says of
 * an event gets its final shape here, the same for every provider: one id, the role once, dense tool indexes, one
 * finish per choice after all its content, the token counts last.
 */
import type { ChatCompletionChunk, Usage } from "./ChatCompletionChunk.ts"
import type { CompletionParams } from "./CompletionParams.ts"
import type { Addition, Decoder, Fault, Output } from "./Dialect.ts"
import type { Endpoint } from "./Endpoint.ts"
import type { Frame, Parser } from "./Framing.ts"
import { Answer } from "./internal/answer.ts"
import * as Body from "./internal/body.ts"
import { inBand, reported } from "./internal/classify.ts"
import * as ErrorFacts from "./internal/errorFacts.ts"
import { excerpt } from "./internal/excerpt.ts"
import { parseJson } from "./internal/parseJson.ts"

export interface Options {
  readonly endpoint: Endpoint
  readonly params: CompletionParams
  /** Milliseconds since the epoch. */
  readonly now: number
  /** For what the server gives no id. */
  readonly id: string
  /** Whether a stream was asked for, and not a whole answer. */
  readonly stream: boolean
  readonly raw: boolean
  /** Characters of one frame, or of a whole answer. */
  readonly limit: number
  readonly contentType: string | undefined
}

/** How an attempt ended. */
export type Outcome = { readonly _tag: "Done" } | { readonly _tag: "Failed"; readonly fault: Fault }

const done: Outcome = { _tag: "Done" }
const failed = (fault: Fault): Outcome => ({ _tag: "Failed", fault })

/** The state of one attempt's response body. */
export class Normaliser {
  /** How the attempt ended; nothing is read after that. */
  outcome: Outcome | undefined = undefined
  /** Events that nobody knows. */
  unknownEvents = 0

  private readonly options: Options
  private readonly decoder: Decoder
  private readonly answer: Answer
  private readonly parser: Parser
  private readonly terminator: string | undefined
  private kind: Body.Kind | undefined = undefined
  private whole: Body.Collector | undefined = undefined
  /** Of a body that has not brought a frame. */
  private opening: Body.Opening | undefined = new Body.Opening()
  private events: Array<unknown> = []
  /** Characters of events that wait for content, or for the chunk that they are told with. */
  private held = 0
  private flushing = false
  /** Whether the body ended in the middle of a frame. */
  private isCut = false

  constructor(options: Options) {
    const { endpoint } = options
    this.options = options
    this.decoder = endpoint.dialect.decoder(options)
    this.answer = new Answer({ ...options, dialect: endpoint.dialect.id })
    this.terminator = endpoint.dialect.framing.terminator
    this.parser = endpoint.dialect.framing.parser(options.limit, (frame) => this.frame(frame))
  }

  /** Whether text, reasoning, refusal or a tool call came: from here on the attempt is not repeated. */
  get committed(): boolean {
    return this.answer.committed
  }

  /** How much of it came: a change feeds the clocks. */
  get contents(): number {
    return this.answer.contents
  }

  /** Whether the answer is known to be whole, so that nothing but an error inside the stream can spoil it. */
  get evidence(): boolean {
    return this.answer.evidence
  }

  get usage(): Usage | undefined {
    return this.answer.usage
  }

  /** The answer's id; unknown before the first event. */
  get id(): string | undefined {
    return this.answer.id
  }

  get model(): string {
    return this.answer.model
  }

  get finishReasons(): ReadonlyArray<string> {
    return this.answer.finishReasons
  }

  /** The chunks since the last call, in order. */
  take(): ReadonlyArray<ChatCompletionChunk> {
    return this.answer.take()
  }

  /** One network read. */
  push(bytes: Uint8Array): void {
    if (this.outcome !== undefined) return
    const kind = this.kind ?? this.sniff(bytes)
    if (kind === "json") {
      this.whole ??= new Body.Collector()
      if (!this.whole.push(bytes, this.options.limit)) this.tooLarge()
      return
    }
    this.opening?.push(bytes)
    if (kind !== "page") {
      if (!this.parser.push(bytes)) this.tooLarge()
    } else if (this.opening?.isFull === true) {
      this.fail(this.unexpected())
    }
  }

  /** The body has ended: cleanly, or with a fault of the transport. */
  end(transport?: Fault): void {
    if (this.outcome !== undefined) return
    if (this.whole !== undefined) {
      this.flushing = true
      this.wholeBody(this.whole.text(), transport)
      return
    }
    if (this.kind === "page") return this.fail(this.unexpected())
    this.flushing = true
    this.parser.end()
    if (this.outcome !== undefined) return
    if (this.evidence) return this.succeed()
    if (transport !== undefined) return this.fail(transport)
    this.ended()
  }

  /**
   * Nobody reads on before the answer is whole: what the dialect held back goes with the rest, if some of that is given
   * out. If not, the attempt can be repeated.
   */
  leave(): void {
    if (this.outcome !== undefined || !this.committed) return
    // A block that was cut is none.
    this.tell((this.decoder.end?.() ?? []).filter((output) => output._tag !== "Native"))
  }

  /** Without evidence the end of a body is the end of the answer only where the endpoint says so. */
  private ended(): void {
    if (this.options.endpoint.lenientFinish === true && !this.isCut) {
      // Which may be all of the answer.
      this.tell(this.decoder.end?.() ?? [])
      if (this.answer.begun) return this.succeed()
    }
    const isJunk = this.opening !== undefined && this.opening.text.trim() !== "" && !this.isAnnounced
    this.fail(isJunk ? this.unexpected() : { reason: { _tag: "TruncatedStream" } })
  }

  private get isAnnounced(): boolean {
    return Body.isAnnounced(this.options.contentType, this.options.endpoint.dialect.framing.contentTypes)
  }

  private sniff(bytes: Uint8Array): Body.Kind | undefined {
    const { endpoint, stream } = this.options
    this.kind = Body.kindOf(bytes, { jsonFrames: endpoint.dialect.framing.jsonFrames, stream })
    return this.kind
  }

  private frame(frame: Frame): void {
    if (this.outcome !== undefined) return
    const data = frame.data
    if (this.terminator !== undefined && isTerminator(data, this.terminator)) {
      return this.evidence ? this.succeed() : this.ended()
    }
    const isFirst = this.opening !== undefined
    this.opening = undefined
    if (data === "") return
    const json = parseJson(data)
    if (json === undefined) {
      // What the end of the body cut off says nothing; how the body ended does.
      if (this.flushing) this.isCut = true
      else if (isFirst && !this.isAnnounced) this.fail(this.unexpected(data))
      else this.fail({ reason: { _tag: "MalformedChunk", excerpt: excerpt(data) } })
      return
    }
    const error = ErrorFacts.ofEvent(json, frame.event)
    if (error !== undefined) return this.fail(this.fault(error))
    if (this.options.raw) this.events.push(json)
    this.outputs(this.decoder.event(json))
    this.bound(data.length)
  }

  /** What is kept for later is as bounded as one event: a server could send such events for ever. */
  private bound(characters: number): void {
    if (this.outcome !== undefined) return
    this.held = this.answer.isHolding || this.events.length > 0 ? this.held + characters : 0
    if (this.held > this.options.limit || this.answer.waiting > this.options.limit) this.tooLarge()
  }

  private outputs(outputs: ReadonlyArray<Output>): void {
    for (const output of outputs) {
      switch (output._tag) {
        case "Failure":
          this.answer.flush(this.events)
          return this.fail(inBand(output.fault))
        case "Unknown":
          this.unknownEvents++
          break
        case "End":
          this.answer.flush(this.events)
          this.answer.end()
          return this.succeed()
        default:
          this.answer.add(output)
      }
    }
    if (this.answer.flush(this.events)) this.events = []
  }

  /** A body that is one JSON document: an error, or the whole answer. */
  private wholeBody(text: string, transport: Fault | undefined): void {
    const json = parseJson(text)
    if (json === undefined) {
      // A document that was closed and is none was not cut.
      const isCut = !/[}\]]\s*$/.test(text.slice(-64))
      return this.fail(transport ?? (isCut ? { reason: { _tag: "TruncatedStream" } } : this.unexpected(text)))
    }
    const error = ErrorFacts.ofEvent(json, undefined)
    if (error !== undefined) return this.fail(this.fault(error))
    const outputs = this.decoder.completion(json)
    if (outputs === undefined) return this.fail(this.unexpected(text))
    if (this.options.raw) this.events.push(json)
    this.outputs(outputs)
    if (this.outcome !== undefined) return
    this.answer.end()
    this.succeed()
  }

  private fault(error: ErrorFacts.WireError): Fault {
    return reported(this.options.endpoint, error)
  }

  private unexpected(text = this.opening?.text ?? ""): Fault {
    return { reason: { _tag: "UnexpectedBody", contentType: this.options.contentType, excerpt: excerpt(text) } }
  }

  private tooLarge(): void {
    this.fail({ reason: { _tag: "EventTooLarge", limit: this.options.limit } })
  }

  private tell(outputs: ReadonlyArray<Addition>): void {
    for (const output of outputs) this.answer.add(output)
    if (this.answer.flush(this.events)) this.events = []
  }

  private succeed(): void {
    this.tell(this.decoder.end?.() ?? [])
    this.answer.finish(this.events)
    this.outcome = done
  }

  private fail(fault: Fault): void {
    this.leave()
    this.outcome = failed(fault)
  }
}

const isTerminator = (data: string, terminator: string): boolean =>
  data === terminator || (data.length < terminator.length + 4 && data.trim() === terminator)
