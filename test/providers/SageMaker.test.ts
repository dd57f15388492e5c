/**
 * What only SageMaker has: signed requests, a stream within a stream, and errors that tell of the container's.
 */
import { assert, beforeAll, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import type { AwsCredentials } from "../../src/AwsCredentials.ts"
import * as ChatCompletion from "../../src/ChatCompletion.ts"
import * as Framing from "../../src/Framing.ts"
import * as Provider from "../../src/Provider.ts"
import { isProviderError } from "../../src/ProviderError.ts"
import * as SageMaker from "../../src/providers/SageMaker.ts"
import * as Registry from "../../src/Registry.ts"
import * as Read from "../fuzz/read.ts"
import * as Answer from "../kit/answer.ts"
import * as Bytes from "../kit/bytes.ts"
import * as EventStream from "../kit/eventStream.ts"
import * as TestHttp from "../kit/testHttp.ts"

// What is read without the engine is not loaded by it.
beforeAll(() => Effect.runPromise(Framing.awsEventStream.load ?? Effect.void))

const credentials = Effect.succeed<AwsCredentials>({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: "a-secret" })
const params = { model: "an-endpoint", messages: [{ role: "user", content: "Hi" }] } as const
const contentType = "application/vnd.amazon.eventstream"

const chunk = (delta: object, finish: string | null = null) =>
  JSON.stringify({
    id: "chatcmpl-1",
    created: 1_763_800_000,
    model: "/opt/ml/model",
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason: finish }]
  })

const chunks = [chunk({ role: "assistant", content: "Héllo, " }), chunk({ content: "wörld 👋" }), chunk({}, "stop")]
const sse = `${chunks.map((data) => `data: ${data}\n\n`).join("")}data: [DONE]\n\n`
const lines = chunks.map((data) => `${data}\n`).join("")

/** What a container said, in parts that end anywhere. */
const inParts = (said: Uint8Array, size: number): ReadonlyArray<EventStream.Message> =>
  Bytes.every(said, size).map((part) => ["PayloadPart", part])

const read = (messages: ReadonlyArray<EventStream.Message>) =>
  Read.read(SageMaker.endpoint, [EventStream.body(messages)], { contentType })

const whole = {
  id: "chatcmpl-1",
  created: 1_763_800_000,
  model: "/opt/ml/model",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }]
}

const streamed = (messages: ReadonlyArray<EventStream.Message>) =>
  TestHttp.stream(contentType, [EventStream.body(messages)])

const asked = <A, E, E2>(
  program: Effect.Effect<A, E, Provider.Provider>,
  layer: Layer.Layer<Provider.Provider, E2, Layer.Layer.Context<ReturnType<typeof SageMaker.layer>>>,
  respond: TestHttp.Respond,
  variables: { readonly [name: string]: string } = {}
) => {
  const http = TestHttp.make(respond)
  return program.pipe(
    Effect.provide(layer.pipe(
      Layer.provide(http.layer),
      Layer.provide(Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(variables)))))
    )),
    Effect.either,
    Effect.map((result) => ({ result, sent: http.sent }))
  )
}

const collected = Stream.run(Provider.completionStream(params), ChatCompletion.collect)
const layer = SageMaker.layer({ region: "eu-west-1", credentials, retry: false })

