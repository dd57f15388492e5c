/**
 * The calls of every recorded stream, through a toolkit that takes anything: those that were cut are not executed, and
 * those that are whole decode.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Tool from "../src/Tool.ts"
import * as Toolkit from "../src/Toolkit.ts"
import * as Corpus from "./kit/corpus.ts"
import * as Providers from "./kit/providers.ts"
import * as Targets from "./kit/targets.ts"
import * as TestHttp from "./kit/testHttp.ts"

const own = new Set(["anthropic", "bedrock-converse", "gemini", "cohere", "ollama"])

const protocols = new Set(["openai-chat", "openai-compat", "mistral", ...own])

const targetOf = ({ expected: { protocol, provider } }: Corpus.Case): Targets.Target => {
  const module = own.has(protocol) ? Providers.ofProtocol(protocol) : Providers.ofCorpus(provider)
  return module === undefined ? Targets.compatible(provider) : Targets.named(module)
}

const textOf = ({ bytes }: Corpus.Case): string => new TextDecoder().decode(bytes)

/** Whatever could be the name of a tool there. */
const namesIn = (one: Corpus.Case): ReadonlyArray<string> =>
  [
    ...new Set([
      ...one.expected.toolCalls.map(({ name }) => name),
      ...[...textOf(one).matchAll(/"name":\s*"([\w-]+)"/g)].flatMap(([, name]) => name === undefined ? [] : [name])
    ])
  ].filter((name) => name !== "" && name !== "__proto__")

/** What a toolkit executed of an answer, which may end before its end. */
const executed = (one: Corpus.Case, bytes = one.bytes, abort = one.response.abort) =>
  Effect.gen(function*() {
    const names = namesIn(one)
    const ran: Array<{ readonly name: string; readonly parameters: unknown }> = []
    const tools = names.map((name) =>
      Tool.make(name, { parameters: Schema.Record({ key: Schema.String, value: Schema.Unknown }) })
    )
    const toolkit = Toolkit.make(...tools)
    const handlers = toolkit.toLayer(Object.fromEntries(names.map((name) => [
      name,
      (parameters: unknown) =>
        Effect.sync(() => {
          ran.push({ name, parameters })
          return "done"
        })
    ])))
    const http = TestHttp.make((_, index) =>
      index === 0
        ? new Response(TestHttp.body([bytes], { then: abort ? new Error("reset") : "end" }), {
          status: one.response.status,
          headers: one.response.headers
        })
        : new Response("enough", { status: 400 })
    )
    const provider = targetOf(one)("http://in.memory").pipe(Layer.provide(http.layer))
    yield* Toolkit.stream(toolkit, { messages: [{ role: "user", content: "Hi" }] }).pipe(
      Stream.runDrain,
      Effect.exit,
      Effect.provide(Layer.merge(provider, handlers))
    )
    return ran
  })

const isObject = (text: string): boolean => {
  try {
    const json: unknown = JSON.parse(text === "" ? "{}" : text)
    return typeof json === "object" && json !== null && !Array.isArray(json)
  } catch {
    return false
  }
}

/** By the corpus: the answer is whole, and so are the arguments. */
const isWhole = ({ expected }: Corpus.Case): boolean => {
  const words = Option.match(expected.finishReason, {
    onNone: (): ReadonlyArray<string | null> => [],
    onSome: ({ accept, normalised }) => [normalised, ...accept]
  })
  return expected.outcome === "success" && (words.includes("tool_calls") || words.includes("stop"))
}

const cases = Corpus.cases(protocols).filter(({ expected, response }) =>
  expected.toolCalls.length > 0 && response.contentEncoding._tag === "None"
)

/** Where a call began, and no answer came of it. */
const cut = Corpus.cases(protocols).filter((one) =>
  one.expected.outcome === "error" && one.expected.alsoAccept.every(({ outcome }) => outcome === "error") &&
  one.response.contentEncoding._tag === "None" &&
  /"tool_calls":\s*\[|"tool_use"/.test(textOf(one))
)

/** As the Schema reads it: a key that would be the prototype is none. */
const parametersOf = (text: string): unknown =>
  JSON.parse(text === "" ? "{}" : text, (key, value: unknown) => key === "__proto__" ? undefined : value)

/** The same answer, ended for want of tokens. */
const outOfTokens = (one: Corpus.Case): Uint8Array =>
  new TextEncoder().encode(
    textOf(one)
      .replace(/"finish_reason":\s*"(tool_calls|stop|function_call)"/g, "\"finish_reason\":\"length\"")
      .replace(/"stop_reason":\s*"(tool_use|end_turn)"/g, "\"stop_reason\":\"max_tokens\"")
      .replace(/"finishReason":\s*"STOP"/g, "\"finishReason\":\"MAX_TOKENS\"")
      .replace(/"finish_reason":\s*"(COMPLETE|TOOL_CALL)"/g, "\"finish_reason\":\"MAX_TOKENS\"")
      .replace(/"done_reason":\s*"stop"/g, "\"done_reason\":\"length\"")
  )

describe.skipIf(!Corpus.present)("the calls of the corpus", () => {
  it("are many, and of both kinds", () => {
    assert.isAbove(cases.filter(isWhole).length, 30)
    assert.isAtLeast(cut.length, 2)
  })

  for (const one of cases) {
    const whole = isWhole(one)
      ? one.expected.toolCalls.filter((call) => call.name !== "" && isObject(call.arguments))
      : []
    it.effect(`${one.name}: ${whole.length} of ${one.expected.toolCalls.length} are executed`, () =>
      Effect.gen(function*() {
        const expected = whole.map(({ arguments: text, name }) => ({ name, parameters: parametersOf(text) }))
        assert.deepStrictEqual(yield* executed(one), expected)
        // Frames of Bedrock have checksums.
        if (one.expected.protocol !== "bedrock-converse") {
          assert.deepStrictEqual(yield* executed(one, outOfTokens(one)), [])
        }
        // Cut anywhere: all of it, where the answer had said that it is whole; else nothing.
        for (const part of [0.3, 0.6, 0.8, 0.9, 0.97]) {
          const ran = yield* executed(one, one.bytes.subarray(0, Math.floor(one.bytes.length * part)), true)
          if (ran.length > 0) assert.deepStrictEqual(ran, expected, `${part}`)
        }
      }))
  }

  for (const one of cut) {
    it.effect(`${one.name}: cut, and nothing is executed`, () =>
      Effect.map(executed(one), (ran) => assert.deepStrictEqual(ran, [])))
  }
})
