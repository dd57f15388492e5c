/**
 * The habits of servers that imitate OpenAI's, one by one, through the endpoint that has them.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as ChatCompletion from "../../src/ChatCompletion.ts"
import * as CompletionParams from "../../src/CompletionParams.ts"
import type { Endpoint } from "../../src/Endpoint.ts"
import * as ErrorFacts from "../../src/internal/errorFacts.ts"
import * as Azure from "../../src/providers/Azure.ts"
import * as AzureOpenAi from "../../src/providers/AzureOpenAi.ts"
import * as Cerebras from "../../src/providers/Cerebras.ts"
import * as DashScope from "../../src/providers/DashScope.ts"
import * as DeepSeek from "../../src/providers/DeepSeek.ts"
import * as Fireworks from "../../src/providers/Fireworks.ts"
import * as Groq from "../../src/providers/Groq.ts"
import * as HuggingFace from "../../src/providers/HuggingFace.ts"
import * as Mistral from "../../src/providers/Mistral.ts"
import * as Moonshot from "../../src/providers/Moonshot.ts"
import * as OpenAiCompatible from "../../src/providers/OpenAiCompatible.ts"
import * as OpenRouter from "../../src/providers/OpenRouter.ts"
import * as Perplexity from "../../src/providers/Perplexity.ts"
import * as Together from "../../src/providers/Together.ts"
import * as Xai from "../../src/providers/Xai.ts"
import * as Zai from "../../src/providers/Zai.ts"
import * as Read from "../fuzz/read.ts"
import * as Bytes from "../kit/bytes.ts"

type Event = { readonly [key: string]: unknown }

const delta = (delta: unknown, finish?: string): Event => ({
  choices: [{ index: 0, delta, ...(finish === undefined ? undefined : { finish_reason: finish }) }]
})
const finish = (word: string): Event => delta({}, word)
const call = (fields: unknown): Event => delta({ tool_calls: [fields] })

const sse = (events: ReadonlyArray<Event>): Uint8Array =>
  Bytes.bytesOf(`${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")}data: [DONE]\n\n`)

/** A stream, whole and byte by byte: the same chunks. */
const streamed = (endpoint: Endpoint, events: ReadonlyArray<Event>): Read.Read => {
  const bytes = sse(events)
  const read = Read.read(endpoint, [bytes])
  assert.deepStrictEqual(Read.read(endpoint, Bytes.byteByByte(bytes)), read, "byte by byte")
  assert.deepStrictEqual(Read.violations(read, true), [])
  return read
}

const collected = ({ chunks, outcome }: Read.Read): ChatCompletion.ChatCompletion => {
  assert.strictEqual(outcome, "ok")
  return ChatCompletion.fromChunks(chunks)
}

const answer = (endpoint: Endpoint, events: ReadonlyArray<Event>) => {
  const completion = collected(streamed(endpoint, events))
  const choice = completion.choices[0] ?? assert.fail("no choice")
  return { ...choice, usage: completion.usage }
}

const whole = (endpoint: Endpoint, body: Event): ChatCompletion.ChatCompletion =>
  collected(Read.read(endpoint, [Bytes.bytesOf(JSON.stringify(body))], {
    stream: false,
    contentType: "application/json"
  }))

const messageOf = ({ choices }: ChatCompletion.ChatCompletion) => choices[0]?.message

