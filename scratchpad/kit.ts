/**
 * What the scripts share: which provider they run over, and how a program ends in a terminal.
 */
import type * as AiError from "@effect/ai/AiError"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Cause from "effect/Cause"
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import {
  Anthropic,
  ChatCompletionChunk,
  OpenAi,
  type OutputError,
  type Provider,
  type ProviderError,
  type ToolError
} from "../src/index.ts"
import * as Embedded from "./embedded.ts"

/** The other end of the wire, as far as it can be seen from here. */
export class Server extends Context.Tag("scratchpad/Server")<Server, {
  /** How the answers since the last look ended, seen from there. */
  readonly saw: Effect.Effect<string>
}>() {}

type Chosen = Layer.Layer<Provider.Provider | Server, ConfigError | ProviderError.ProviderError>

type Provided = Layer.Layer<Provider.Provider, ConfigError | ProviderError.ProviderError, HttpClient.HttpClient>

const apiKey = Redacted.make("no-key-is-needed-here")
const hasKey = (name: string) => Effect.map(Config.option(Config.nonEmptyString(name)), Option.isSome)

const real = (name: string, provider: Provided): Chosen =>
  Layer.unwrapEffect(Effect.as(
    Console.log(`Over ${name}.\n`),
    Layer.merge(
      Layer.provide(provider, NodeHttpClient.layerUndici),
      Layer.succeed(Server, { saw: Effect.succeed("a real server does not tell") })
    )
  ))

const embedded = (name: string, keys: string, provider: (url: string) => Provided): Chosen =>
  Layer.unwrapEffect(Effect.gen(function*() {
    const { saw, url } = yield* Embedded.Embedded
    yield* Console.log(`Over an embedded server that speaks ${name}'s dialect; set ${keys} for the real one.\n`)
    return Layer.merge(Layer.provide(provider(url), NodeHttpClient.layerUndici), Layer.succeed(Server, { saw }))
  })).pipe(Layer.provide(Embedded.layer))

const realOpenAi = real("OpenAI", OpenAi.layerConfig({ model: "gpt-5-mini" }))
const realAnthropic = real("Anthropic", Anthropic.layerConfig({ model: "claude-sonnet-4-5" }))

const embeddedOpenAi = embedded(
  "OpenAI",
  "OPENAI_API_KEY",
  (url) => OpenAi.layer({ apiKey, baseUrl: `${url}/v1`, model: "gpt-5-mini" })
)
const embeddedAnthropic = (keys: string) =>
  embedded("Anthropic", keys, (url) => Anthropic.layer({ apiKey, baseUrl: url, model: "claude-sonnet-4-5" }))

/** OpenAI, where there is a key for it. */
export const openAi: Chosen = Layer.unwrapEffect(
  Effect.map(hasKey("OPENAI_API_KEY"), (isThere) => isThere ? realOpenAi : embeddedOpenAi)
)

/** Anthropic, where there is a key for it. */
export const anthropic: Chosen = Layer.unwrapEffect(
  Effect.map(hasKey("ANTHROPIC_API_KEY"), (isThere) => isThere ? realAnthropic : embeddedAnthropic("ANTHROPIC_API_KEY"))
)

/** The first of the two that there is a key for. */
export const provider: Chosen = Layer.unwrapEffect(Effect.gen(function*() {
  if (yield* hasKey("OPENAI_API_KEY")) return realOpenAi
  if (yield* hasKey("ANTHROPIC_API_KEY")) return realAnthropic
  return embeddedAnthropic("OPENAI_API_KEY or ANTHROPIC_API_KEY")
}))

const { FORCE_COLOR, NO_COLOR } = process.env
const isColoured = (NO_COLOR ?? "") === "" && (process.stdout.isTTY || (FORCE_COLOR ?? "") !== "")

/** To the terminal, as it is. */
export const write = (text: string): Effect.Effect<void> =>
  Effect.sync(() => {
    if (text !== "") process.stdout.write(text)
  })

/** Each piece resets the terminal, so that none has to be reset when the program ends in between. */
export const dim = (text: string): string => isColoured && text !== "" ? `\u001B[2m${text}\u001B[22m` : text

/** Writes chunks: reasoning dimmed, a blank line, the answer. */
export const show = (): (chunk: ChatCompletionChunk.ChatCompletionChunk) => Effect.Effect<void> => {
  let isReasoning = false
  return (chunk) => {
    const reasoning = ChatCompletionChunk.reasoning(chunk)
    const text = ChatCompletionChunk.text(chunk)
    const gap = isReasoning && text !== "" ? "\n\n" : ""
    isReasoning = text === "" && (isReasoning || reasoning !== "")
    return write(dim(reasoning) + gap + text)
  }
}

/** A failure is a line on stderr and exit code 1; Ctrl-C is an interruption, and exit code 130. */
export const main = <
  E extends
    | Provider.CallError
    | ToolError.ToolError
    | OutputError.OutputError
    | ConfigError
    | AiError.AiError
>(
  program: Effect.Effect<unknown, E>
): void => {
  // npm hands on what the terminal has sent as well: the second must not end the program while it is ending.
  process.on("SIGINT", () => undefined)
  NodeRuntime.runMain(Effect.tapErrorCause(program, report), {
    disableErrorReporting: true,
    // At once: the embedded server goes on pacing answers whose readers have gone.
    teardown: (exit) => process.exit(Exit.isSuccess(exit) ? 0 : Cause.isInterruptedOnly(exit.cause) ? 130 : 1)
  })
}

const report = (cause: Cause.Cause<{ readonly message?: string }>): Effect.Effect<void> => {
  if (Cause.isInterruptedOnly(cause)) return Effect.void
  return Console.error(Option.match(Cause.failureOption(cause), {
    onNone: () => Cause.pretty(cause),
    onSome: (error) => error.message ?? String(error)
  }))
}
