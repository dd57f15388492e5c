import type * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Schema from "effect/Schema"
import type * as Sink from "effect/Sink"
import * as Stream from "effect/Stream"
import { describe, expect, test } from "tstyche"
import * as ChatCompletion from "../../src/ChatCompletion.ts"
import * as ChatCompletionChunk from "../../src/ChatCompletionChunk.ts"
import * as CompletionParams from "../../src/CompletionParams.ts"

declare const chunk: ChatCompletionChunk.ChatCompletionChunk
declare const completion: ChatCompletion.ChatCompletion
declare const stream: Stream.Stream<ChatCompletionChunk.ChatCompletionChunk, "failure", "service">

describe("Schemas are of the interfaces, and need nothing", () => {
  test("ChatCompletionChunk", () => {
    expect(ChatCompletionChunk.ChatCompletionChunk).type.toBe<
      Schema.Schema<ChatCompletionChunk.ChatCompletionChunk, ChatCompletionChunk.ChatCompletionChunkEncoded>
    >()
    expect<typeof ChatCompletionChunk.ChatCompletionChunk.Type>().type.toBe<ChatCompletionChunk.ChatCompletionChunk>()
    expect<typeof ChatCompletionChunk.Usage.Type>().type.toBe<ChatCompletionChunk.Usage>()
    expect<typeof ChatCompletionChunk.Delta.Type>().type.toBe<ChatCompletionChunk.Delta>()
    expect<typeof ChatCompletionChunk.ChunkChoice.Type>().type.toBe<ChatCompletionChunk.ChunkChoice>()
    expect<typeof ChatCompletionChunk.ToolCallDelta.Type>().type.toBe<ChatCompletionChunk.ToolCallDelta>()
    expect<typeof ChatCompletionChunk.Logprobs.Type>().type.toBe<ChatCompletionChunk.Logprobs>()
    expect<typeof ChatCompletionChunk.FinishReason.Type>().type.toBe<ChatCompletionChunk.FinishReason>()
  })

  test("CompletionParams", () => {
    expect<typeof CompletionParams.CompletionParams.Type>().type.toBe<CompletionParams.CompletionParams>()
    expect<typeof CompletionParams.Message.Type>().type.toBe<CompletionParams.Message>()
    expect<typeof CompletionParams.AssistantMessage.Type>().type.toBe<CompletionParams.AssistantMessage>()
    expect<typeof CompletionParams.Part.Type>().type.toBe<CompletionParams.Part>()
    expect<typeof CompletionParams.Source.Type>().type.toBe<CompletionParams.Source>()
    expect<typeof CompletionParams.ToolDefinition.Type>().type.toBe<CompletionParams.ToolDefinition>()
    expect<typeof CompletionParams.ToolChoice.Type>().type.toBe<CompletionParams.ToolChoice>()
    expect<typeof CompletionParams.ResponseFormat.Type>().type.toBe<CompletionParams.ResponseFormat>()
    expect<typeof CompletionParams.CompletionParams.Context>().type.toBe<never>()
  })

  test("ChatCompletion", () => {
    expect<typeof ChatCompletion.ChatCompletion.Type>().type.toBe<ChatCompletion.ChatCompletion>()
    expect<typeof ChatCompletion.CompletionChoice.Type>().type.toBe<ChatCompletion.CompletionChoice>()
  })
})

describe("the encoded side is OpenAI's wire", () => {
  test("of a chunk", () => {
    const plain = { id: "c", object: "chat.completion.chunk", created: 1, model: "m" } as const
    expect({ ...plain, choices: [{ index: 0, delta: { content: "x" }, finish_reason: null }], usage: null }).type
      .toBeAssignableTo<
        ChatCompletionChunk.ChatCompletionChunkEncoded
      >()
    expect({ ...plain, choices: [{ index: 0, delta: { content: 1 } }] }).type.not.toBeAssignableTo<
      ChatCompletionChunk.ChatCompletionChunkEncoded
    >()
  })

  test("of a request", () => {
    expect({
      messages: [{ role: "tool" as const, content: "x", tool_call_id: "a" }],
      max_tokens: 5,
      stream: true,
      stream_options: { include_usage: true }
    }).type.toBeAssignableTo<CompletionParams.CompletionParamsEncoded>()
    expect({ messages: [{ role: "tool" as const, content: "x" }] }).type.not.toBeAssignableTo<
      CompletionParams.CompletionParamsEncoded
    >()
  })
})