describe("calls", () => {
  it("Azure: parallel calls in chunks of their own, all at index 0", () => {
    const { finishReason, message } = answer(Azure.endpoint, [
      call({ index: 0, id: "a", type: "function", function: { name: "f", arguments: "{\"x\":" } }),
      call({ index: 0, function: { arguments: "1}" } }),
      call({ index: 0, id: "b", type: "function", function: { name: "f", arguments: "{\"x\":2}" } }),
      finish("tool_calls")
    ])
    assert.deepStrictEqual(message.toolCalls?.map(({ function: { arguments: text }, id }) => [id, text]), [
      ["a", "{\"x\":1}"],
      ["b", "{\"x\":2}"]
    ])
    assert.strictEqual(finishReason, "tool_calls")
  })

  it("Mistral: no index, several in one delta, the name repeated as nothing", () => {
    const { message } = answer(Mistral.endpoint, [
      delta({
        tool_calls: [
          { id: "a", function: { name: "f", arguments: "{}" } },
          { id: "b", function: { name: "g", arguments: "" } }
        ]
      }),
      call({ function: { name: "", arguments: "{\"y\":1}" } }),
      finish("tool_calls")
    ])
    assert.deepStrictEqual(message.toolCalls?.map(({ function: called, id }) => [id, called.name, called.arguments]), [
      ["a", "f", "{}"],
      ["b", "g", "{\"y\":1}"]
    ])
  })

  it("DashScope: an empty id on what goes on", () => {
    const { message } = answer(DashScope.endpoint, [
      call({ index: 0, id: "a", function: { name: "f", arguments: "{" } }),
      call({ index: 0, id: "", function: { arguments: "}" } }),
      finish("tool_calls")
    ])
    assert.deepStrictEqual(message.toolCalls?.map(({ function: called, id }) => [id, called.arguments]), [["a", "{}"]])
  })

  it("Together, Hugging Face: no id on what goes on", () => {
    for (const endpoint of [Together.endpoint, HuggingFace.endpoint]) {
      const { message } = answer(endpoint, [
        call({ index: 0, id: "a", function: { name: "f", arguments: "{" } }),
        call({ index: 0, function: { arguments: "}" } }),
        finish("tool_calls")
      ])
      assert.strictEqual(message.toolCalls?.length, 1)
      assert.strictEqual(message.toolCalls?.[0]?.function.arguments, "{}")
    }
  })

  it("xAI: a whole call in one delta, whose finish says stop", () => {
    const { finishReason, nativeFinishReason } = answer(Xai.endpoint, [
      call({ index: 0, id: "a", type: "function", function: { name: "f", arguments: "{}" } }),
      finish("stop")
    ])
    assert.strictEqual(finishReason, "tool_calls")
    assert.strictEqual(nativeFinishReason, "stop")
  })
})

describe("finish reasons", () => {
  for (
    const [endpoint, word, reason] of [
      [Zai.endpoint, "sensitive", "content_filter"],
      [Zai.endpoint, "model_context_window_exceeded", "length"],
      [Mistral.endpoint, "model_length", "length"],
      [HuggingFace.endpoint, "eos_token", "stop"],
      [HuggingFace.endpoint, "stop_sequence", "stop"],
      [Together.endpoint, "eos", "stop"],
      [OpenRouter.endpoint, "brand_new", "brand_new"]
    ] as const
  ) {
    it(`${endpoint.id}: ${word}`, () => {
      const { finishReason, nativeFinishReason } = answer(endpoint, [delta({ content: "x" }), finish(word)])
      assert.deepStrictEqual([finishReason, nativeFinishReason], [reason, word])
    })
  }

  for (
    const [endpoint, word, reason] of [
      [DeepSeek.endpoint, "insufficient_system_resource", "Overloaded"],
      [Zai.endpoint, "network_error", "Server"],
      [Mistral.endpoint, "error", "Server"],
      [OpenRouter.endpoint, "error", "Server"]
    ] as const
  ) {
    it(`${endpoint.id}: ${word} is a failure`, () => {
      const { chunks, outcome } = streamed(endpoint, [delta({ content: "x" }), finish(word)])
      assert.strictEqual(outcome, reason)
      assert.strictEqual(Read.said(chunks).text, "x")
    })
  }
})