describe("what a container says", () => {
  for (
    const [name, said] of [["events", sse], ["lines", lines], ["lines without a last one", lines.trimEnd()]] as const
  ) {
    it(`in ${name}, is the same however the parts are cut`, () => {
      const bytes = Bytes.bytesOf(said)
      for (const size of [1, 2, 3, 5, 7, 64, 100, bytes.length]) {
        const { chunks, outcome } = read(inParts(bytes, size))
        assert.strictEqual(outcome, "ok", `parts of ${size}`)
        const { finishReason, text } = Answer.choice(chunks)
        assert.deepStrictEqual({ finishReason, text }, { finishReason: "stop", text: "Héllo, wörld 👋" })
      }
    })
  }

  it("is the same however messages are cut on the way", () => {
    const body = EventStream.body(inParts(Bytes.bytesOf(sse), 50))
    const expected = Read.read(SageMaker.endpoint, [body], { contentType })
    for (const pieces of [Bytes.byteByByte(body), ...[0, 1, 2].map((seed) => Bytes.randomCuts(body, seed, 20))]) {
      assert.deepStrictEqual(Read.read(SageMaker.endpoint, pieces, { contentType }), expected)
    }
  })

  it("is not whole where it ends before its end, whichever of the two streams does", () => {
    const bytes = Bytes.bytesOf(sse)
    const body = EventStream.body(inParts(bytes, 50))
    // Where the finish reason is there, only its end is missing.
    const finish = sse.indexOf(`data: ${chunks[2]}`)
    for (let length = 0; length < finish; length += 7) {
      assert.strictEqual(read(inParts(bytes.subarray(0, length), 20)).outcome, "TruncatedStream", `said ${length}`)
    }
    const all = Math.floor((body.length * finish) / bytes.length)
    for (let length = 0; length < all; length += 11) {
      const { outcome } = Read.read(SageMaker.endpoint, [body.subarray(0, length)], { contentType })
      assert.strictEqual(outcome, "TruncatedStream", `sent ${length}`)
    }
  })

  it("is delivered before a message that is broken", () => {
    const good = EventStream.body(inParts(Bytes.bytesOf(`data: ${chunks[0]}\n\n`), 30))
    const bad = EventStream.message(["PayloadPart", Bytes.bytesOf("data: x")])
    bad[bad.length - 5] = (bad[bad.length - 5] ?? 0) ^ 1
    const { chunks: told, outcome } = Read.read(SageMaker.endpoint, [Bytes.concat([good, bad])], { contentType })
    assert.deepStrictEqual([Answer.choice(told).text, outcome], ["Héllo, ", "MalformedChunk"])
  })

  it("may be more lines than an event may be long", () => {
    const many = `${chunks[1]}\n`.repeat(9_000) + lines
    const { outcome } = read(inParts(Bytes.bytesOf(many), 100_000))
    assert.strictEqual(outcome, "ok")
  })

  it("fails as AWS says, after what came", () => {
    for (
      const [name, payload, code] of [
        ["ModelStreamError", { Message: "timed out", ErrorCode: "ModelInvocationTimeExceeded" }, "ModelStreamError"],
        ["InternalStreamFailure", { Message: "internal" }, "InternalStreamFailure"]
      ] as const
    ) {
      const { chunks: told, outcome } = read([
        ...inParts(Bytes.bytesOf(`data: ${chunks[0]}\n\ndata: {"ch`), 40),
        [name, payload, "exception"]
      ])
      assert.deepStrictEqual([Answer.choice(told).text, outcome], ["Héllo, ", "Server"], code)
    }
  })

  it("fails as the container says", () => {
    const error = { error: { message: "maximum context length is 4096 tokens", type: "BadRequestError", code: 400 } }
    const { chunks: told, outcome } = read(
      inParts(Bytes.bytesOf(`data: ${chunks[0]}\n\ndata: ${JSON.stringify(error)}\n\n`), 40)
    )
    assert.deepStrictEqual([Answer.choice(told).text, outcome], ["Héllo, ", "ContextLength"])
  })

  it("is a whole answer where the container cannot stream", () => {
    const { chunks: told, outcome } = read(inParts(Bytes.bytesOf(JSON.stringify(whole)), 40))
    assert.deepStrictEqual([Answer.choice(told).text, outcome], ["Hello", "ok"])
  })
})

