/**
 * Anthropic's dialect on Vertex AI: the place and the model in the path, the version in the body.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { AssistantMessage } from "../../src/CompletionParams.ts"
import { vertexHost } from "../../src/internal/vertexHost.ts"
import * as Provider from "../../src/Provider.ts"
import * as Anthropic from "../../src/providers/Anthropic.ts"
import * as VertexAnthropic from "../../src/providers/VertexAnthropic.ts"
import * as Registry from "../../src/Registry.ts"
import * as TestHttp from "../kit/testHttp.ts"
import * as Transcript from "../kit/transcript.ts"
import * as Wire from "../loopback/wire.ts"

const apiKey = Redacted.make("ya29.token")

const place = { project: "a-project", location: "europe-west1" }

const base = "https://europe-west1-aiplatform.googleapis.com/v1/projects/a-project/locations/europe-west1"

const text = Transcript.ofProvider("vertexaianthropic").find(({ name }) => name === "text")

const make = (options: Partial<VertexAnthropic.Options> = {}) => {
  const http = TestHttp.make(({ url }) =>
    url.includes(":stream")
      ? TestHttp.sse([text?.bytes ?? assert.fail("no transcript")])
      : Response.json(Wire.anthropic.whole)
  )
  const model = "claude-sonnet-4-5@20250929"
  const layer = VertexAnthropic.layer({ apiKey, model, ...place, ...options }).pipe(Layer.provide(http.layer))
  return { http, layer }
}

const completed = (
  options?: Partial<VertexAnthropic.Options>,
  params: Partial<Parameters<typeof Provider.completion>[0]> = {}
) =>
  Effect.gen(function*() {
    const { http, layer } = make(options)
    yield* Effect.provide(Provider.completion({ ...Wire.params, ...params }), layer)
    return http.sent[0] ?? assert.fail("nothing was sent")
  })

describe("hosts", () => {
  const hosts: ReadonlyArray<readonly [string, string]> = [
    ["global", "https://aiplatform.googleapis.com"],
    ["us", "https://aiplatform.us.rep.googleapis.com"],
    ["eu", "https://aiplatform.eu.rep.googleapis.com"],
    ["us-east5", "https://us-east5-aiplatform.googleapis.com"]
  ]
  for (const [location, host] of hosts) it(location, () => assert.strictEqual(vertexHost(location), host))
})

describe("a request", () => {
  it.effect("that is not streamed", () =>
    Effect.map(completed(), ({ body, headers, url }) => {
      assert.strictEqual(url, `${base}/publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict`)
      assert.strictEqual(headers["authorization"], "Bearer ya29.token")
      const sent: unknown = JSON.parse(body)
      assert.deepInclude(sent, { anthropic_version: "vertex-2023-10-16", max_tokens: 64_000, stream: false })
      assert.notProperty(sent, "model")
    }))

  it.effect("that is", () =>
    Effect.gen(function*() {
      const { http, layer } = make()
      yield* Effect.provide(Stream.runDrain(Provider.completionStream(Wire.params)), layer)
      assert.strictEqual(
        http.sent[0]?.url,
        `${base}/publishers/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict`
      )
      assert.deepInclude(JSON.parse(http.sent[0]?.body ?? ""), { stream: true })
    }))

  it.effect("with betas, and what is the caller's own", () =>
    Effect.map(
      completed({ betas: ["a"] }, {
        extra: { vertexaianthropic: { anthropic_version: "vertex-2099-01-01" }, anthropic: { x: 1 } }
      }),
      ({ body, headers }) => {
        assert.strictEqual(headers["anthropic-beta"], "a")
        assert.deepInclude(JSON.parse(body), { anthropic_version: "vertex-2099-01-01" })
        assert.notProperty(JSON.parse(body), "x")
      }
    ))

  it.effect("for a model whose name could lead elsewhere", () =>
    Effect.map(completed({}, { model: "../x?y#z" }), ({ url }) => {
      assert.strictEqual(url, `${base}/publishers/anthropic/models/..%2Fx%3Fy%23z:rawPredict`)
    }))

  it.effect("to a server of the user's", () =>
    Effect.map(completed({ baseUrl: "http://proxy.test/v1/publishers/anthropic" }), ({ url }) => {
      assert.strictEqual(
        url,
        "http://proxy.test/v1/publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict"
      )
    }))

  it.effect("in a Registry", () =>
    Effect.gen(function*() {
      const { http } = make()
      const layer = Registry.layer(Registry.endpoints, { vertexaianthropic: { apiKey, ...place } }).pipe(
        Layer.provide(http.layer)
      )
      yield* Effect.provide(Provider.completion({ ...Wire.params, model: "vertexaianthropic:claude-opus-5" }), layer)
      assert.strictEqual(http.sent[0]?.url, `${base}/publishers/anthropic/models/claude-opus-5:rawPredict`)
    }))
})

describe("what Anthropic's own API sent", () => {
  it.effect("goes back to Vertex verbatim", () =>
    Effect.gen(function*() {
      const blocks = [{ type: "thinking", thinking: "Hm.", signature: "c2ln" }, { type: "text", text: "Four." }]
      const said: AssistantMessage = {
        role: "assistant",
        content: "Four.",
        native: { dialect: Anthropic.endpoint.dialect.id, blocks }
      }
      const { body } = yield* completed({}, {
        messages: [{ role: "user", content: "Hi" }, said, { role: "user", content: "So?" }]
      })
      assert.deepStrictEqual(JSON.parse(body).messages[1], { role: "assistant", content: blocks })
    }))
})