describe("usage", () => {
  const counts = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }

  it("Groq: in x_groq, or twice", () => {
    const expected = { promptTokens: 10, completionTokens: 5, totalTokens: 15 }
    for (const last of [{ x_groq: { usage: counts } }, { usage: counts, x_groq: { usage: counts } }]) {
      assert.deepStrictEqual(
        answer(Groq.endpoint, [delta({ content: "x" }), { ...finish("stop"), ...last }]).usage,
        expected
      )
    }
  })

  it("Perplexity: on every event, growing", () => {
    const { usage } = answer(Perplexity.endpoint, [
      { ...delta({ role: "assistant", content: "a" }), usage: { ...counts, completion_tokens: 1, total_tokens: 11 } },
      { ...delta({ role: "assistant", content: "" }, "stop"), object: "chat.completion.done", usage: counts }
    ])
    assert.deepStrictEqual(usage, { promptTokens: 10, completionTokens: 5, totalTokens: 15 })
  })

  it("DeepSeek: hits and misses of the cache", () => {
    const { usage } = answer(DeepSeek.endpoint, [
      delta({ content: "x" }),
      { ...finish("stop"), usage: { ...counts, prompt_cache_hit_tokens: 4, prompt_cache_miss_tokens: 6 } }
    ])
    assert.strictEqual(usage?.cachedTokens, 4)
  })

  it("Moonshot: in the choice, and cached_tokens at the top", () => {
    const { usage } = answer(Moonshot.endpoint, [
      delta({ content: "x" }),
      { choices: [{ index: 0, delta: {}, finish_reason: "stop", usage: { ...counts, cached_tokens: 3 } }] }
    ])
    assert.strictEqual(usage?.promptTokens, 10)
    assert.strictEqual(usage?.cachedTokens, 3)
  })

  it("xAI: completion tokens without the reasoning", () => {
    const usageOf = (total: number | undefined) =>
      answer(Xai.endpoint, [delta({ content: "x" }), finish("stop"), {
        choices: [],
        usage: {
          prompt_tokens: 291,
          completion_tokens: 26,
          ...(total === undefined ? undefined : { total_tokens: total }),
          completion_tokens_details: { reasoning_tokens: 196 }
        }
      }]).usage
    assert.strictEqual(usageOf(513)?.completionTokens, 222)
    assert.strictEqual(usageOf(513)?.totalTokens, 513)
    assert.strictEqual(usageOf(undefined)?.completionTokens, 222)
    // Should it ever count them in.
    assert.strictEqual(usageOf(317)?.completionTokens, 26)
  })

  it("Fireworks, Cerebras: a choice and counts in one event, and an event of counts alone", () => {
    for (const endpoint of [Fireworks.endpoint, Cerebras.endpoint]) {
      assert.strictEqual(
        answer(endpoint, [{ ...delta({ content: "x" }, "stop"), usage: counts }]).usage?.totalTokens,
        15
      )
      assert.strictEqual(
        answer(endpoint, [delta({ content: "x" }, "stop"), { choices: [], usage: counts }]).usage?.totalTokens,
        15
      )
    }
  })
})

describe("reasoning", () => {
  it("DeepSeek: null content beside it, and null reasoning after it", () => {
    const { message } = answer(DeepSeek.endpoint, [
      delta({ role: "assistant", content: null, reasoning_content: "r" }),
      delta({ content: "x", reasoning_content: null }),
      finish("stop")
    ])
    assert.strictEqual(message.reasoning?.content, "r")
    assert.strictEqual(message.content, "x")
  })

  it("Groq, Cerebras: in `reasoning`", () => {
    for (const endpoint of [Groq.endpoint, Cerebras.endpoint]) {
      const { message } = answer(endpoint, [delta({ reasoning: "r" }), delta({ content: "x" }), finish("stop")])
      assert.deepStrictEqual([message.reasoning?.content, message.content], ["r", "x"])
    }
  })

  it("DeepSeek: a streamed turn that called tools goes back with its reasoning", () => {
    const read = collected(streamed(DeepSeek.endpoint, [
      delta({ reasoning_content: "First " }),
      delta({ reasoning_content: "the weather." }),
      call({ index: 0, id: "a", function: { name: "f", arguments: "{}" } }),
      finish("tool_calls")
    ]))
    const messages = [CompletionParams.user("Hi"), ChatCompletion.toMessage(read), CompletionParams.tool("a", "18 C")]
    const { body } = Either.getOrThrow(
      DeepSeek.endpoint.dialect.encode({ messages }, { endpoint: DeepSeek.endpoint, model: "m", stream: true })
    )
    assert.deepStrictEqual((body["messages"] as ReadonlyArray<unknown>)[1], {
      role: "assistant",
      reasoning_content: "First the weather.",
      tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: "{}" } }]
    })
  })
})

