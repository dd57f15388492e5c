/**
 * The loop of a toolkit: an answer, the handlers of its calls, and again, until an answer calls nothing. Which tools there
 * are and what they fail with is typed where it is called: see `Toolkit.stream`.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Mailbox from "effect/Mailbox"
import * as Stream from "effect/Stream"
import type { CallOptions } from "../CallOptions.ts"
import * as ChatCompletion from "../ChatCompletion.ts"
import type { ChatCompletionChunk } from "../ChatCompletionChunk.ts"
import * as CompletionParams from "../CompletionParams.ts"
import { completionStream, type Provider } from "../Provider.ts"
import type { CallError } from "../ProviderError.ts"
import { type InvalidCall, type Reason, ToolError } from "../ToolError.ts"
import * as Fold from "./completionFold.ts"
import { isWhole } from "./finish.ts"
import { isObject } from "./json.ts"
import { parseJson } from "./parseJson.ts"
import * as Wording from "./toolMessage.ts"

type Call = ChatCompletion.CompletedToolCall

/** What became of a call, and what the model is told of it. */
export interface Result {
  readonly outcome:
    | { readonly _tag: "Success"; readonly name: string; readonly value: unknown }
    | { readonly _tag: "Failure"; readonly name: string; readonly error: unknown }
    | { readonly _tag: "Denied"; readonly name: string }
    | InvalidCall
  readonly content: string
  readonly isError: boolean
}

export type Event =
  | { readonly _tag: "Chunk"; readonly step: number; readonly chunk: ChatCompletionChunk }
  | { readonly _tag: "ToolCall"; readonly step: number; readonly call: Call }
  | { readonly _tag: "ToolResult"; readonly step: number; readonly id: string; readonly result: Result }
  | { readonly _tag: "StepEnd"; readonly step: number; readonly completion: ChatCompletion.ChatCompletion }

/** A tool as the loop knows it. */
export interface Runner<E, R> {
  readonly decode: (call: Call) => Either.Either<unknown, InvalidCall>
  /** Runs the handler; fails only where a handler's failure is to end the loop. */
  readonly run: (parameters: unknown, call: Call) => Effect.Effect<Result, E, R>
}

export interface Loop<E, R> {
  readonly definitions: ReadonlyArray<CompletionParams.ToolDefinition>
  readonly runners: ReadonlyMap<string, Runner<E, R>>
  readonly params: CompletionParams.CompletionParams
  readonly call: CallOptions | undefined
  readonly maxSteps: number
  readonly concurrency: number | "unbounded"
  readonly approve: ((call: Call) => Effect.Effect<boolean, E, R>) | undefined
  readonly onInvalidCall: "tellModel" | "fail"
}

type Events<E, R> = Stream.Stream<Event, E | CallError | ToolError, R | Provider>

/** A call that may be run, or that must not be. */
type Checked<E, R> = Effect.Effect<Effect.Effect<Result, E, R>, InvalidCall>

const failWith = (reason: Reason, step: number): Effect.Effect<never, ToolError> =>
  // The compiler has checked the fields.
  Effect.fail(new ToolError({ reason, step }, { disableValidation: true }))

const told = <E, R>({ runners }: Loop<E, R>, reason: InvalidCall): Result => ({
  outcome: reason,
  content: Wording.toldOfCall(reason, [...runners.keys()]),
  isError: true
})

const denied = (call: Call): Result => ({
  outcome: { _tag: "Denied", name: call.function.name },
  content: Wording.denied,
  isError: true
})

const facts = ({ function: { name }, id }: Call) => ({ _tag: "InvalidCall" as const, id, name })

/** Whether a call may be executed: it is whole, of a tool that there is, with parameters that decode. */
const check = <E, R>(loop: Loop<E, R>, call: Call, isCut: boolean, ask: Effect.Semaphore): Checked<E, R> => {
  const runner = loop.runners.get(call.function.name)
  if (isCut) return Effect.fail({ ...facts(call), kind: "cut" })
  if (runner === undefined) return Effect.fail({ ...facts(call), kind: "unknownTool" })
  const { approve } = loop
  return Effect.map(runner.decode(call), (parameters) => {
    const run = Effect.suspend(() => runner.run(parameters, call))
    // Somebody may be asked: one question at a time, in the order of the calls.
    return approve === undefined
      ? run
      : Effect.flatMap(ask.withPermits(1)(approve(call)), (yes) => yes ? run : Effect.succeed(denied(call)))
  })
}

/**
 * The results as the handlers end. They run ahead of the consumer, in a scope of the stream: with it they are
 * interrupted, and what has ended before a failure is delivered before it.
 */
