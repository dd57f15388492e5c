/**
 * AWS's official client reads the messages of the same bytes, and OpenAI's official client what is in them.
 */
import {
  InvokeEndpointWithResponseStreamCommand,
  type ResponseStream,
  SageMakerRuntimeClient
} from "@aws-sdk/client-sagemaker-runtime"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type OpenAI from "openai"
import { Stream as OpenAiStream } from "openai/core/streaming"
import { isProviderError } from "../../src/ProviderError.ts"
import * as SageMaker from "../../src/providers/SageMaker.ts"
import * as EventStream from "../kit/eventStream.ts"
import * as Server from "../kit/server.ts"
import type * as Targets from "../kit/targets.ts"
import * as Transcript from "../kit/transcript.ts"
import * as Kit from "./kit.ts"
import * as Sum from "./sum.ts"

const identity = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "a-secret" }
const region = "eu-west-1"

const target: Targets.Target = (baseUrl) =>
  SageMaker.layer({ region, baseUrl, model: "a-model", credentials: Effect.succeed(identity), retry: false })

const contentType = "application/vnd.amazon.eventstream"

const transcripts = Transcript.ofProvider("sagemaker")

/** What the container said, put together by AWS's client. */
async function* said(messages: AsyncIterable<ResponseStream>): AsyncGenerator<Uint8Array> {
  for await (const { PayloadPart } of messages) if (PayloadPart?.Bytes !== undefined) yield PayloadPart.Bytes
}

const opened = async (server: Server.Server): Promise<AsyncIterable<ResponseStream>> => {
  const client = new SageMakerRuntimeClient({
    region,
    endpoint: server.url,
    credentials: identity,
    maxAttempts: 1
  })
  const { Body } = await client.send(
    new InvokeEndpointWithResponseStreamCommand({
      EndpointName: "a-model",
      ContentType: "application/json",
      Body: "{}"
    })
  )
  return Body ?? assert.fail("no stream")
}

/** OpenAI's client hands on an empty id; an id that a server never sent is made up here. */
const deviations = new Map([["of-tgi", ["id"]]])

/** OpenAI's client reads events, and no lines. */
const read = (server: Server.Server): Effect.Effect<Kit.Answer | undefined> =>
  Kit.asked(async () => {
    const sum = new Sum.Sum()
    const messages = said(await opened(server))
    const response = new Response(
      new ReadableStream({
        pull: async (controller) => {
          const { done, value } = await messages.next()
          if (done === true) controller.close()
          else controller.enqueue(value)
        }
      })
    )
    const stream = OpenAiStream.fromSSEResponse<OpenAI.ChatCompletionChunk>(response, new AbortController())
    for await (const chunk of stream) sum.add(chunk)
    return sum.answer
  })

describe("AWS's official client", () => {
  for (const { bytes, expected, name, text } of transcripts) {
    it.scopedLive(`${name}: the same stream`, () =>
      Effect.gen(function*() {
        const server = yield* Server.make(() => Server.stream(contentType, bytes))
        const pieces = yield* Effect.promise(async () => {
          const all: Array<Uint8Array> = []
          for await (const piece of said(await opened(server))) all.push(piece)
          return all
        })
        assert.strictEqual(Buffer.concat(pieces).toString(), text)
        if (expected.error !== undefined || name === "lines") return
        const theirs = yield* read(server)
        const own = Kit.ours(yield* Kit.collected(target, server.url))
        assert.deepStrictEqual(
          theirs === undefined ? ["rejects"] : Kit.differences(own, theirs),
          deviations.get(name) ?? []
        )
        assert.deepStrictEqual(
          new Set(server.requests.map(({ url }) => url)),
          new Set(["/endpoints/a-model/invocations-response-stream"])
        )
      }))
  }

  for (const exception of ["ModelStreamError", "InternalStreamFailure"]) {
    it.scopedLive(`${exception}: the same failure`, () =>
      Effect.gen(function*() {
        const server = yield* Server.make(() =>
          Server.stream(contentType, EventStream.body([[exception, { Message: "no more" }, "exception"]]))
        )
        const theirs = yield* Effect.promise(async () => {
          try {
            for await (const _ of said(await opened(server))) assert.fail("it said something")
          } catch (error) {
            return error instanceof Error ? error.name : String(error)
          }
          return "no error"
        })
        assert.strictEqual(theirs, exception)
        const ours = yield* Effect.flip(Kit.collected(target, server.url))
        assert.isTrue(isProviderError(ours) && ours.code === exception && ours.detail === "no more")
      }))
  }
})
