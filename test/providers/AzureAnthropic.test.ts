/**
 * Anthropic's dialect in a resource of Azure's: where it is, and how it is asked.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Provider from "../../src/Provider.ts"
import { isProviderError } from "../../src/ProviderError.ts"
import * as Anthropic from "../../src/providers/Anthropic.ts"
import * as AzureAnthropic from "../../src/providers/AzureAnthropic.ts"
import * as Registry from "../../src/Registry.ts"
import * as TestHttp from "../kit/testHttp.ts"
import * as Wire from "../loopback/wire.ts"

const apiKey = Redacted.make("a-key")

const asked = (options: Omit<AzureAnthropic.Options, "apiKey" | "model">) =>
  Effect.gen(function*() {
    const http = TestHttp.make(() => Response.json(Wire.anthropic.whole))
    const layer = AzureAnthropic.layer({ apiKey, model: "my-claude", ...options }).pipe(Layer.provide(http.layer))
    yield* Effect.provide(Provider.completion(Wire.params), layer)
    return http.sent[0] ?? assert.fail("nothing was sent")
  })

describe("a resource", () => {
  it("speaks Anthropic's dialect, so that what Anthropic sent goes back there", () =>
    assert.strictEqual(AzureAnthropic.endpoint.dialect, Anthropic.dialect))

  it.effect("by its name", () =>
    Effect.map(
      asked({ resource: "contoso" }),
      ({ url }) => assert.strictEqual(url, "https://contoso.services.ai.azure.com/anthropic/v1/messages")
    ))

  it.effect("by its URL, which counts for more", () =>
    Effect.map(
      asked({ resource: "contoso", baseUrl: "https://proxy.test/anthropic/" }),
      ({ url }) => assert.strictEqual(url, "https://proxy.test/anthropic/v1/messages")
    ))

  it.effect("with a key, a version and betas", () =>
    Effect.map(asked({ resource: "r", betas: ["a", "b"], version: "2026-10-21" }), ({ body, headers }) => {
      assert.deepInclude(headers, {
        "x-api-key": "a-key",
        "anthropic-beta": "a,b",
        "anthropic-version": "2026-10-21"
      })
      assert.notProperty(headers, "authorization")
      assert.strictEqual(JSON.parse(body).model, "my-claude")
    }))

  it.effect("with a token", () =>
    Effect.map(asked({ resource: "r", bearer: true }), ({ headers }) => {
      assert.strictEqual(headers["authorization"], "Bearer a-key")
      assert.notProperty(headers, "x-api-key")
    }))

  for (const resource of ["evil.test/", "a b", "x@evil.test"]) {
    it.effect(`is not called ${resource}`, () =>
      Effect.map(Effect.flip(asked({ resource })), (error) => {
        if (!isProviderError(error)) return assert.fail(`${error}`)
        assert.deepStrictEqual(error.reason, { _tag: "InvalidRequest", param: "resource" })
      }))
  }

  it.effect("in a Registry", () =>
    Effect.gen(function*() {
      const http = TestHttp.make(() => Response.json(Wire.anthropic.whole))
      const layer = Registry.layer(Registry.endpoints, {
        azureanthropic: { apiKey, resource: "contoso", betas: ["a"] }
      }).pipe(Layer.provide(http.layer))
      yield* Effect.provide(Provider.completion({ ...Wire.params, model: "azureanthropic:my-claude" }), layer)
      assert.deepInclude(http.sent[0], { url: "https://contoso.services.ai.azure.com/anthropic/v1/messages" })
      assert.strictEqual(http.sent[0]?.headers["anthropic-beta"], "a")
    }))
})
