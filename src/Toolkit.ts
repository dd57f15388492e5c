/**
 * Tools with their handlers, and the loop that runs them: the model asks, the handlers answer, the model goes on.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { CallOptions } from "./CallOptions.ts"
import type { ChatCompletion, CompletedToolCall } from "./ChatCompletion.ts"
import type { ChatCompletionChunk } from "./ChatCompletionChunk.ts"
import type { CompletionParams } from "./CompletionParams.ts"
import * as Loop from "./internal/toolLoop.ts"
import type { Provider } from "./Provider.ts"
import type { CallError } from "./ProviderError.ts"
import type * as Tool from "./Tool.ts"
import type { InvalidCall, ToolError } from "./ToolError.ts"

/** The handler of the tool of this name, as a requirement. */
export interface Handler<Name extends string> {
  readonly _: unique symbol
  readonly name: Name
}

/** What tools need to be run. */
export type HandlersOf<Tools extends Tool.Any> = Tools extends Tool.Any ? Handler<Tools["name"]> : never

/** What handlers may fail with. */
export type FailureOf<Tools extends Tool.Any> = Schema.Schema.Type<Tools["failure"]>

/** A handler for each tool: from its parameters, and the call as the model wrote it. */
export type Handlers<Tools extends Tool.Any, R> = {
  readonly [Name in Tools["name"]]: (
    parameters: Schema.Schema.Type<Extract<Tools, { readonly name: Name }>["parameters"]>,
    call: CompletedToolCall
  ) => Effect.Effect<
    Schema.Schema.Type<Extract<Tools, { readonly name: Name }>["success"]>,
    Schema.Schema.Type<Extract<Tools, { readonly name: Name }>["failure"]>,
    R
  >
}

/** What became of a call; a success and a failure with the name of the tool, to tell their types by. */
export type Outcome<Tools extends Tool.Any> =
  | (Tools extends Tool.Any ?
      | { readonly _tag: "Success"; readonly name: Tools["name"]; readonly value: Schema.Schema.Type<Tools["success"]> }
      | { readonly _tag: "Failure"; readonly name: Tools["name"]; readonly error: Schema.Schema.Type<Tools["failure"]> }
    : never)
  | { readonly _tag: "Denied"; readonly name: string }
  | InvalidCall

/** What became of a call, and what the model is told of it. */
export interface ToolResult<Tools extends Tool.Any> {
  readonly outcome: Outcome<Tools>
  readonly content: string
  readonly isError: boolean
}

/**
 * What happens in a loop, in each step (from 1): its chunks as they come; the calls of the answer; the result of each as
 * it ends, in any order; and the end of the step with its answer, token counts included.
 */
export type ToolEvent<Tools extends Tool.Any> =
  | { readonly _tag: "Chunk"; readonly step: number; readonly chunk: ChatCompletionChunk }
  | { readonly _tag: "ToolCall"; readonly step: number; readonly call: CompletedToolCall }
  | { readonly _tag: "ToolResult"; readonly step: number; readonly id: string; readonly result: ToolResult<Tools> }
  | { readonly _tag: "StepEnd"; readonly step: number; readonly completion: ChatCompletion }

export interface Toolkit<Tools extends Tool.Any> {
  /** By name, in the order in which they were given. */
  readonly tools: ReadonlyMap<string, Tools>
  /** The handlers, or an Effect that makes them, once, in the scope of the layer. */
  readonly toLayer: <R, E = never, RX = never>(
    handlers: Handlers<Tools, R> | Effect.Effect<Handlers<Tools, R>, E, RX>
  ) => Layer.Layer<HandlersOf<Tools>, E, R | Exclude<RX, Scope.Scope>>
}

/** What a handler is in the context: its requirements are those of the layer. */
interface HandlerService {
  readonly run: (parameters: unknown, call: CompletedToolCall) => Effect.Effect<unknown, unknown>
}

const tagOf = <Name extends string>(name: Name): Context.Tag<Handler<Name>, HandlerService> =>
  Context.GenericTag<Handler<Name>, HandlerService>(`effect-any-llm/Tool/${name}`)

/** Tools that are used together. Of two with one name the last counts. */
export const make = <const Tools extends ReadonlyArray<Tool.Any>>(...tools: Tools): Toolkit<Tools[number]> => ({
  tools: new Map(tools.map((tool) => [tool.name, tool])),
  toLayer: <R, E, RX>(
    handlers: Handlers<Tools[number], R> | Effect.Effect<Handlers<Tools[number], R>, E, RX>
  ) =>
    Layer.scopedContext(Effect.gen(function*() {
      const given = Effect.isEffect(handlers) ? yield* handlers : handlers
      const requirements = yield* Effect.context<R>()
      const services = new Map<string, HandlerService>()
      for (const { name } of tools) {
        // Keys of `given` are the names of the tools, and its functions take what the tool of that name decodes.
        const handler = given[name as keyof typeof given] as Untyped<R>
        services.set(tagOf(name).key, {
          run: (parameters, call) => Effect.provide(handler(parameters, call), requirements)
        })
      }
      return Context.unsafeMake<HandlersOf<Tools[number]>>(services)
    }))
})

