/**
 * One provider over many: the model says which, as `provider:model`. With the keys of both providers over both, and
 * otherwise over the embedded server.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { ChatCompletionChunk, CompletionParams, Provider, ProviderError, Registry } from "../src/index.ts"
import * as Embedded from "./embedded.ts"
import * as Kit from "./kit.ts"

const models = ["openai:gpt-5-mini", "anthropic:claude-sonnet-4-5", "antropic:claude-sonnet-4-5"]

const ask = (model: string) =>
  Effect.gen(function*() {
    // Known before anything is sent.
    const { provider } = yield* Registry.resolve(model)
    yield* Console.log(`${model}, ${provider.capabilities.reasoning ? "which shows" : "without"} reasoning`)
    yield* Provider.completionStream(CompletionParams.make("Name three rivers.", { model })).pipe(
      Stream.runForEach((chunk) => Kit.write(ChatCompletionChunk.text(chunk)))
    )
    yield* Kit.write("\n\n")
  }).pipe(
    ProviderError.catchReason("UnsupportedProvider", (error) => Console.log(error.message))
  )

const apiKey = Redacted.make("no-key-is-needed-here")

const embedded = Layer.unwrapEffect(Effect.gen(function*() {
  const { url } = yield* Embedded.Embedded
  yield* Console.log("Over an embedded server; set OPENAI_API_KEY and ANTHROPIC_API_KEY for the real ones.\n")
  return Registry.layer({ openai: Registry.endpoints.openai, anthropic: Registry.endpoints.anthropic }, {
    openai: { apiKey, baseUrl: `${url}/v1` },
    anthropic: { apiKey, baseUrl: url }
  })
})).pipe(Layer.provide(Embedded.layer))

const keys = Config.all([Config.nonEmptyString("OPENAI_API_KEY"), Config.nonEmptyString("ANTHROPIC_API_KEY")])

const Routed = Layer.unwrapEffect(Effect.match(keys, {
  onFailure: () => embedded,
  onSuccess: () => Registry.layerConfig()
}))

Kit.main(
  Effect.forEach(models, ask, { discard: true }).pipe(
    Effect.provide(Layer.provide(Routed, NodeHttpClient.layerUndici))
  )
)
