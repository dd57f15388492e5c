/**
 * AWS's official clients sign the same requests: with the same clock and credentials the same signature comes out.
 */
import { BedrockRuntimeClient, ConverseStreamCommand } from "@aws-sdk/client-bedrock-runtime"
import {
  InvokeEndpointCommand,
  InvokeEndpointWithResponseStreamCommand,
  SageMakerRuntimeClient
} from "@aws-sdk/client-sagemaker-runtime"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import type { Endpoint } from "../../src/Endpoint.ts"
import * as SigV4 from "../../src/internal/sigV4.ts"
import * as Bedrock from "../../src/providers/Bedrock.ts"
import * as SageMaker from "../../src/providers/SageMaker.ts"

const region = "eu-west-1"

/** What the clients' own transport gets. */
interface Sent {
  readonly method: string
  readonly hostname: string
  readonly path: string
  readonly query: { [name: string]: string | Array<string> | null }
  readonly headers: { readonly [name: string]: string }
  readonly body: unknown
}

const identities = [
  { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" },
  { accessKeyId: "ASIAEXAMPLE", secretAccessKey: "a/secret+key", sessionToken: "a/token+of==" }
] as const

/** A client whose requests go nowhere. */
const capturing = () => {
  const sent: Array<Sent> = []
  const requestHandler = {
    handle: (request: Sent) => {
      sent.push(request)
      return Promise.reject(new Error("nothing is sent"))
    }
  }
  const one = (ask: () => Promise<unknown>): Effect.Effect<Sent> =>
    Effect.promise(() => ask().catch(() => undefined)).pipe(
      Effect.map(() => sent.at(-1) ?? assert.fail("no request"))
    )
  return { one, requestHandler }
}

const models = [
  "amazon.nova-lite-v1:0",
  "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
  "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/a1b2c3",
  "arn:aws:bedrock:eu-west-1:123456789012:custom-model-deployment/x y/ünï~!*'()"
]

const bytesOf = (body: unknown): Uint8Array =>
  body instanceof Uint8Array ? body : typeof body === "string" ? new TextEncoder().encode(body) : assert.fail("no body")

const timeOf = (date: string): number =>
  Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"))

/** All that the client signed, signed by us. */
const resigned = (sent: Sent, service: string, identity: (typeof identities)[number]) =>
  Effect.gen(function*() {
    const [, names = ""] = /SignedHeaders=([^,]*)/.exec(sent.headers["authorization"] ?? "") ?? []
    const own = new Set(["host", "x-amz-date", "x-amz-security-token"])
    const parts = SigV4.partsOf({
      method: sent.method,
      url: `https://${sent.hostname}${sent.path}`,
      headers: {},
      body: bytesOf(sent.body)
    })
    yield* TestClock.setTime(timeOf(sent.headers["x-amz-date"] ?? ""))
    return yield* SigV4.sign(
      yield* SigV4.load,
      {
        ...parts,
        headers: Object.fromEntries(
          names.split(";").filter((name) => !own.has(name)).map((name) => [name, sent.headers[name] ?? ""])
        )
      },
      identity,
      { region, service }
    )
  })

/** Where this package sends a request for the model. */
const pathOf = ({ dialect, ...endpoint }: Endpoint, model: string, stream: boolean): string => {
  const encoded = dialect.encode({ messages: [{ role: "user", content: "Hi" }] }, {
    endpoint: { ...endpoint, dialect },
    model,
    stream
  })
  return encoded._tag === "Right" ? encoded.right.path : assert.fail("it cannot be said")
}

for (const identity of identities) {
  const credentials = () => Promise.resolve(identity)

  describe(identity.accessKeyId, () => {
    for (const modelId of models) {
      it.effect(`Bedrock, ${modelId}`, () =>
        Effect.gen(function*() {
          const { one, requestHandler } = capturing()
          const client = new BedrockRuntimeClient({ region, credentials, requestHandler, maxAttempts: 1 })
          const sent = yield* one(() =>
            client.send(new ConverseStreamCommand({ modelId, messages: [{ role: "user", content: [{ text: "Hé" }] }] }))
          )
          assert.strictEqual(sent.hostname, new URL(Bedrock.endpoint.baseUrlOf?.({ region }) ?? "").host)
          assert.strictEqual(pathOf(Bedrock.endpoint, modelId, true), sent.path)
          const signed = yield* resigned(sent, "bedrock", identity)
          assert.strictEqual(signed["authorization"], sent.headers["authorization"])
          assert.strictEqual(signed["x-amz-security-token"], sent.headers["x-amz-security-token"])
        }))
    }

    const input = { EndpointName: "an-endpoint", ContentType: "application/json", Body: `{"a":"é"}` }
    const operations = [
      ["whole", false, (client: SageMakerRuntimeClient) => client.send(new InvokeEndpointCommand(input))],
      [
        "streamed",
        true,
        (client: SageMakerRuntimeClient) => client.send(new InvokeEndpointWithResponseStreamCommand(input))
      ]
    ] as const
    for (const [name, stream, ask] of operations) {
      it.effect(`SageMaker, ${name}`, () =>
        Effect.gen(function*() {
          const { one, requestHandler } = capturing()
          const client = new SageMakerRuntimeClient({ region, credentials, requestHandler, maxAttempts: 1 })
          const sent = yield* one(() => ask(client))
          assert.strictEqual(pathOf(SageMaker.endpoint, "an-endpoint", stream), sent.path)
          const signed = yield* resigned(sent, "sagemaker", identity)
          assert.strictEqual(signed["authorization"], sent.headers["authorization"])
        }))
    }
  })
}

describe("the hosts of all partitions", () => {
  for (
    const there of [
      "us-east-1",
      "us-gov-west-1",
      "cn-north-1",
      "eusc-de-east-1",
      "us-iso-east-1",
      "us-isob-east-1",
      "us-isof-south-1",
      "eu-isoe-west-1",
      "mx-central-1"
    ]
  ) {
    it.effect(there, () =>
      Effect.gen(function*() {
        const { one, requestHandler } = capturing()
        const credentials = () => Promise.resolve(identities[0])
        const bedrock = new BedrockRuntimeClient({ region: there, credentials, requestHandler, maxAttempts: 1 })
        const converse = yield* one(() => bedrock.send(new ConverseStreamCommand({ modelId: "m", messages: [] })))
        assert.strictEqual(Bedrock.endpoint.baseUrlOf?.({ region: there }), `https://${converse.hostname}`)
        const runtime = new SageMakerRuntimeClient({ region: there, credentials, requestHandler, maxAttempts: 1 })
        const invoke = yield* one(() => runtime.send(new InvokeEndpointCommand({ EndpointName: "e", Body: "{}" })))
        assert.strictEqual(SageMaker.endpoint.baseUrlOf?.({ region: there }), `https://${invoke.hostname}`)
      }))
  }
})
