/**
 * A provider from a script, for tests: its answers are data, and it needs no HttpClient. Everything else is the
 * engine's own, so that chunks, errors, cancellation, time limits (on the TestClock) and retry are as in production.
 *
 * @example
 * import { CompletionParams, Provider, TestProvider } from "effect-any-llm"
 *
 * Provider.completion(CompletionParams.make("Hi")).pipe(
 *   Effect.provide(TestProvider.layer(TestProvider.text("Hello")))
 * )
 */
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { CallOptions } from "./CallOptions.ts"
import type { FinishReason, Usage } from "./ChatCompletionChunk.ts"
import type { CompletionParams } from "./CompletionParams.ts"
import type { Dialect, Fault, Output } from "./Dialect.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Framing from "./Framing.ts"
import { Calls } from "./internal/calls.ts"
import type { Json, JsonObject } from "./internal/json.ts"
import * as Network from "./internal/network.ts"
import * as TestAnswer from "./internal/testAnswer.ts"
import * as Provider from "./Provider.ts"
import { isProviderError, type Reason } from "./ProviderError.ts"
import type { Transport } from "./Transport.ts"

/** One thing that a provider does; the functions below make them. */
export type Step = TestAnswer.Step

/** What a provider does with one request: several steps, or one. */
export type Answer = Step | { readonly _tag: "Answer"; readonly steps: ReadonlyArray<Step> }

/**
 * One answer for every request; a list with one for each, in order, which dies when it has run out; or a function.
 * A call is one request, unless `retry` is given and an attempt failed.
 */
export type Script =
  | Answer
  | ReadonlyArray<Answer>
  | ((params: CompletionParams, options: CallOptions) => Answer | Effect.Effect<Answer>)

export interface Options
  extends Partial<Pick<Endpoint.Endpoint, "id" | "capabilities">>, Pick<Provider.LayerOptions, "timeouts" | "retry">
{
  /** Used when `params.model` is absent. Default: `test-model`. */
  readonly model?: string | undefined
}

/** A request that the provider got. */
export interface ReceivedCall {
  /** As the caller gave them. */
  readonly params: CompletionParams
  readonly options: CallOptions
  readonly stream: boolean
}

export interface Service extends Provider.Service {
  /** What it got so far. */
  readonly calls: Effect.Effect<ReadonlyArray<ReceivedCall>>
}

/** The scripted provider, for what it got. */
export class TestProvider extends Context.Tag("effect-any-llm/TestProvider")<TestProvider, Service>() {}

/** The requests that the provider in context got so far. */
export const calls: Effect.Effect<ReadonlyArray<ReceivedCall>, never, TestProvider> = Effect.flatMap(
  TestProvider,
  (provider) => provider.calls
)

/** Steps one after the other. Without `finish`, `fail` or `truncate` the answer ends as `stop`, or `tool_calls`. */
export const answer = (...steps: ReadonlyArray<Step>): Answer => ({ _tag: "Answer", steps })

/** Text: one chunk for each piece. */
export const text = (...pieces: ReadonlyArray<string>): Step => ({ _tag: "Text", pieces })

/** Reasoning text: one chunk for each piece. */
export const reasoning = (...pieces: ReadonlyArray<string>): Step => ({ _tag: "Reasoning", pieces })

/** A refusal's text: one chunk for each piece. */
export const refusal = (...pieces: ReadonlyArray<string>): Step => ({ _tag: "Refusal", pieces })

/**
 * A tool call. Arguments are a JSON object, a text that is sent as it is, or the fragments of such a text, one chunk
 * each. Steps with the same `id` are pieces of one call; without one, each step is a call.
 */
export const toolCall = (call: {
  readonly name: string
  readonly arguments?: string | ReadonlyArray<string> | JsonObject | undefined
  readonly id?: string | undefined
}): Step => ({ ...call, _tag: "ToolCall" })

/** A block that the next turn has to bring back verbatim; its dialect is `test`. */
export const native = (block: Json): Step => ({ _tag: "Native", block })

/** Token counts. Of several, the last value of a field counts. */
export const usage = (counts: Partial<Usage>): Step => ({ _tag: "Usage", usage: counts })

/** Why the answer ends. `native` is the server's own word, by default the same. */
export const finish = (reason: FinishReason, native: string = reason): Step => ({ _tag: "Finish", reason, native })

/** The response's headers. Without this step they come with the first step that is no `pause`. */
export const headers = (head?: {
  readonly requestId?: string | undefined
  /** As `onResponse` gets them. */
  readonly headers?: { readonly [name: string]: string } | undefined
}): Step => ({ _tag: "Headers", requestId: head?.requestId, headers: head?.headers ?? {} })

/** The call fails: for a reason, with the facts of the call as it is; or with an error as it stands. */
export const fail = (error: Reason | Provider.CallError, facts: TestAnswer.FaultFacts = {}): Step => ({
  _tag: "Fail",
  error,
  facts
})

/** The body stops in the middle of the answer. */
export const truncate: Step = { _tag: "Truncate" }

/** Nothing for a while, by the Clock; `Duration.infinity`: nothing any more. */
export const pause = (duration: Duration.DurationInput): Step => ({ _tag: "Pause", duration })

/** The provider as a service, without a Scope: for tags of one's own. */
export const make = (script: Script, options: Options = {}): Effect.Effect<Service> =>
  Effect.sync(() => serviceOf(script, options, new Calls()))

/** The provider as the application's, and as `TestProvider`. */
export const layer = (script: Script, options: Options = {}): Layer.Layer<Provider.Provider | TestProvider> =>
  Layer.scopedContext(Effect.map(Provider.scopedCalls, (running) => {
    const service = serviceOf(script, options, running)
    return Context.add(Context.make(Provider.Provider, service), TestProvider, service)
  }))

