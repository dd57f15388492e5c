/**
 * Signatures against those that AWS publishes (`test/fixtures/sigv4`), and what of a request is signed.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import * as fs from "node:fs"
import type { Unsigned } from "../../src/Endpoint.ts"
import * as SigV4 from "../../src/internal/sigV4.ts"

const Texts = Schema.Record({ key: Schema.String, value: Schema.String })

const Vectors = Schema.Struct({
  documented: Schema.String,
  read: Schema.String,
  credentials: Schema.Struct({ accessKeyId: Schema.String, secretAccessKey: Schema.String }),
  scope: Schema.Struct({ region: Schema.String, service: Schema.String }),
  host: Schema.String,
  at: Schema.String,
  cases: Schema.Array(Schema.Struct({
    name: Schema.String,
    method: Schema.String,
    path: Schema.String,
    query: Schema.optionalWith(
      Schema.mutable(Schema.Record({ key: Schema.String, value: Schema.mutable(Schema.Array(Schema.String)) })),
      { default: () => ({}) }
    ),
    headers: Schema.optionalWith(Texts, { default: () => ({}) }),
    body: Schema.optional(Schema.String),
    sessionToken: Schema.optionalWith(Schema.String, { exact: true }),
    authorization: Schema.String
  }))
})

const vectors = Schema.decodeUnknownSync(Vectors, { onExcessProperty: "error" })(
  JSON.parse(fs.readFileSync(new URL("../fixtures/sigv4/vectors.json", import.meta.url), "utf8"))
)

const bytesOf = (text: string | undefined) => text === undefined ? undefined : new TextEncoder().encode(text)

describe("AWS's own vectors", () => {
  for (const { authorization, body, name, sessionToken, ...request } of vectors.cases) {
    it.effect(name, () =>
      Effect.gen(function*() {
        yield* TestClock.setTime(Date.parse(vectors.at))
        const headers = yield* SigV4.sign(
          yield* SigV4.load,
          { ...request, host: vectors.host, body: bytesOf(body) },
          { ...vectors.credentials, ...(sessionToken === undefined ? undefined : { sessionToken }) },
          vectors.scope
        )
        assert.deepStrictEqual(headers, {
          authorization,
          "x-amz-date": "20150830T123600Z",
          ...(sessionToken === undefined ? undefined : { "x-amz-security-token": sessionToken })
        })
      }))
  }
})

const unsigned: Unsigned = {
  method: "POST",
  url: "https://bedrock-runtime.eu-west-1.amazonaws.com:8443/model/a%3A0%2Fb/converse?x=1&y=a%20b&x=2",
  headers: { "content-type": "application/json", "x-amz-meta": "m", "x-team": "t", accept: "*/*", traceparent: "00-0" },
  body: bytesOf("{}")
}

const credentials = Effect.succeed({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: "a-secret", sessionToken: "a-token" })

const signatureOf = (request: Unsigned, service = "bedrock") =>
  Effect.gen(function*() {
    const signer = yield* SigV4.signer(service, credentials)
    const sign = yield* signer({ region: "eu-west-1" })
    return yield* sign(request)
  })

describe("a request", () => {
  it("is signed in what nobody changes on the way", () => {
    assert.deepStrictEqual(SigV4.partsOf(unsigned), {
      method: "POST",
      host: "bedrock-runtime.eu-west-1.amazonaws.com:8443",
      // As it is sent: the signer escapes the escapes.
      path: "/model/a%3A0%2Fb/converse",
      query: { x: ["1", "2"], y: ["a b"] },
      headers: { "content-type": "application/json", "x-amz-meta": "m" },
      body: unsigned.body
    })
  })

  it.effect("has the time of the clock, the region and the service, and all of it is secret", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(Date.parse("2026-11-23T01:02:03.999Z"))
      const { headers, secrets } = yield* signatureOf(unsigned)
      assert.deepInclude(headers, { "x-amz-date": "20261123T010203Z", "x-amz-security-token": "a-token" })
      const { authorization = "" } = headers
      assert.match(
        authorization,
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20261123\/eu-west-1\/bedrock\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-meta;x-amz-security-token, Signature=[0-9a-f]{64}$/
      )
      assert.deepStrictEqual(secrets, ["AKIDEXAMPLE", "a-secret", "a-token", authorization, authorization.slice(-64)])
      assert.sameMembers(Object.keys(headers), ["authorization", "x-amz-date", "x-amz-security-token"])
    }))

  it.effect("has another signature whenever what is signed is another, and the same when the rest is", () =>
    Effect.gen(function*() {
      const first = yield* signatureOf(unsigned)
      const others: ReadonlyArray<Unsigned> = [
        { ...unsigned, method: "PUT" },
        { ...unsigned, body: bytesOf("{ }") },
        { ...unsigned, body: undefined },
        { ...unsigned, url: unsigned.url.replace("converse", "invoke") },
        { ...unsigned, url: unsigned.url.replace("%3A", ":") },
        { ...unsigned, url: unsigned.url.replace("x=2", "x=3") },
        { ...unsigned, url: unsigned.url.replace("eu-west-1", "eu-west-2") },
        { ...unsigned, headers: { ...unsigned.headers, "x-amz-meta": "n" } }
      ]
      const signatures = yield* Effect.forEach(others, (other) => signatureOf(other))
      assert.strictEqual(new Set([first, ...signatures].map(({ headers }) => headers["authorization"])).size, 9)
      assert.notDeepEqual(yield* signatureOf(unsigned, "sagemaker"), first)
      const { headers, ...rest } = unsigned
      const { "x-team": _, ...fewer } = headers
      assert.deepStrictEqual(
        yield* signatureOf({ ...rest, headers: { ...fewer, traceparent: "00-1", b3: "0" } }),
        first
      )
    }))

  it.effect("is signed in a region only", () =>
    Effect.gen(function*() {
      const signer = yield* SigV4.signer("bedrock", credentials)
      const fault = yield* Effect.flip(signer({}))
      assert.deepStrictEqual(fault.reason, { _tag: "InvalidRequest", param: "region" })
      assert.include(fault.detail, "set AWS_REGION")
    }))
})