const resultsOf = <E, R>(
  loop: Loop<E, R>,
  runs: ReadonlyArray<Effect.Effect<Result, E, R>>,
  told: (index: number, result: Result) => Event
): Stream.Stream<Event, E, R> =>
  Stream.unwrapScoped(Effect.gen(function*() {
    const mailbox = yield* Mailbox.make<Event, E>()
    const { concurrency } = loop
    const all = Effect.forEach(
      runs,
      (run, index) => Effect.flatMap(run, (result) => mailbox.offer(told(index, result))),
      { concurrency, discard: true }
    )
    yield* Effect.forkScoped(Mailbox.into(all, mailbox))
    return Mailbox.toStream(mailbox)
  }))

const readableCall = (call: CompletionParams.ToolCall): CompletionParams.ToolCall => {
  const { arguments: text, name } = call.function
  return isObject(parseJson(text))
    ? call
    : { ...call, function: { name, arguments: JSON.stringify({ INVALID_JSON: text }) } }
}

/**
 * Providers read what goes back, and refuse arguments that are no JSON object: the model sees its own words inside of one.
 *
 * @see https://platform.claude.com/docs/en/agents-and-tools/tool-use/fine-grained-tool-streaming
 */
const readable = (message: CompletionParams.AssistantMessage): CompletionParams.AssistantMessage =>
  message.toolCalls === undefined ? message : { ...message, toolCalls: message.toolCalls.map(readableCall) }

/** What the next step is asked. A tool that has to be called has been called: the model may now answer. */
const nextParams = (
  params: CompletionParams.CompletionParams,
  completion: ChatCompletion.ChatCompletion,
  results: ReadonlyArray<CompletionParams.ToolMessage>
): CompletionParams.CompletionParams => {
  const { toolChoice, ...rest } = params
  const isForced = toolChoice !== undefined && toolChoice !== "none"
  return {
    ...rest,
    ...(toolChoice === undefined ? undefined : { toolChoice: isForced ? "auto" : toolChoice }),
    messages: [...params.messages, readable(ChatCompletion.toMessage(completion)), ...results]
  }
}

const toMessage = ({ id }: Call, { content, isError }: Result): CompletionParams.ToolMessage =>
  CompletionParams.tool(id, content, isError ? { isError } : undefined)

/** After an answer: its calls, and the next step where there are results to be told. */
const afterAnswer = <E, R>(
  loop: Loop<E, R>,
  params: CompletionParams.CompletionParams,
  step: number,
  completion: ChatCompletion.ChatCompletion
): Events<E, R> => {
  const end: Stream.Stream<Event> = Stream.succeed({ _tag: "StepEnd", step, completion })
  const choice = completion.choices.find(({ index }) => index === 0)
  const calls = choice?.message.toolCalls ?? []
  if (calls.length === 0) return end
  const isCut = !isWhole(choice?.finishReason)
  const asked = Stream.map(Stream.fromIterable(calls), (call): Event => ({ _tag: "ToolCall", step, call }))
  if (!isCut && step >= loop.maxSteps) {
    const reason = { _tag: "MaxSteps", maxSteps: loop.maxSteps } as const
    return Stream.concat(Stream.concat(asked, end), Stream.fromEffect(failWith(reason, step)))
  }
  const answers: Array<CompletionParams.ToolMessage> = []
  const results = Stream.unwrap(Effect.gen(function*() {
    const ask = yield* Effect.makeSemaphore(1)
    const checked = yield* Effect.forEach(calls, (call) => Effect.either(check(loop, call, isCut, ask)))
    const invalid = checked.find(Either.isLeft)
    if (invalid !== undefined && loop.onInvalidCall === "fail") return yield* failWith(invalid.left, step)
    const runs = checked.map((one) => Either.isLeft(one) ? Effect.succeed(told(loop, one.left)) : one.right)
    return resultsOf(loop, runs, (index, result) => {
      const call = calls[index]
      if (call !== undefined) answers[index] = toMessage(call, result)
      return { _tag: "ToolResult", step, id: call?.id ?? "", result }
    })
  }))
  const next = Stream.suspend(() => stepOf(loop, nextParams(params, completion, answers), step + 1))
  const ended = Stream.concat(Stream.concat(asked, results), end)
  // An answer that was cut has no next turn: whoever cut it would cut that, too.
  return isCut ? ended : Stream.concat(ended, next)
}

const stepOf = <E, R>(loop: Loop<E, R>, params: CompletionParams.CompletionParams, step: number): Events<E, R> =>
  Stream.suspend(() => {
    const fold = Fold.make()
    const chunks = Stream.map(completionStream(params, loop.call), (chunk): Event => {
      fold.add(chunk)
      return { _tag: "Chunk", step, chunk }
    })
    return Stream.concat(chunks, Stream.suspend(() => afterAnswer(loop, params, step, fold.snapshot())))
  })

export const run = <E, R>(loop: Loop<E, R>): Events<E, R> => {
  const { definitions, params } = loop
  const tools = [...(params.tools ?? []), ...definitions]
  return stepOf(loop, tools.length === 0 ? params : { ...params, tools }, 1)
}