describe("Mistral: what goes back", () => {
  const context = { endpoint: Mistral.endpoint, model: "m", stream: true }
  const encoded = (messages: ReadonlyArray<CompletionParams.Message>): ReadonlyArray<unknown> => {
    const { body } = Either.getOrThrow(Mistral.endpoint.dialect.encode({ messages }, context))
    return body["messages"] as ReadonlyArray<unknown>
  }
  const thinking = (text: string, signature?: string) => ({
    type: "thinking",
    thinking: [{ type: "text", text }],
    ...(signature === undefined ? undefined : { signature })
  })
  const stored = (message: CompletionParams.Message): CompletionParams.Message => JSON.parse(JSON.stringify(message))
  const called = call({ id: "EscTeQY62", function: { name: "f", arguments: "{}" } })
  const toolCalls = [{ id: "EscTeQY62", type: "function", function: { name: "f", arguments: "{}" } }]

  it("thinking, as a part of the content, with the calls that came of it", () => {
    const completion = collected(streamed(Mistral.endpoint, [
      delta({ content: [thinking("First ")] }),
      delta({ content: [thinking("the weather.")] }),
      called,
      finish("tool_calls")
    ]))
    assert.isUndefined(messageOf(completion)?.native)
    assert.deepStrictEqual(encoded([CompletionParams.user("Hi"), stored(ChatCompletion.toMessage(completion))])[1], {
      role: "assistant",
      content: [thinking("First the weather.")],
      tool_calls: toolCalls
    })
  })

  it("thinking with its signature, as it came, and what was said after it", () => {
    const completion = collected(streamed(Mistral.endpoint, [
      delta({ content: [thinking("First.", "s1")] }),
      delta({ content: [thinking("Second")] }),
      delta({ content: [thinking(".", "s2")] }),
      delta({ content: [thinking("Third."), { type: "text", text: "Yes" }] }),
      delta({ content: "." }),
      finish("stop")
    ]))
    const blocks = [thinking("First.", "s1"), thinking("Second.", "s2"), thinking("Third.")]
    assert.deepStrictEqual(messageOf(completion)?.native, { dialect: "mistral", blocks })
    assert.deepStrictEqual(encoded([stored(ChatCompletion.toMessage(completion))]), [
      { role: "assistant", content: [...blocks, { type: "text", text: "Yes." }] }
    ])
  })

  it("the thinking of others, as text; and content is text where nothing was thought", () => {
    const native = { dialect: "openrouter", blocks: [{ type: "reasoning.text", text: "r" }] }
    assert.deepStrictEqual(
      encoded([
        { role: "assistant", content: "a", reasoning: { content: "r" }, native },
        { role: "assistant", content: [{ type: "text", text: "b" }], reasoning: { content: "r" } },
        { role: "assistant", reasoning: { content: "r" } },
        { role: "assistant", content: "c" },
        { role: "assistant", content: "d", reasoning: { content: "" } }
      ]),
      [
        { role: "assistant", content: [thinking("r"), { type: "text", text: "a" }] },
        { role: "assistant", content: [thinking("r"), { type: "text", text: "b" }] },
        { role: "assistant", content: [thinking("r")] },
        { role: "assistant", content: "c" },
        { role: "assistant", content: "d" }
      ]
    )
  })

  it("more thinking with signatures than can be kept, as text", () => {
    const events = [
      ...Array.from({ length: 9 }, () => delta({ content: [thinking("x".repeat(500_000), "s")] })),
      finish("stop")
    ]
    const message = messageOf(collected(Read.read(Mistral.endpoint, [sse(events)])))
    assert.isUndefined(message?.native)
    assert.strictEqual(message?.reasoning?.content.length, 4_500_000)
  })

  const idsOf = (ids: ReadonlyArray<string>) => {
    const [turn, ...answers] = encoded([
      {
        role: "assistant",
        toolCalls: ids.map((id) => ({ id, function: { name: "f", arguments: "{}" } }))
      },
      ...ids.map((id) => CompletionParams.tool(id, "18 C"))
    ]) as ReadonlyArray<{ tool_calls: ReadonlyArray<{ id: string }>; tool_call_id: string }>
    return { calls: turn?.tool_calls.map(({ id }) => id), answers: answers.map((one) => one.tool_call_id) }
  }

  it("ids of calls: its own as they are, others as nine letters and digits, the same in call and answer", () => {
    const foreign = ["call_1", "call_2", "toolu_bdrk_01L9", "functions.get_weather:0", "", "Grüße 👋", "EscTeQY6-"]
    const { answers, calls = [] } = idsOf(["EscTeQY62", ...foreign])
    assert.deepStrictEqual(calls, answers)
    assert.strictEqual(calls[0], "EscTeQY62")
    for (const id of calls) assert.match(id, /^[A-Za-z0-9]{9}$/)
    assert.strictEqual(new Set(calls).size, calls.length)
    // Stable: a prompt that is cached, and a conversation that goes on in another process, have the same.
    assert.deepStrictEqual(idsOf(["call_1"]).calls, [calls[1]])
  })

  it("ids of calls: many are as many", () => {
    const { calls = [] } = idsOf(Array.from({ length: 20_000 }, (_, index) => `call_${index}`))
    assert.strictEqual(new Set(calls).size, 20_000)
  })

  it("ids of calls: elsewhere they are left alone", () => {
    const { body } = Either.getOrThrow(
      Groq.endpoint.dialect.encode({ messages: [CompletionParams.tool("call_1", "18 C")] }, {
        endpoint: Groq.endpoint,
        model: "m",
        stream: true
      })
    )
    assert.deepStrictEqual(body["messages"], [{ role: "tool", tool_call_id: "call_1", content: "18 C" }])
  })
})

