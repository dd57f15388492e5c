/**
 * Where the packages that sign are not installed.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { vi } from "vitest"
import * as Endpoint from "../../src/Endpoint.ts"
import * as SigV4 from "../../src/internal/sigV4.ts"
import * as Provider from "../../src/Provider.ts"
import { isProviderError } from "../../src/ProviderError.ts"
import * as OpenAi from "../../src/providers/OpenAi.ts"
import * as TestHttp from "../kit/testHttp.ts"
import * as Wire from "../loopback/wire.ts"

vi.mock("@aws-crypto/sha256-js", () => {
  throw new Error("Cannot find package")
})

describe("signing", () => {
  it.effect("says what to install, and sends nothing", () =>
    Effect.gen(function*() {
      const http = TestHttp.make(() => Response.json(Wire.openAi.whole))
      const credentials = Effect.succeed({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: "a-secret" })
      const endpoint = { ...OpenAi.endpoint, auth: Endpoint.signed(SigV4.signer("bedrock", credentials)) }
      const layer = Layer.provide(Provider.layer(endpoint)({ region: "r", model: "m" }), http.layer)
      const error = yield* Effect.flip(Effect.provide(Provider.completion(Wire.params), layer))
      assert.isTrue(isProviderError(error) && error.reason._tag === "UnsupportedOperation" && !error.isRetryable)
      assert.include(error.message, "npm install @smithy/signature-v4 @aws-crypto/sha256-js")
      assert.lengthOf(http.sent, 0)
    }))
})
