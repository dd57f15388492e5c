/**
 * Every provider here as a `LanguageModel` of `@effect/ai` 0.37: its `Toolkit`, `Chat`, `Prompt` and `generateObject` run
 * over them, streamed and not. `@effect/ai` is an optional peer: this module is reached as
 * `effect-any-llm/AiLanguageModel`, and nothing else of the package imports it.
 *
 * What goes wrong arrives in the error channel as an `AiError`, also in the middle of a stream. Its message is ours, with
 * provider, model, reason, status and request id; its `cause` is our error, for `ProviderError.isProviderError(error.cause)`.
 *
 * - `HttpResponseError`: what the provider refused, by the status that it sent or that the reason stands for; of the
 *   headers `retry-after` (seconds) and `x-request-id`.
 * - `HttpRequestError`: the connection failed.
 * - `MalformedInput`: nothing was sent, since the prompt, a tool or a parameter cannot be said to this provider.
 * - `MalformedOutput`: the answer is not whole, or no JSON; and a tool call that was cut, which is never run.
 * - `UnknownError`: a time limit, and a call that was cancelled.
 *
 * Lost on the way to the provider:
 *
 * - Files in messages of the assistant, and tools that are a provider's own (`Tool.providerDefined`), are `MalformedInput`;
 *   a provider's own tools go into `extra` of the call.
 * - Calls and results that the provider executed itself: they go back as native blocks, or not at all.
 * - What a `Chat` does not keep: `Prompt.fromResponseParts` drops all metadata. Native blocks (signatures of thinking,
 *   details of reasoning) come back all the same as long as the history lives in this process; a history that was
 *   exported and read again has none. `toPrompt` makes a prompt that keeps them, also as JSON.
 * - A `Uint8Array` in a history that was exported: `@effect/ai` writes it as no JSON that it can read. Use base64 or a URL.
 *
 * Lost on the way back:
 *
 * - Choices after the first, log probabilities, and annotations that are not about a URL.
 * - The order of texts, reasoning and calls within an answer that was not streamed.
 * - A refusal is a text, with `metadata["effect-any-llm"].refusal`.
 * - Finish reasons that `@effect/ai` has no word for are `other`; the provider's own word is in the metadata of `finish`.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import * as Prompt from "@effect/ai/Prompt"
import type * as Response from "@effect/ai/Response"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import type { CallOptions } from "./CallOptions.ts"
import * as ChatCompletion from "./ChatCompletion.ts"
import type { CompletionParams, Extra } from "./CompletionParams.ts"
import * as Errors from "./internal/aiErrors.ts"
import * as Native from "./internal/aiNative.ts"
import * as Parts from "./internal/aiParts.ts"
import * as Request from "./internal/aiRequest.ts"
import * as AiStream from "./internal/aiStream.ts"
import { merge } from "./internal/merge.ts"
import * as Provider from "./Provider.ts"

/** What `@effect/ai` has no words for. */
export interface Params
  extends
    Omit<CompletionParams, "messages" | "tools" | "toolChoice" | "responseFormat" | "n" | "logprobs" | "topLogprobs">
{}

export interface Settings {
  /** Sampling, effort, `extra` and so on. Default: what the provider's layer says, and the provider's own. */
  readonly params?: Params | undefined
  /** Time limits, retries, cancellation, headers and a key for each call. */
  readonly call?: Omit<CallOptions, "raw"> | undefined
}

/**
 * What holds for a part of a program, over the settings of the layer; `extra` is merged with theirs.
 *
 * @example
 * LanguageModel.generateText({ prompt }).pipe(
 *   Effect.provideService(AiLanguageModel.CurrentSettings, { params: { temperature: 0 } })
 * )
 */
export class CurrentSettings extends Context.Reference<CurrentSettings>()(
  "effect-any-llm/AiLanguageModel/CurrentSettings",
  { defaultValue: (): Settings => ({}) }
) {}

const extraOf = (under: Extra | undefined, over: Extra | undefined): { readonly extra?: Extra } =>
  // Two `Extra`s, objects of JSON objects, are merged to another.
  under === undefined && over === undefined ? {} : { extra: merge(under ?? {}, over) as Extra }

const combine = (under: Settings, over: Settings): { readonly params: Params; readonly call: CallOptions } => ({
  params: { ...under.params, ...over.params, ...extraOf(under.params?.extra, over.params?.extra) },
  call: { ...under.call, ...over.call }
})

const place = (method: string): Errors.Place => ({ module: "AiLanguageModel", method })

interface Asked {
  readonly params: CompletionParams
  readonly call: CallOptions
}

/** A language model over the provider in context. */
export const make = (
  settings: Settings = {}
): Effect.Effect<LanguageModel.Service, never, Provider.Provider> =>
  Effect.flatMap(Provider.Provider, (provider) => {
    const ask = (options: LanguageModel.ProviderOptions, method: string) =>
      Effect.flatMap(CurrentSettings, (current) => {
        const { call, params } = combine(settings, current)
        return Either.match(Request.of(options, provider.capabilities), {
          onLeft: (description) => Effect.fail(Errors.malformedInput(place(method), description)),
          onRight: (asked) => Effect.succeed<Asked>({ params: { ...params, ...asked }, call })
        })
      })

    const remember = (options: LanguageModel.ProviderOptions) => (completion: ChatCompletion.ChatCompletion): void =>
      Native.remember(options.prompt, ChatCompletion.toMessage(completion))

    const generateText = (options: LanguageModel.ProviderOptions) =>
      Effect.gen(function*() {
        const here = place("generateText")
        const { call, params } = yield* ask(options, here.method)
        const completion = yield* Effect.mapError(provider.completion(params, call), Errors.of(here))
        remember(options)(completion)
        return yield* Either.mapLeft(
          Parts.of(completion, options.responseFormat),
          (description) => Errors.malformedOutput(here, description)
        )
      })

    const streamText = (options: LanguageModel.ProviderOptions) => {
      const here = place("streamText")
      const parts = Effect.map(ask(options, here.method), ({ call, params }) =>
        AiStream.of(Stream.mapError(provider.completionStream(params, call), Errors.of(here)), {
          whole: remember(options),
          malformed: (description) =>
            Errors.malformedOutput(here, description)
        }))
      // Theirs is ended with the stream, and is not yet the parent of what runs in it.
      return Stream.provideService(Stream.unwrap(parts), Tracer.ParentSpan, options.span)
    }

    return LanguageModel.make({ generateText, streamText })
  })

/** A language model over the provider in context, with settings for its calls. */
export const layerWith = (
  settings: Settings
): Layer.Layer<LanguageModel.LanguageModel, never, Provider.Provider> =>
  Layer.effect(LanguageModel.LanguageModel, make(settings))

/** A language model over the provider in context. */
export const layer: Layer.Layer<LanguageModel.LanguageModel, never, Provider.Provider> = layerWith({})

/**
 * `Prompt.fromResponseParts`, with what has to go back to the provider in the next turn: for programs that keep the
 * history themselves, and for histories that are written down.
 */
export const toPrompt = (parts: ReadonlyArray<Response.AnyPart>): Prompt.Prompt => {
  const carrier = parts.findLast(({ metadata }) => Native.carried(metadata) !== undefined)
  const native = Native.carried(carrier?.metadata)
  const prompt = Prompt.fromResponseParts(parts)
  if (native === undefined) return prompt
  return Prompt.fromMessages(prompt.content.map((message) =>
    message.role === "assistant"
      ? Prompt.assistantMessage({ content: message.content, options: Native.metadata({ native }) })
      : message
  ))
}
