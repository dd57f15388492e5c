/**
 * The clouds' own packages give credentials in the way that the README says.
 */
import { defaultProvider as fromNodeProviderChain } from "@aws-sdk/credential-provider-node"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { GoogleAuth, OAuth2Client } from "google-auth-library"
import type * as Provider from "../../src/Provider.ts"
import * as Bedrock from "../../src/providers/Bedrock.ts"
import * as VertexAi from "../../src/providers/VertexAi.ts"
import * as TestHttp from "../kit/testHttp.ts"
import * as Kit from "./kit.ts"

/** The header of the key, as the server gets it. */
const authorization = (provider: (http: TestHttp.TestHttp) => Effect.Effect<Provider.Service>) =>
  Effect.gen(function*() {
    const http = TestHttp.make(() => new Response("{}", { status: 503 }))
    const { completion } = yield* provider(http)
    yield* Effect.exit(completion(Kit.params, { retry: false }))
    return http.sent[0]?.headers["authorization"] ?? ""
  })

describe("credentials", () => {
  it.live("of AWS, from its chain", () =>
    Effect.gen(function*() {
      process.env["AWS_ACCESS_KEY_ID"] = "AKIDEXAMPLE"
      process.env["AWS_SECRET_ACCESS_KEY"] = "a-secret"
      const chain = fromNodeProviderChain()
      const credentials = Effect.tryPromise(() => chain())
      const sent = yield* authorization((http) =>
        Bedrock.make({ region: "eu-west-1", credentials }).pipe(Effect.provide(http.layer))
      )
      assert.match(sent, /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/bedrock\/aws4_request, /)
    }))

  it.live("of Google, from its default ones", () =>
    Effect.gen(function*() {
      const authClient = new OAuth2Client()
      authClient.setCredentials({ access_token: "a-token", expiry_date: Date.now() + 3_600_000 })
      const auth = new GoogleAuth({ authClient })
      const apiKey = Effect.map(
        Effect.tryPromise(() => auth.getAccessToken()),
        (token) => Redacted.make(token ?? "")
      )
      const sent = yield* authorization((http) =>
        VertexAi.make({ project: "p", location: "global", apiKey }).pipe(Effect.provide(http.layer))
      )
      assert.strictEqual(sent, "Bearer a-token")
    }))
})
