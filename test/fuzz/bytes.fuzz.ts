/**
 * Bytes that are no stream, and streams that lost or changed some, through a whole provider: chunks that keep the rules,
 * then an end or one typed error. Never a defect, and never nothing.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Provider from "../../src/Provider.ts"
import * as ProviderError from "../../src/ProviderError.ts"
import * as Cohere from "../../src/providers/Cohere.ts"
import * as Answer from "../kit/answer.ts"
import * as Bytes from "../kit/bytes.ts"
import * as Play from "../kit/play.ts"
import * as Targets from "../kit/targets.ts"
import * as TestHttp from "../kit/testHttp.ts"
import { seeds } from "./events.ts"
import { check, timeout } from "./gauge.ts"
import { violations } from "./read.ts"

const params = { messages: [{ role: "user", content: "Hi" }] } as const

/** A response, as odd as they come. */
interface Odd {
  readonly target: Targets.Target
  readonly bytes: Uint8Array
  readonly cuts: ReadonlyArray<number>
  readonly status: number
  readonly contentType: string | undefined
  readonly breaks: boolean
}

const targets = FastCheck.constantFrom<Array<Targets.Target>>(
  Targets.openAi,
  Targets.anthropic,
  Targets.named(Cohere),
  Targets.compatible("lenient", { lenientFinish: true })
)

const recorded = FastCheck.constantFrom(...seeds).map((seed) => seed.bytes)

const random = FastCheck.uint8Array({ maxLength: 400 })

const words = FastCheck.array(
  FastCheck.constantFrom(
    ..."data: |event: |: |retry: |id: |\n|\n\n|\r|\r\n|\uFEFF|{|}|[|]|\"|[DONE]|null|{\"error\":|\"choices\":|{}|<html>"
      .split("|"),
    "{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}",
    "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}",
    "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"a\"}}",
    "{\"type\":\"message_stop\"}",
    "data: {\"error\":{\"type\":\"rate_limit_error\",\"retry_after\":1e308}}\n\n"
  ),
  { maxLength: 30 }
).map((all) => Bytes.bytesOf(all.join("")))

const flipped = FastCheck.tuple(
  recorded,
  FastCheck.array(FastCheck.tuple(FastCheck.nat(), FastCheck.nat(7)), {
    minLength: 1,
    maxLength: 6
  })
).map(([bytes, flips]) => {
  const copy = Uint8Array.from(bytes)
  for (const [at, bit] of flips) copy[at % copy.length] = (copy[at % copy.length] ?? 0) ^ (1 << bit)
  return copy
})

const truncated = FastCheck.tuple(recorded, FastCheck.nat()).map(([bytes, length]) =>
  bytes.subarray(0, length % (bytes.length + 1))
)

/** The beginning of one, the end of another, and something between. */
const spliced = FastCheck.tuple(truncated, random, recorded, FastCheck.nat()).map(([head, middle, tail, from]) =>
  Bytes.concat([head, middle, tail.subarray(from % tail.length)])
)

/** It begins as a compressed body does. */
const squeezed = random.map((bytes) => Bytes.concat([Uint8Array.of(0x1f, 0x8b), bytes]))

const odd: FastCheck.Arbitrary<Odd> = FastCheck.record({
  target: targets,
  bytes: FastCheck.oneof(
    { weight: 2, arbitrary: random },
    { weight: 4, arbitrary: words },
    { weight: 6, arbitrary: flipped },
    { weight: 3, arbitrary: truncated },
    { weight: 3, arbitrary: spliced },
    { weight: 1, arbitrary: squeezed }
  ),
  cuts: FastCheck.array(FastCheck.nat(2000), { maxLength: 6 }),
  status: FastCheck.oneof(
    { weight: 6, arbitrary: FastCheck.constant(200) },
    { weight: 1, arbitrary: FastCheck.constantFrom(201, 302, 400, 401, 429, 500, 529) }
  ),
  contentType: FastCheck.oneof(
    { weight: 4, arbitrary: FastCheck.constant("text/event-stream") },
    { weight: 1, arbitrary: FastCheck.constantFrom("application/json", "text/html", "", "\u00ff;;", undefined) }
  ),
  breaks: FastCheck.boolean()
})

const layerOf = ({ breaks, bytes, contentType, cuts, status, target }: Odd): Layer.Layer<Provider.Provider> =>
  target("http://in.memory").pipe(Layer.provide(
    TestHttp.make(() =>
      new Response(TestHttp.body(Bytes.cut(bytes, cuts), { then: breaks ? new Error("reset") : "end" }), {
        status,
        headers: contentType === undefined ? {} : { "content-type": contentType }
      })
    ).layer
  ))

const encode = Schema.encodeSync(ProviderError.ProviderError)
const decode = Schema.decodeUnknownSync(ProviderError.ProviderError)

/** One error with a type, that can be shown and that can travel. */
const isTyped = (
  exit: Exit.Exit<unknown, ProviderError.ProviderError | ProviderError.Timeout | ProviderError.Cancelled>
) => {
  if (Exit.isSuccess(exit)) return
  assert.isFalse(Cause.isDie(exit.cause), Cause.pretty(exit.cause))
  const [error, ...others] = [...Cause.failures(exit.cause)]
  assert.lengthOf(others, 0)
  assert.isTrue(ProviderError.isProviderError(error), String(error))
  if (!ProviderError.isProviderError(error)) return
  assert.notStrictEqual(error.message, "")
  const written = JSON.stringify(encode(error))
  const travelled = decode(JSON.parse(written))
  assert.strictEqual(travelled.message, error.message)
  assert.strictEqual(JSON.stringify(encode(travelled)), written)
}

describe("bytes", () => {
  it("of any kind are a stream that keeps the rules, or a typed error", { timeout }, (context) =>
    check(
      context,
      FastCheck.asyncProperty(odd, async (odd) => {
        const { chunks, exit } = await Effect.runPromise(Play.play(layerOf(odd), params))
        isTyped(exit)
        const outcome = Exit.isSuccess(exit) ? "ok" : "failed"
        assert.deepStrictEqual(violations({ chunks, outcome }, false), [])
        if (outcome === "ok") assert.isAbove(chunks.length, 0)
        const { reasoning, refusal, text } = Answer.choice(chunks)
        const sent = new TextDecoder().decode(odd.bytes)
        assert.deepStrictEqual(Answer.accidents(text + reasoning + refusal, sent), [])
        assert.deepStrictEqual(Play.pollution(), [])
      }),
      { quick: 100, full: 3000 }
    ))

  it("of any kind are a whole answer, or a typed error", { timeout }, (context) =>
    check(
      context,
      FastCheck.asyncProperty(odd, async (odd) => {
        const exit = await Effect.runPromise(
          Provider.completion(params).pipe(
            Effect.timeoutOption("10 seconds"),
            Effect.provide(layerOf(odd)),
            Effect.exit
          )
        )
        isTyped(exit)
        if (Exit.isSuccess(exit)) assert.strictEqual(exit.value._tag, "Some", "no end after 10 seconds")
      }),
      { quick: 30, full: 1000 }
    ))
})