describe("a request", () => {
  it.effect("is signed for the region, and names the endpoint in its path alone", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(Date.parse("2026-11-23T01:02:03Z"))
      const { result, sent: [stream = assert.fail("none")] } = yield* asked(collected, layer, () =>
        streamed(inParts(Bytes.bytesOf(sse), 9)))
      assert.strictEqual(result._tag, "Right")
      assert.strictEqual(
        stream.url,
        "https://runtime.sagemaker.eu-west-1.amazonaws.com/endpoints/an-endpoint/invocations-response-stream"
      )
      assert.deepStrictEqual(JSON.parse(stream.body), {
        messages: [{ role: "user", content: "Hi" }],
        stream: true,
        stream_options: { include_usage: true }
      })
      assert.include(stream.headers, { "x-amz-date": "20261123T010203Z", accept: contentType })
      assert.include(
        stream.headers["authorization"],
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261123/eu-west-1/sagemaker/aws4_request, " +
          "SignedHeaders=content-type;host;x-amz-date, Signature="
      )
      const { sent: [one = assert.fail("none")] } = yield* asked(Provider.completion(params), layer, () =>
        Response.json(whole))
      assert.strictEqual(
        one.url,
        "https://runtime.sagemaker.eu-west-1.amazonaws.com/endpoints/an-endpoint/invocations"
      )
      assert.deepStrictEqual(JSON.parse(one.body), { messages: [{ role: "user", content: "Hi" }] })
    }))

  it.effect("has the model that the container knows, where extra says it", () =>
    Effect.gen(function*() {
      const named = Provider.completion({ ...params, extra: { sagemaker: { model: "an-adapter" } } })
      const { sent: [one = assert.fail("none")] } = yield* asked(named, layer, () => Response.json(whole))
      assert.strictEqual(JSON.parse(one.body).model, "an-adapter")
    }))

  it.effect("goes to the region's own domain", () =>
    Effect.gen(function*() {
      for (
        const [region, host] of [
          ["cn-north-1", "runtime.sagemaker.cn-north-1.amazonaws.com.cn"],
          ["us-gov-west-1", "runtime.sagemaker.us-gov-west-1.amazonaws.com"],
          ["eusc-de-east-1", "runtime.sagemaker.eusc-de-east-1.amazonaws.eu"]
        ] as const
      ) {
        const there = SageMaker.layer({ region, credentials })
        const { sent: [one = assert.fail("none")] } = yield* asked(Provider.completion(params), there, () =>
          Response.json(whole))
        assert.strictEqual(new URL(one.url).host, host)
      }
    }))

  it.effect("from the environment, also through the Registry", () =>
    Effect.gen(function*() {
      const variables = {
        AWS_DEFAULT_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: "AKIDOFENV",
        AWS_SECRET_ACCESS_KEY: "a-secret",
        AWS_SESSION_TOKEN: "a-token"
      }
      const named = Provider.completion({ ...params, model: "sagemaker:an-endpoint" })
      for (
        const effect of [
          asked(Provider.completion(params), SageMaker.layerConfig(), () => Response.json(whole), variables),
          asked(named, Registry.layerConfig(), () => Response.json(whole), variables)
        ]
      ) {
        const { sent: [one = assert.fail("none")] } = yield* effect
        assert.include(one.url, "https://runtime.sagemaker.us-east-1.amazonaws.com/endpoints/an-endpoint/")
        assert.include(one.headers["authorization"], "Credential=AKIDOFENV/")
        assert.strictEqual(one.headers["x-amz-security-token"], "a-token")
      }
      const own = Registry.layerConfig(Registry.endpoints, { sagemaker: { credentials, region: "eu-west-3" } })
      const { sent: [one = assert.fail("none")] } = yield* asked(named, own, () => Response.json(whole), variables)
      assert.include(one.url, "https://runtime.sagemaker.eu-west-3.amazonaws.com/")
      assert.include(one.headers["authorization"], "Credential=AKIDEXAMPLE/")
    }))

  it.effect("is not sent without a region, or without credentials", () =>
    Effect.gen(function*() {
      const none = { AWS_REGION: "us-east-1" }
      const key = { AWS_ACCESS_KEY_ID: "AKIDOFENV", AWS_SECRET_ACCESS_KEY: "a-secret" }
      for (
        const [variables, reason] of [
          [none, { _tag: "MissingApiKey", envVar: "AWS_ACCESS_KEY_ID" }],
          [{ ...none, AWS_ACCESS_KEY_ID: "AKIDOFENV" }, { _tag: "MissingApiKey", envVar: "AWS_SECRET_ACCESS_KEY" }],
          [key, { _tag: "InvalidRequest", param: "region" }],
          [{ ...key, SAGEMAKER_ENDPOINT_URL: "http://127.0.0.1:1" }, { _tag: "InvalidRequest", param: "region" }]
        ] as const
      ) {
        const ask = asked(Provider.completion(params), SageMaker.layerConfig(), () => Response.json(whole), variables)
        const { result, sent } = yield* ask
        assert.lengthOf(sent, 0)
        assert.isTrue(result._tag === "Left" && isProviderError(result.left) && !result.left.isRetryable)
        if (result._tag === "Left" && isProviderError(result.left)) assert.deepStrictEqual(result.left.reason, reason)
      }
    }))

  it.effect("asks for credentials once, and again for another attempt when they have expired", () =>
    Effect.gen(function*() {
      let count = 0
      const rotating = Effect.map(Effect.clockWith((clock) => clock.currentTimeMillis), (now): AwsCredentials => ({
        accessKeyId: `AKID${++count}`,
        secretAccessKey: Redacted.make("a-secret"),
        expiration: new Date(now + 120_000)
      }))
      const http = TestHttp.make(() => Response.json(whole))
      const service = yield* Effect.provide(SageMaker.make({ region: "r", credentials: rotating }), http.layer)
      for (const wait of ["0 seconds", "59 seconds", "1 seconds", "1 minute"] as const) {
        yield* TestClock.adjust(wait)
        yield* service.completion(params)
      }
      assert.deepStrictEqual(
        http.sent.map(({ headers }) => /Credential=(\w+)/.exec(headers["authorization"] ?? "")?.[1]),
        ["AKID1", "AKID1", "AKID2", "AKID3"]
      )
    }))
})