describe("tags in the text", () => {
  const events = [
    delta({ role: "assistant", content: "<th" }),
    delta({ content: "ink>Hm" }),
    delta({ content: ".</think" }),
    delta({ content: ">\n\nThe <think> tag" }),
    finish("stop")
  ]
  const tagged = [Groq.endpoint, Together.endpoint, Fireworks.endpoint, HuggingFace.endpoint, Perplexity.endpoint]

  for (const endpoint of tagged) {
    it(endpoint.id, () => {
      const { message } = answer(endpoint, events)
      assert.deepStrictEqual([message.reasoning?.content, message.content], ["Hm.", "The <think> tag"])
    })
  }

  it("comes as it is written", () => {
    const { chunks } = streamed(Groq.endpoint, events)
    assert.deepStrictEqual(
      chunks.flatMap((chunk) => chunk.choices).map(({ delta: { content, reasoning } }) =>
        reasoning?.content ?? content
      ),
      ["Hm", ".", "The <think> tag", undefined]
    )
  })

  it("is text where the endpoint says nothing of tags", () => {
    const { message } = answer(DeepSeek.endpoint, [delta({ content: "<think>x</think>y" }), finish("stop")])
    assert.strictEqual(message.content, "<think>x</think>y")
  })

  it("of each choice by itself, and whole answers the same way", () => {
    const choice = (index: number, content: string) => ({ index, message: { role: "assistant", content } })
    const completion = whole(Groq.endpoint, {
      object: "chat.completion",
      // Without a reason to finish: what is held is told all the same.
      choices: [choice(0, "<think>a</think>b"), choice(1, "c"), choice(2, "<think>d</thi")]
    })
    assert.deepStrictEqual(completion.choices.map(({ message }) => [message.reasoning?.content, message.content]), [
      ["a", "b"],
      [undefined, "c"],
      ["d</thi", undefined]
    ])
  })

  it("that the prompt opened", () => {
    const endpoint = OpenAiCompatible.endpoint({ id: "vllm", baseUrl: "http://x", thinkTags: "missingOpener" })
    const { message } = answer(endpoint, [delta({ content: "Hm." }), delta({ content: "</think>Yes" }), finish("stop")])
    assert.deepStrictEqual([message.reasoning?.content, message.content], ["Hm.", "Yes"])
  })

  it("that is not whole when a server stops that never says why", () => {
    const endpoint = OpenAiCompatible.endpoint({
      id: "tgi",
      baseUrl: "http://x",
      thinkTags: "tagged",
      lenientFinish: true
    })
    const { message } = answer(endpoint, [delta({ content: "<think>Hm.</thi" })])
    assert.deepStrictEqual([message.reasoning?.content, message.content], ["Hm.</thi", undefined])
    assert.strictEqual(answer(endpoint, [delta({ content: "<" })]).message.content, "<")
  })

  it("are not looked for where the server tells reasoning apart", () => {
    const endpoint = OpenAiCompatible.endpoint({ id: "vllm", baseUrl: "http://x", thinkTags: "missingOpener" })
    const { message } = answer(endpoint, [delta({ reasoning: "Hm." }), delta({ content: "Yes" }), finish("stop")])
    assert.deepStrictEqual([message.reasoning?.content, message.content], ["Hm.", "Yes"])
  })
})