type Untyped<R> = (parameters: unknown, call: CompletedToolCall) => Effect.Effect<unknown, unknown, R>

export interface Options<E = never, R = never, OnToolFailure extends "tellModel" | "fail" = "tellModel"> {
  /**
   * Answers of the model at most. Default: 8. Where the last still calls tools, the calls are not executed, since nobody
   * would be told of it, and the stream fails with `ToolError`, `MaxSteps`.
   */
  readonly maxSteps?: number | undefined
  /** Handlers of one step at the same time. Default: all. */
  readonly concurrency?: number | "unbounded" | undefined
  /**
   * Whether a call may be executed; asked for one call at a time, in their order, and only for those that could be. The
   * model is told of those that may not.
   */
  readonly approve?: ((call: CompletedToolCall) => Effect.Effect<boolean, E, R>) | undefined
  /**
   * A call that is not whole, does not decode, or is of no tool is never executed. `tellModel`: the model is told, and may
   * try again. `fail`: the stream fails with `ToolError`, `InvalidCall`, and no call of that step is executed.
   * Default: `tellModel`.
   */
  readonly onInvalidCall?: "tellModel" | "fail" | undefined
  /** A handler's typed failure: told to the model, or the failure of the stream. Defects are never told. Default: `tellModel`. */
  readonly onToolFailure?: OnToolFailure | undefined
  /** For each call of the provider. */
  readonly call?: CallOptions | undefined
}

/**
 * Answers and handlers in turn, until an answer calls no tool. Handlers of one step run in parallel and end with the
 * consumer; native blocks are replayed. `toolChoice` is for the first step: one that forces a tool is `auto` after it.
 *
 * An answer that was cut (`length`, `content_filter`, or a word that is not `stop` or `tool_calls`) is the last: its calls
 * are not executed, and `StepEnd` has its finish reason. Only calls of the first choice are looked at.
 */
export const stream = <
  Tools extends Tool.Any,
  E = never,
  R = never,
  const OnToolFailure extends "tellModel" | "fail" = "tellModel"
>(
  toolkit: Toolkit<Tools>,
  params: CompletionParams,
  options: Options<E, R, OnToolFailure> = {}
): Stream.Stream<
  ToolEvent<Tools>,
  CallError | ToolError | E | (OnToolFailure extends "fail" ? FailureOf<Tools> : never),
  Provider | HandlersOf<Tools> | R
> => {
  type Failure = E | (OnToolFailure extends "fail" ? FailureOf<Tools> : never)
  const tools = [...toolkit.tools.values()]
  const events = Loop.run<Failure, R | HandlersOf<Tools>>({
    definitions: tools.map(({ definition }) => definition),
    runners: new Map(tools.map((tool) => [tool.name, runnerOf(tool, options.onToolFailure === "fail")])),
    params,
    call: options.call,
    maxSteps: options.maxSteps ?? 8,
    concurrency: options.concurrency ?? "unbounded",
    approve: options.approve,
    onInvalidCall: options.onInvalidCall ?? "tellModel"
  })
  // The loop knows values and errors of tools by name only: they are those of the tools that it was given.
  return events as Stream.Stream<ToolEvent<Tools>, CallError | ToolError | Failure, Provider | HandlersOf<Tools> | R>
}

/** A text as it is, anything else as JSON; nothing is `null` there. */
const asText = (encoded: unknown): string => typeof encoded === "string" ? encoded : JSON.stringify(encoded) ?? "null"

/** What a handler gives is encoded by its Schema; what that refuses is a mistake in the handler. */
const encoded = (schema: Tool.Any["success"], value: unknown): Effect.Effect<string> =>
  // A Schema of a tool needs nothing: TypeScript does not see through the union.
  Schema.encodeUnknown(schema as Schema.Schema.AnyNoContext)(value).pipe(Effect.map(asText), Effect.orDie)

const runnerOf = <E, R>(tool: Tool.Any, fails: boolean): Loop.Runner<E, R> => {
  const { failure, name, success } = tool
  const run = (parameters: unknown, call: CompletedToolCall): Effect.Effect<Loop.Result, unknown, Handler<string>> =>
    Effect.flatMap(tagOf(name), (handler) => handler.run(parameters, call)).pipe(
      Effect.matchEffect({
        onSuccess: (value) =>
          Effect.map(encoded(success, value), (content): Loop.Result => ({
            outcome: { _tag: "Success", name, value },
            content,
            isError: false
          })),
        onFailure: (error) =>
          fails ? Effect.fail(error) : Effect.map(encoded(failure, error), (content): Loop.Result => ({
            outcome: { _tag: "Failure", name, error },
            content,
            isError: true
          }))
      })
    )
  return {
    decode: tool.decode,
    // What it needs and fails with is what the tool's handler does: see `stream`.
    run: run as (parameters: unknown, call: CompletedToolCall) => Effect.Effect<Loop.Result, E, R>
  }
}
