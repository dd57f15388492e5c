/**
 * Two wires in one program, over real sockets on the three HttpClients.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as ChatCompletion from "../../src/ChatCompletion.ts"
import * as ChatCompletionChunk from "../../src/ChatCompletionChunk.ts"
import * as Provider from "../../src/Provider.ts"
import * as Registry from "../../src/Registry.ts"
import * as Clients from "../kit/clients.ts"
import * as Server from "../kit/server.ts"
import * as Wire from "./wire.ts"

const wireOf = ({ url }: Server.Exchange): Wire.Wire => url === Wire.anthropic.path ? Wire.anthropic : Wire.openAi

const registry = (url: string, client: Clients.Client) =>
  Registry.layer(Registry.endpoints, {
    openai: { apiKey: Redacted.make("k-openai"), baseUrl: url },
    anthropic: { apiKey: Redacted.make("k-anthropic"), baseUrl: url }
  }).pipe(Layer.provide(client.layer))

const params = (model: string) => ({ ...Wire.params, model })

for (const client of Clients.all) {
  describe(client.name, () => {
    it.scopedLive("each model is asked for in its provider's language, at the same time", () =>
      Effect.gen(function*() {
        const server = yield* Server.make((exchange) =>
          Server.sse(Wire.answer(wireOf(exchange), ...wireOf(exchange).name))
        )
        const ask = (model: string) =>
          Stream.run(Provider.completionStream(params(model)), ChatCompletion.collect).pipe(
            Effect.map((answer) => answer.choices[0]?.message.content)
          )
        const answers = yield* Effect.forEach(
          ["openai:gpt:5", "anthropic:claude", "openai:gpt:5", "anthropic:claude"],
          ask,
          { concurrency: "unbounded" }
        ).pipe(Effect.provide(registry(server.url, client)))
        assert.deepStrictEqual(answers, ["openai", "anthropic", "openai", "anthropic"])
        for (const exchange of server.requests) {
          const isOpenAi = exchange.url === Wire.openAi.path
          assert.strictEqual(JSON.parse(exchange.body).model, isOpenAi ? "gpt:5" : "claude")
          // Each provider gets its own key, and no other's.
          assert.strictEqual(exchange.headers.authorization, isOpenAi ? "Bearer k-openai" : undefined)
          assert.strictEqual(exchange.headers["x-api-key"], isOpenAi ? undefined : "k-anthropic")
        }
      }))

    it.scopedLive("the whole answer as well", () =>
      Effect.gen(function*() {
        const server = yield* Server.make((exchange) => Server.json(wireOf(exchange).whole))
        const answers = yield* Effect.forEach(
          ["openai:m", "anthropic:m"],
          (model) => Provider.completion(params(model))
        ).pipe(Effect.provide(registry(server.url, client)))
        assert.deepStrictEqual(answers.map(({ choices }) => choices[0]?.message.content), ["abc", "abc"])
      }))

    it.scopedLive("an error names the provider that was called", () =>
      Effect.gen(function*() {
        const server = yield* Server.make((exchange) =>
          Server.sse(wireOf(exchange).open, wireOf(exchange).text("a"), wireOf(exchange).overloaded)
        )
        const errors = yield* Effect.forEach(
          ["openai:m", "anthropic:n"],
          (model) => Effect.flip(Stream.runDrain(Provider.completionStream(params(model))))
        ).pipe(Effect.provide(registry(server.url, client)))
        assert.deepInclude(errors[0], { provider: "openai", model: "m", reason: { _tag: "Overloaded" } })
        assert.deepInclude(errors[1], { provider: "anthropic", model: "n", reason: { _tag: "Overloaded" } })
      }))

    it.scopedLive("closing the layer ends the calls of all its providers, and closes their sockets", () =>
      Effect.gen(function*() {
        const server = yield* Server.make((exchange) =>
          Server.sse(wireOf(exchange).open, wireOf(exchange).text("a"), Server.expectClose())
        )
        const scope = yield* Scope.make()
        const context = yield* Layer.buildWithScope(registry(server.url, client), scope)
        const provider = Context.get(context, Provider.Provider)
        const seen: Array<string> = []
        const fibers = yield* Effect.forEach(
          ["openai:m", "anthropic:m"],
          (model) =>
            provider.completionStream(params(model)).pipe(
              Stream.runForEach((chunk) => Effect.sync(() => seen.push(ChatCompletionChunk.text(chunk)))),
              Effect.flip,
              Effect.fork
            )
        )
        yield* Effect.repeat(Effect.sleep("5 millis"), { until: () => seen.length === 2 })
        yield* Scope.close(scope, Exit.void)
        const errors = yield* Effect.forEach(fibers, (fiber) => Fiber.join(fiber))
        assert.deepStrictEqual(errors.map(({ _tag, provider }) => `${_tag} ${provider}`), [
          "Cancelled openai",
          "Cancelled anthropic"
        ])
        const ended = yield* Effect.forEach([0, 1], server.awaitEnded)
        assert.deepStrictEqual(ended.map(({ outcome }) => outcome), ["client", "client"])
      }))
  })
}