describe("blocks of reasoning", () => {
  const text = (text: string) => ({ type: "reasoning.text", text, format: "anthropic-claude-v1", index: 0 })
  const signed = {
    type: "reasoning.text",
    text: "First the weather.",
    format: "anthropic-claude-v1",
    index: 0,
    signature: "s"
  }
  const encrypted = { type: "reasoning.encrypted", data: "e", format: "openai-responses-v1", index: 1 }
  const native = { dialect: "openrouter", blocks: [signed, encrypted] }
  const events = [
    delta({ reasoning: "First ", reasoning_details: [text("First ")] }),
    delta({ reasoning: "the weather.", reasoning_details: [text("the weather.")] }),
    delta({
      content: "",
      reasoning_details: [{ type: "reasoning.text", signature: "s", format: "anthropic-claude-v1", index: 0 }]
    }),
    delta({ reasoning_details: [encrypted] }),
    delta({ reasoning_details: [encrypted] }),
    call({ index: 0, id: "a", function: { name: "f", arguments: "{}" } }),
    finish("tool_calls"),
    finish("tool_calls")
  ]

  it("OpenRouter: are put together from their pieces, and told once", () => {
    const { message } = answer(OpenRouter.endpoint, events)
    assert.strictEqual(message.reasoning?.content, "First the weather.")
    assert.deepStrictEqual(message.native, native)
  })

  it("OpenRouter: are those of an answer without a stream", () => {
    const completion = whole(OpenRouter.endpoint, {
      choices: [{
        index: 0,
        message: { content: null, reasoning: "First the weather.", reasoning_details: [signed, encrypted] },
        finish_reason: "stop"
      }]
    })
    assert.deepStrictEqual(messageOf(completion)?.native, native)
  })

  it("OpenRouter: go back as they came", () => {
    const completion = collected(streamed(OpenRouter.endpoint, events))
    const messages = [CompletionParams.user("Hi"), ChatCompletion.toMessage(completion)]
    // Stored as JSON and read back.
    const stored: typeof messages = JSON.parse(JSON.stringify(messages))
    const { body } = Either.getOrThrow(
      OpenRouter.endpoint.dialect.encode({ messages: stored }, {
        endpoint: OpenRouter.endpoint,
        model: "m",
        stream: true
      })
    )
    assert.deepStrictEqual((body["messages"] as ReadonlyArray<unknown>)[1], {
      role: "assistant",
      reasoning_details: [signed, encrypted],
      tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: "{}" } }]
    })
  })

  it("are left alone where nobody wants them back", () => {
    assert.isUndefined(answer(Together.endpoint, events).message.native)
  })

  it("are let go when there are more than can be kept", () => {
    const { message } = answer(OpenRouter.endpoint, [
      ...Array.from({ length: 9 }, () => delta({ reasoning_details: [text("x".repeat(500_000))] })),
      delta({ content: "x" }),
      finish("stop")
    ])
    assert.isUndefined(message.native)
    assert.strictEqual(message.content, "x")
  })

  it("a gateway of one's own has blocks of its own", () => {
    const endpoint = OpenAiCompatible.endpoint({ id: "mine", baseUrl: "http://x", replay: "reasoning_details" })
    assert.strictEqual(answer(endpoint, events).message.native?.dialect, "mine")
  })
})