describe("an error", () => {
  const error = (status: number, type: string, body: object) =>
    Effect.map(
      asked(Provider.completion(params), layer, () =>
        Response.json(body, { status, headers: { "x-amzn-errortype": type, "x-amzn-requestid": "r-1" } })),
      ({ result }) =>
        result._tag === "Left" && isProviderError(result.left) ? result.left : assert.fail("no error")
    )

  const ofModel = (status: number, said: string) => ({
    ErrorCode: status < 500 ? "CLIENT_ERROR_FROM_MODEL" : "SERVER_ERROR_FROM_MODEL",
    LogStreamArn: "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/Endpoints/an-endpoint",
    Message: `Received ${status >= 400 && status < 500 ? "client" : "server"} error (${status}) from primary with ` +
      `message "${said}". See https://eu-west-1.console.aws.amazon.com/ for more information.`,
    OriginalMessage: said,
    OriginalStatusCode: status
  })

  it.effect("of the container means what it means there", () =>
    Effect.gen(function*() {
      for (
        const [status, said, reason, retryable] of [
          [400, "This model's maximum context length is 4096 tokens.", "ContextLength", false],
          [400, "Input should be a valid string", "InvalidRequest", false],
          [422, "Input validation error", "InvalidRequest", false],
          [429, "Model is overloaded", "RateLimit", true],
          [500, "CUDA error", "Server", true],
          [503, "not yet", "Overloaded", true],
          [0, "Your invocation timed out while waiting for a response from container primary.", "Server", true]
        ] as const
      ) {
        const found = yield* error(424, "ModelError", ofModel(status, said))
        assert.deepInclude(found, { status: 424, code: "ModelError", requestId: "r-1" })
        assert.strictEqual(found.reason._tag, reason, said)
        assert.strictEqual(found.isRetryable, retryable, said)
        assert.include(found.message, said)
      }
    }))

  it.effect("of AWS's own", () =>
    Effect.gen(function*() {
      const missing = "Endpoint an-endpoint of account 123456789012 not found."
      for (
        const [status, type, message, reason] of [
          [400, "ValidationError", missing, "ModelNotFound"],
          [400, "ValidationError", "1 validation error detected", "InvalidRequest"],
          [429, "ModelNotReadyException", "loading", "Overloaded"],
          [400, "ThrottlingException", "Rate exceeded", "RateLimit"],
          [503, "ServiceUnavailable", "try again", "Overloaded"],
          [530, "InternalDependencyException", "call us", "Server"],
          [
            403,
            "AccessDeniedException",
            "User is not authorized to perform: sagemaker:InvokeEndpoint",
            "PermissionDenied"
          ],
          [403, "UnrecognizedClientException:http://internal/", "The security token is invalid.", "Authentication"],
          [403, "ExpiredTokenException", "The security token included in the request is expired", "Authentication"],
          [403, "InvalidSignatureException", "The request signature we calculated does not match", "Authentication"]
        ] as const
      ) {
        assert.strictEqual((yield* error(status, type, { message })).reason._tag, reason, type)
      }
    }))

  it.effect("in a stream is told with its code", () =>
    Effect.gen(function*() {
      const broken: EventStream.Message = [
        "ModelStreamError",
        { Message: "cut", ErrorCode: "StreamBroken" },
        "exception"
      ]
      const { result } = yield* asked(collected, layer, () => streamed([broken]))
      const found = result._tag === "Left" && isProviderError(result.left) ? result.left : assert.fail("no error")
      assert.deepInclude(found, { code: "ModelStreamError", detail: "cut" })
      assert.strictEqual(found.reason._tag, "Server")
    }))
})