const serviceOf = (script: Script, options: Options, running: Calls): Service => {
  const { capabilities = Provider.everything, id = "test", model = "test-model", retry = false, timeouts } = options
  const received: Array<ReceivedCall> = []
  const take = (call: ReceivedCall): Effect.Effect<ReadonlyArray<Step>> =>
    Effect.suspend(() => {
      const count = received.push(call)
      return Effect.map(answerOf(script, call, count), (given) => given._tag === "Answer" ? given.steps : [given])
    })
  const begin = (call: ReceivedCall) => {
    const { asGiven, dialect, transport } = new Exchange(take(call), call.stream)
    const endpoint: Endpoint.Endpoint = { id, dialect, baseUrl: "", auth: Endpoint.noAuth, env: {}, capabilities }
    return { asGiven, over: Provider.serviceOf(endpoint, { model, timeouts, retry }, transport, running) }
  }
  return {
    id,
    capabilities,
    completionStream: (params, callOptions = {}) =>
      Stream.suspend(() => {
        const { asGiven, over } = begin({ params, options: callOptions, stream: true })
        return Stream.mapError(over.completionStream(params, callOptions), asGiven)
      }),
    completion: (params, callOptions = {}) =>
      Effect.suspend(() => {
        const { asGiven, over } = begin({ params, options: callOptions, stream: false })
        return Effect.mapError(over.completion(params, callOptions), asGiven)
      }),
    calls: Effect.sync(() => [...received])
  }
}

/** A script that has run out is a mistake in the test: as a failure, the code under test could handle it. */
const answerOf = (script: Script, { options, params }: ReceivedCall, count: number): Effect.Effect<Answer> => {
  if (typeof script === "function") {
    const given = script(params, options)
    return Effect.isEffect(given) ? given : Effect.succeed(given)
  }
  if (!isList(script)) return Effect.succeed(script)
  const given = script[count - 1]
  return given === undefined
    ? Effect.dieMessage(`TestProvider: request ${count}, but the script has ${script.length} answers`)
    : Effect.succeed(given)
}

// `Array.isArray` does not narrow to a ReadonlyArray.
const isList = (script: Answer | ReadonlyArray<Answer>): script is ReadonlyArray<Answer> => Array.isArray(script)

const encoder = new TextEncoder()

/**
 * One call's wire. A body says only which read it is at; what the read says never leaves memory, so that it may hold
 * what has no JSON.
 */
class Exchange {
  private readonly told: Array<ReadonlyArray<Output>> = []
  /** Errors to be failed with as they stand, by the code of what takes their place inside the engine. */
  private readonly given = new Map<string, Provider.CallError>()
  private readonly steps: Effect.Effect<ReadonlyArray<Step>>
  private readonly stream: boolean

  constructor(steps: Effect.Effect<ReadonlyArray<Step>>, stream: boolean) {
    this.steps = steps
    this.stream = stream
  }

  readonly asGiven = (error: Provider.CallError): Provider.CallError =>
    isProviderError(error) && error.code !== undefined ? this.given.get(error.code) ?? error : error

  readonly dialect: Dialect = {
    id: "test",
    framing: Framing.sse,
    headers: {},
    encode: () => Either.right({ path: "", body: {}, dropped: [] }),
    decoder: () => ({ event: (json) => this.outputs(json), completion: (json) => this.outputs(json) }),
    failure: () => ({ _tag: "Server" })
  }

  readonly transport: Transport = {
    connect: (_outgoing, onHead) =>
      Effect.gen(this, function*() {
        const streamed = TestAnswer.plan(yield* this.steps, (step) => this.faultOf(step))
        const { headers, reads, refused, requestId, truncated, wait } = this.stream
          ? streamed
          : TestAnswer.whole(streamed)
        yield* rest(wait)
        if (refused !== undefined) {
          const { requestId, status } = refused
          if (status !== undefined) yield* onHead({ status, requestId, headers })
          return yield* Effect.fail(Network.fault(refused))
        }
        yield* onHead({ status: 200, requestId, headers })
        const left = reads.values()
        const pull = Effect.suspend(() => {
          const read = left.next()
          return read.done === true
            ? Effect.fail(Option.none())
            : Effect.as(rest(read.value.after), Chunk.of(encoder.encode(this.body(read.value, truncated))))
        })
        return { contentType: this.stream ? "text/event-stream" : "application/json", pull }
      })
  }

  private body({ outputs }: TestAnswer.Read, truncated: boolean): string {
    const json = JSON.stringify({ read: this.told.push(outputs) - 1, outputs })
    return this.stream ? `data: ${json}\n\n` : truncated ? "{" : json
  }

  private outputs(json: unknown): ReadonlyArray<Output> {
    // Written by `body`.
    return this.told[(json as { readonly read: number }).read] ?? []
  }

  private faultOf({ error, facts }: Extract<Step, { readonly _tag: "Fail" }>): Fault {
    switch (error._tag) {
      case "ProviderError":
      case "Timeout":
      case "Cancelled": {
        const retryAfter = error._tag === "ProviderError" && "retryAfter" in error.reason
          ? error.reason.retryAfter
          : undefined
        const code = `as given ${this.given.size}`
        this.given.set(code, error)
        return { reason: { _tag: "Overloaded", retryAfter }, code, shouldRetry: error.isRetryable }
      }
      default:
        return { ...facts, reason: error }
    }
  }
}

const rest = (duration: Duration.Duration): Effect.Effect<void> =>
  Duration.equals(duration, Duration.zero) ? Effect.void : Effect.sleep(duration)