describe("sources", () => {
  const cited = (...urls: ReadonlyArray<string>) =>
    urls.map((url) => ({ type: "url_citation", url_citation: { url: `https://${url}.com` } }))

  it("Perplexity: are told once, as annotations", () => {
    const citations = ["https://a.com", "https://b.com"]
    const { message } = answer(Perplexity.endpoint, [
      { ...delta({ content: "x[1]" }), citations },
      { ...delta({ content: "y[3]" }), citations: [...citations, "https://c.com"] },
      { ...finish("stop"), citations: [...citations, "https://c.com"], object: "chat.completion.done" }
    ])
    assert.deepStrictEqual(message.annotations, cited("a", "b", "c"))
  })

  it("Perplexity: with their titles, where it sends its search results", () => {
    const completion = whole(Perplexity.endpoint, {
      citations: ["https://a.com"],
      search_results: [{ title: "A", url: "https://a.com", date: "2026-01-01" }],
      choices: [{ index: 0, message: { content: "x" }, finish_reason: "stop" }]
    })
    assert.deepStrictEqual(messageOf(completion)?.annotations, [
      { type: "url_citation", url_citation: { url: "https://a.com", title: "A" } }
    ])
  })

  it("of an odd shape are none", () => {
    const { message } = answer(Perplexity.endpoint, [
      { ...delta({ content: "x" }), citations: [7, "", null, { url: 8 }], search_results: "none" },
      finish("stop")
    ])
    assert.isUndefined(message.annotations)
  })
})

describe("heads and errors", () => {
  it("Azure OpenAI: a first event that is about the prompt", () => {
    const read = streamed(AzureOpenAi.endpoint, [
      { choices: [], created: 0, id: "", model: "", object: "", prompt_filter_results: [{ prompt_index: 0 }] },
      { id: "c1", model: "gpt", created: 7, ...delta({ content: "x" }) },
      finish("stop")
    ])
    assert.deepStrictEqual([collected(read).id, collected(read).model, collected(read).created], ["c1", "gpt", 7])
  })

  it("Azure OpenAI: a prompt that the filter refused", () => {
    const facts = ErrorFacts.ofBody({
      error: {
        message: "The response was filtered",
        code: "content_filter",
        status: 400,
        innererror: { code: "ResponsibleAIPolicyViolation" }
      }
    })
    assert.strictEqual(AzureOpenAi.endpoint.dialect.failure(facts, AzureOpenAi.endpoint)._tag, "ContentFilter")
  })

  for (
    const [code, status, reason] of [
      ["1113", 429, "QuotaExceeded"],
      ["1308", 429, "QuotaExceeded"],
      ["1310", 429, "QuotaExceeded"],
      ["1311", 429, "PermissionDenied"],
      ["1302", 429, "RateLimit"],
      ["1211", 400, "ModelNotFound"],
      ["1261", 400, "ContextLength"],
      ["1301", 400, "ContentFilter"],
      ["1214", 400, "InvalidRequest"]
    ] as const
  ) {
    it(`Z.ai: ${code}`, () => {
      const facts = { ...ErrorFacts.ofBody({ error: { code, message: "no" } }), status }
      assert.strictEqual(Zai.endpoint.dialect.failure(facts, Zai.endpoint)._tag, reason)
    })
  }

  it("Z.ai: a code inside of a stream", () => {
    const { outcome } = streamed(Zai.endpoint, [{ error: { code: "1261", message: "Prompt too long" } }])
    assert.strictEqual(outcome, "ContextLength")
  })
})