describe("optional fields take undefined, and never null", () => {
  test("of params", () => {
    expect({ messages: [], model: undefined, tools: undefined, extra: undefined }).type.toBeAssignableTo<
      CompletionParams.CompletionParams
    >()
    expect({ messages: [], model: null }).type.not.toBeAssignableTo<CompletionParams.CompletionParams>()
    expect({}).type.not.toBeAssignableTo<CompletionParams.CompletionParams>()
  })

  test("of chunks", () => {
    expect<ChatCompletionChunk.Delta["content"]>().type.toBe<string | undefined>()
    expect<{ content: undefined; toolCalls: undefined }>().type.toBeAssignableTo<ChatCompletionChunk.Delta>()
    expect<{ content: null }>().type.not.toBeAssignableTo<ChatCompletionChunk.Delta>()
    expect<{ promptTokens: 1; completionTokens: 1; totalTokens: 2; cachedTokens: undefined }>().type.toBeAssignableTo<
      ChatCompletionChunk.Usage
    >()
  })
})

describe("open words", () => {
  test("known ones and any other", () => {
    expect<"stop">().type.toBeAssignableTo<ChatCompletionChunk.FinishReason>()
    expect<"eos">().type.toBeAssignableTo<ChatCompletionChunk.FinishReason>()
    expect<"high">().type.toBeAssignableTo<CompletionParams.ReasoningEffort>()
    expect<"ultra">().type.toBeAssignableTo<CompletionParams.ReasoningEffort>()
    expect<"any">().type.not.toBeAssignableTo<CompletionParams.ToolChoice>()
  })
})

describe("functions", () => {
  test("readers", () => {
    expect(ChatCompletionChunk.text(chunk)).type.toBe<string>()
    expect(ChatCompletionChunk.reasoning(chunk, { choice: 1 })).type.toBe<string>()
    expect(ChatCompletionChunk.finishReason(chunk)).type.toBe<ChatCompletionChunk.FinishReason | undefined>()
  })

  test("collect is a Sink that needs nothing, cannot fail and leaves nothing", () => {
    expect(ChatCompletion.collect).type.toBe<
      Sink.Sink<ChatCompletion.ChatCompletion, ChatCompletionChunk.ChatCompletionChunk, never, never, never>
    >()
    expect(Stream.run(stream, ChatCompletion.collect)).type.toBe<
      Effect.Effect<ChatCompletion.ChatCompletion, "failure", "service">
    >()
  })

  test("fromChunks takes any iterable", () => {
    expect(ChatCompletion.fromChunks(new Set([chunk]))).type.toBe<ChatCompletion.ChatCompletion>()
  })

  test("collectExit cannot fail, and knows the stream's error", () => {
    expect(ChatCompletion.collectExit(stream)).type.toBe<
      Effect.Effect<ChatCompletion.CollectedExit<"failure">, never, "service">
    >()
    expect<ChatCompletion.CollectedExit<"failure">["exit"]>().type.toBe<Exit.Exit<void, "failure">>()
  })

  test("scan keeps error and requirements", () => {
    expect(ChatCompletion.scan(stream)).type.toBe<
      Stream.Stream<
        {
          readonly chunk: ChatCompletionChunk.ChatCompletionChunk
          readonly completion: ChatCompletion.ChatCompletion
        },
        "failure",
        "service"
      >
    >()
  })

  test("toMessage is a message of the next request", () => {
    expect(ChatCompletion.toMessage(completion)).type.toBe<CompletionParams.AssistantMessage>()
    expect({ messages: [ChatCompletion.toMessage(completion)] }).type.toBeAssignableTo<
      CompletionParams.CompletionParams
    >()
  })

  test("constructors", () => {
    expect(CompletionParams.make("hi", { model: "m" })).type.toBe<CompletionParams.CompletionParams>()
    expect(CompletionParams.make).type.not.toBeCallableWith("hi", { messages: [] })
    expect(CompletionParams.user("hi")).type.toBe<CompletionParams.UserMessage>()
    expect(CompletionParams.system).type.toBeCallableWith([{ type: "text", text: "a" }])
    expect(CompletionParams.system).type.not.toBeCallableWith([{ type: "image", source: { url: "a" } }])
    expect(CompletionParams.tool).type.not.toBeCallableWith("only an id")
  })
})
