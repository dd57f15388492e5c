/**
 * Prompts of `@effect/ai` as the messages that a provider is asked with.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import type * as Prompt from "@effect/ai/Prompt"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as AiLanguageModel from "../../src/AiLanguageModel.ts"
import type { Part } from "../../src/CompletionParams.ts"
import * as TestProvider from "../../src/TestProvider.ts"

const over = (answer: TestProvider.Answer) => AiLanguageModel.layer.pipe(Layer.provideMerge(TestProvider.layer(answer)))

const asked = Effect.map(TestProvider.calls, (calls) => calls.map(({ params }) => params))

const sent = (prompt: Prompt.RawInput) =>
  Effect.zipRight(LanguageModel.generateText({ prompt }), asked).pipe(
    Effect.map((params) => params.at(-1)?.messages),
    Effect.provide(over(TestProvider.text("ok")))
  )

describe("a prompt", () => {
  it.effect("a text is a user's message", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* sent("Hi"), [{ role: "user", content: "Hi" }])
    }))

  it.effect("roles, and what is said to providers", () =>
    Effect.gen(function*() {
      const cached = { anthropic: { cache_control: { type: "ephemeral" } } }
      assert.deepStrictEqual(
        yield* sent([
          { role: "system", content: "Be brief.", options: cached },
          { role: "user", content: [{ type: "text", text: "a", options: cached }, { type: "text", text: "b" }] },
          { role: "assistant", content: [{ type: "text", text: "c" }, { type: "text", text: "d" }] },
          { role: "user", content: "e", options: { "effect-any-llm": { extra: cached }, other: undefined } }
        ]),
        [
          { role: "system", content: "Be brief.", extra: cached },
          { role: "user", content: [{ type: "text", text: "a", extra: cached }, { type: "text", text: "b" }] },
          { role: "assistant", content: "cd" },
          { role: "user", content: "e", extra: cached }
        ]
      )
    }))

  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 1])
  const files: ReadonlyArray<
    readonly [name: string, part: Omit<Prompt.FilePartEncoded, "type">, expected: Part]
  > = [
    ["bytes of an image", { mediaType: "image/png", data: png }, {
      type: "image",
      source: { data: png, mediaType: "image/png" }
    }],
    ["an image of some kind", { mediaType: "image/*", data: png }, {
      type: "image",
      source: { data: png, mediaType: "image/png" }
    }],
    ["base64", { mediaType: "image/png", data: "iVBORwE=" }, {
      type: "image",
      source: { data: png, mediaType: "image/png" }
    }],
    ["a URL", { mediaType: "image/jpeg", data: new URL("https://a.example/b.jpg") }, {
      type: "image",
      source: { url: "https://a.example/b.jpg" }
    }],
    ["a URL as a text", { mediaType: "image/jpeg", data: "https://a.example/b.jpg" }, {
      type: "image",
      source: { url: "https://a.example/b.jpg" }
    }],
    ["detail", { mediaType: "image/png", data: png, options: { "effect-any-llm": { detail: "low" } } }, {
      type: "image",
      source: { data: png, mediaType: "image/png" },
      detail: "low"
    }],
    ["a file that was uploaded", {
      mediaType: "application/pdf",
      data: "",
      options: { "effect-any-llm": { id: "file_1" } }
    }, { type: "file", source: { id: "file_1" } }],
    ["a document", { mediaType: "application/pdf", data: png, fileName: "a.pdf" }, {
      type: "file",
      source: { data: png, mediaType: "application/pdf" },
      filename: "a.pdf"
    }],
    ["a sound", { mediaType: "audio/wav", data: png }, { type: "audio", source: { data: png, mediaType: "audio/wav" } }]
  ]
  for (const [name, part, expected] of files) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const messages = yield* sent([{ role: "user", content: [{ type: "file", ...part }] }])
        assert.deepStrictEqual(messages, [{ role: "user", content: [expected] }])
      }))
  }

  it.effect("calls and their results", () =>
    Effect.gen(function*() {
      const call = { type: "tool-call", id: "1", name: "f", params: { a: [1] } } as const
      const result = { type: "tool-result", id: "1", name: "f", providerExecuted: false } as const
      assert.deepStrictEqual(
        yield* sent([
          { role: "user", content: "a" },
          {
            role: "assistant",
            content: [
              { type: "reasoning", text: "hm" },
              call,
              { ...call, id: "2", params: undefined },
              { ...call, id: "3", providerExecuted: true }
            ]
          },
          {
            role: "tool",
            content: [
              { ...result, isFailure: false, result: "text" },
              { ...result, id: "2", isFailure: true, result: { why: "no" } },
              { ...result, id: "3", isFailure: false, result: undefined }
            ]
          }
        ]),
        [
          { role: "user", content: "a" },
          {
            role: "assistant",
            reasoning: { content: "hm" },
            toolCalls: [
              { id: "1", type: "function", function: { name: "f", arguments: "{\"a\":[1]}" } },
              { id: "2", type: "function", function: { name: "f", arguments: "{}" } }
            ]
          },
          { role: "tool", content: "text", toolCallId: "1" },
          { role: "tool", content: "{\"why\":\"no\"}", toolCallId: "2", isError: true },
          { role: "tool", content: "null", toolCallId: "3" }
        ]
      )
    }))

  const cycle: { self?: unknown } = {}
  cycle.self = cycle
  const refused: ReadonlyArray<readonly [name: string, prompt: Prompt.RawInput, says: string]> = [
    ["a file that is neither a URL nor base64", [{
      role: "user",
      content: [{ type: "file", mediaType: "image/png", data: "?" }]
    }], "prompt[0].content[0].data is neither a URL nor base64"],
    ["a file of the assistant", [{
      role: "assistant",
      content: [{ type: "file", mediaType: "image/png", data: png }]
    }], "prompt[0].content[0] is a file in a message of the assistant, which no provider takes"],
    ["a result that JSON cannot hold", [{
      role: "tool",
      content: [{ type: "tool-result", id: "1", name: "f", isFailure: false, providerExecuted: false, result: cycle }]
    }], "prompt[0].content[0].result has a value that JSON cannot hold"]
  ]
  for (const [name, prompt, says] of refused) {
    it.effect(`${name} is malformed input, and nothing is sent`, () =>
      Effect.gen(function*() {
        const whole = yield* Effect.flip(LanguageModel.generateText({ prompt }))
        const streamed = yield* Effect.flip(Stream.runDrain(LanguageModel.streamText({ prompt })))
        assert.deepInclude(whole, { _tag: "MalformedInput", description: says, method: "generateText" })
        assert.deepInclude(streamed, { _tag: "MalformedInput", description: says, method: "streamText" })
        assert.deepStrictEqual(yield* asked, [])
      }).pipe(Effect.provide(over(TestProvider.text("never")))))
  }
})
