/**
 * What is sent to Converse, beside the tables of `docs/parameters.md`.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import type { CompletionParams, Message } from "../../src/CompletionParams.ts"
import * as Bedrock from "../../src/providers/Bedrock.ts"

const hi: Message = { role: "user", content: "Hi" }

const encode = (params: Partial<CompletionParams>, model = "amazon.nova-lite-v1:0", stream = true) =>
  Bedrock.dialect.encode({ messages: [hi], ...params }, { endpoint: Bedrock.endpoint, model, stream })

const body = (params: Partial<CompletionParams>, model?: string) => Either.getOrThrow(encode(params, model)).body

const contents = (...messages: ReadonlyArray<Message>): ReadonlyArray<unknown> => {
  const sent = body({ messages })["messages"]
  return Array.isArray(sent) ? sent : assert.fail("no messages")
}

const dropped = (params: Partial<CompletionParams>, model?: string) =>
  Either.getOrThrow(encode(params, model)).dropped.map(({ param }) => param)

const refused = (params: Partial<CompletionParams>, model?: string) =>
  Either.match(encode(params, model), { onLeft: ({ _tag, param }) => `${_tag} ${param}`, onRight: () => "sent" })

const call = (id: string, args = "{}") => ({ id, function: { name: "f", arguments: args } })
const extra = (entry: object) => ({ extra: { bedrock: entry as never } })
const cachePoint = { type: "default" }

describe("the path", () => {
  for (
    const [model, path] of [
      ["amazon.nova-lite-v1:0", "amazon.nova-lite-v1%3A0"],
      [
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-20250514-v1:0",
        "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.anthropic.claude-sonnet-4-20250514-v1%3A0"
      ],
      ["a b!'()*", "a%20b%21%27%28%29%2A"]
    ] as const
  ) {
    it(model, () => {
      assert.strictEqual(Either.getOrThrow(encode({}, model)).path, `/model/${path}/converse-stream`)
      assert.strictEqual(Either.getOrThrow(encode({}, model, false)).path, `/model/${path}/converse`)
    })
  }

  it("the body says nothing of streams and models", () =>
    assert.deepStrictEqual(body({}), { messages: [{ role: "user", content: [{ text: "Hi" }] }] }))
})

describe("what only Bedrock has", () => {
  it("guardrails and fields of a model", () => {
    const guardrailConfig = { guardrailIdentifier: "g", guardrailVersion: "1", trace: "enabled" }
    const sent = body({
      reasoningEffort: "low",
      ...extra({ guardrailConfig, additionalModelRequestFields: { top_k: 5 } })
    }, "openai.gpt-oss-120b-1:0")
    assert.deepStrictEqual(sent["guardrailConfig"], guardrailConfig)
    assert.deepStrictEqual(sent["additionalModelRequestFields"], { reasoning_effort: "low", top_k: 5 })
  })

  it("cache points, after a part, a message, the system prompt and a tool", () => {
    const sent = body({
      messages: [
        { role: "system", content: "Be brief.", ...extra({ cachePoint }) },
        {
          role: "user",
          content: [{ type: "text", text: "a", ...extra({ cachePoint: { type: "default", ttl: "1h" } }) }, {
            type: "text",
            text: "b"
          }],
          ...extra({ cachePoint })
        }
      ],
      tools: [{ name: "f", ...extra({ cachePoint }) }]
    })
    assert.deepStrictEqual(sent, {
      system: [{ text: "Be brief." }, { cachePoint }],
      messages: [{
        role: "user",
        content: [{ text: "a" }, { cachePoint: { type: "default", ttl: "1h" } }, { text: "b" }, { cachePoint }]
      }],
      toolConfig: {
        tools: [{ toolSpec: { name: "f", inputSchema: { json: { type: "object" } } } }, { cachePoint }]
      }
    })
  })

  it("a text that a guardrail looks at", () =>
    assert.deepStrictEqual(
      contents({
        role: "user",
        content: [{ type: "text", text: "a", ...extra({ guardContent: { text: { qualifiers: ["query"] } } }) }]
      }),
      [{ role: "user", content: [{ guardContent: { text: { text: "a", qualifiers: ["query"] } } }] }]
    ))

  it("a tool of the service's own", () =>
    assert.deepStrictEqual(
      body({ tools: [{ name: "nova_grounding", ...extra({ systemTool: { name: "nova_grounding" } }) }] })["toolConfig"],
      { tools: [{ systemTool: { name: "nova_grounding" } }] }
    ))

  it("citations of a document", () => {
    const source = { data: new Uint8Array([1]), mediaType: "application/pdf" }
    const part = { type: "file", source, ...extra({ document: { citations: { enabled: true } } }) } as const
    assert.deepStrictEqual(contents({ role: "user", content: [part] }), [{
      role: "user",
      content: [{
        document: { format: "pdf", name: "document", source: { bytes: "AQ==" }, citations: { enabled: true } }
      }]
    }])
  })
})

describe("turns", () => {
  it("alternate, results of tools first", () =>
    assert.deepStrictEqual(
      contents(
        hi,
        { role: "user", content: "there" },
        { role: "assistant", content: "a" },
        { role: "assistant", toolCalls: [call("1"), call("2", "")] },
        { role: "user", content: "and" },
        { role: "tool", toolCallId: "1", content: "x", isError: true },
        { role: "tool", toolCallId: "2", content: "" }
      ),
      [
        { role: "user", content: [{ text: "Hi" }, { text: "there" }] },
        {
          role: "assistant",
          content: [
            { text: "a" },
            { toolUse: { toolUseId: "1", name: "f", input: {} } },
            { toolUse: { toolUseId: "2", name: "f", input: {} } }
          ]
        },
        {
          role: "user",
          content: [
            { toolResult: { toolUseId: "1", content: [{ text: "x" }], status: "error" } },
            { toolResult: { toolUseId: "2", content: [] } },
            { text: "and" }
          ]
        }
      ]
    ))

  it("ids of other servers fit, the same in a call and its result", () => {
    const id = "functions.get_weather:0"
    const sent = JSON.stringify(
      contents(hi, { role: "assistant", toolCalls: [call(id)] }, { role: "tool", toolCallId: id, content: "x" })
    )
    assert.strictEqual(sent.split("\"functions_get_weather_0\"").length, 3)
    assert.notInclude(sent, id)
  })

  it("a message that says nothing is none", () =>
    assert.deepStrictEqual(
      contents(hi, { role: "assistant", content: " \n" }, { role: "user", content: [{ type: "text", text: "" }] }),
      [{ role: "user", content: [{ text: "Hi" }] }]
    ))
})

describe("what goes back", () => {
  const signed = { reasoningContent: { reasoningText: { text: "Hm.", signature: "c2ln" } } }
  const redacted = { reasoningContent: { redactedContent: "AQID" } }
  const unsigned = { reasoningContent: { reasoningText: { text: "Hm." } } }
  const use = { toolUse: { toolUseId: "1", name: "f", input: { x: 1 } } }
  const replay = (blocks: ReadonlyArray<object>, rest: object = {}): ReadonlyArray<unknown> => {
    // Stored and read again.
    const native = JSON.parse(JSON.stringify({ dialect: "bedrock", blocks }))
    return contents(hi, { role: "assistant", native, ...rest })
  }
  const answered = (...content: ReadonlyArray<object>) => [
    { role: "user", content: [{ text: "Hi" }] },
    { role: "assistant", content }
  ]

  it("blocks as they came, in their order", () => {
    const blocks = [signed, redacted, { text: "a" }, use]
    const rest = { content: "a", reasoning: { content: "Hm." }, toolCalls: [call("1")] }
    assert.deepStrictEqual(replay(blocks, rest), answered(...blocks))
  })

  it("without what the API refuses", () => {
    assert.deepStrictEqual(
      replay([unsigned, { text: "\n" }, { text: "a" }], { content: "\na" }),
      answered({ text: "a" })
    )
    assert.deepStrictEqual(replay([signed]), [{ role: "user", content: [{ text: "Hi" }] }])
  })

  it("and with the text that came after the last whole block", () => {
    const cited = { citationsContent: { content: [{ text: "red" }], citations: [] } }
    assert.deepStrictEqual(
      replay([signed, cited, { text: " a" }], { content: "red abc" }),
      answered(signed, cited, { text: " a" }, { text: "bc" })
    )
  })

  it("but not those of another dialect", () =>
    assert.deepStrictEqual(
      contents(hi, { role: "assistant", content: "a", native: { dialect: "anthropic", blocks: [{ type: "x" }] } }),
      answered({ text: "a" })
    ))
})

describe("a choice of tools", () => {
  const tools = [{ name: "f" }]

  it("none is none named, unless one was called", () => {
    assert.isUndefined(body({ tools, toolChoice: "none" })["toolConfig"])
    const messages: ReadonlyArray<Message> = [hi, { role: "assistant", toolCalls: [call("1")] }, {
      role: "tool",
      toolCallId: "1",
      content: "x"
    }]
    assert.strictEqual(refused({ tools, toolChoice: "none", messages }), "UnsupportedParameter toolChoice")
  })
})

describe("reasoning", () => {
  const fields = (reasoningEffort: string, model: string) =>
    body({ reasoningEffort }, model)["additionalModelRequestFields"]

  it("of Nova 2", () => {
    const nova = "us.amazon.nova-2-lite-v1:0"
    assert.deepStrictEqual(fields("low", nova), { reasoningConfig: { type: "enabled", maxReasoningEffort: "low" } })
    assert.deepStrictEqual(fields("none", nova), { reasoningConfig: { type: "disabled" } })
    const rest = { maxTokens: 10, temperature: 0.5, topP: 0.5 }
    assert.deepStrictEqual(body({ ...rest, reasoningEffort: "medium" }, nova)["inferenceConfig"], rest)
    assert.isUndefined(body({ ...rest, reasoningEffort: "high" }, nova)["inferenceConfig"])
    assert.deepStrictEqual(dropped({ ...rest, reasoningEffort: "xhigh" }, nova), ["maxTokens", "temperature", "topP"])
    assert.deepStrictEqual(dropped({ reasoningEffort: "extreme" }, nova), ["reasoningEffort"])
  })

  it("of gpt-oss and Kimi", () => {
    for (const model of ["openai.gpt-oss-20b-1:0", "moonshot.kimi-k2-thinking", "moonshotai.kimi-k2.5"]) {
      assert.deepStrictEqual(fields("xhigh", model), { reasoning_effort: "high" })
      assert.deepStrictEqual(dropped({ reasoningEffort: "none" }, model), ["reasoningEffort"])
    }
  })

  it("of models that cannot be told, or by an id that does not say what they are", () => {
    const profile = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc"
    for (const model of ["amazon.nova-pro-v1:0", "meta.llama3-1-8b-instruct-v1:0", "deepseek.r1-v1:0", profile]) {
      assert.isUndefined(fields("low", model))
      assert.deepStrictEqual(dropped({ reasoningEffort: "low" }, model), ["reasoningEffort"])
    }
  })

  it("of Claude needs a limit above its budget, and no other", () => {
    const claude = "anthropic.claude-sonnet-4-5-20250929-v1:0"
    assert.isUndefined(body({}, claude)["inferenceConfig"])
    assert.deepStrictEqual(body({ reasoningEffort: "low" }, claude)["inferenceConfig"], { maxTokens: 64_000 })
    assert.deepStrictEqual(body({ reasoningEffort: "low", maxTokens: 1000 }, claude)["inferenceConfig"], {
      maxTokens: 3048
    })
  })
})

describe("files", () => {
  const block = (mediaType: string, filename?: string) => {
    const part = { type: "file", source: { data: new Uint8Array([1]), mediaType }, filename } as const
    const [turn] = contents({ role: "user", content: [part] }) as ReadonlyArray<{
      readonly content: ReadonlyArray<{ readonly [kind: string]: { readonly format: string; readonly name?: string } }>
    }>
    return Object.entries(turn?.content[0] ?? {}).map(([kind, { format, name }]) => [kind, format, name])[0]
  }

  for (
    const [mediaType, kind, format] of [
      ["image/jpeg", "image", "jpeg"],
      ["video/mp4", "video", "mp4"],
      ["video/3gpp", "video", "three_gp"],
      ["text/csv; charset=utf-8", "document", "csv"],
      ["text/markdown", "document", "md"],
      ["application/json", "document", "txt"],
      ["application/vnd.openxmlformats-officedocument.wordprocessingml.document", "document", "docx"]
    ] as const
  ) {
    it(`${mediaType} is a ${kind} of ${format}`, () =>
      assert.deepStrictEqual(block(mediaType), [kind, format, kind === "document" ? "document" : undefined]))
  }

  it("names are as the API takes them, each another", () => {
    assert.strictEqual(block("text/plain", "Q3_report  (final).v2.txt")?.[2], "Q3-report (final)-v2")
    const file = (filename?: string) =>
      ({ type: "file", source: { data: new Uint8Array([1]), mediaType: "text/plain" }, filename }) as const
    const sent = JSON.stringify(
      contents({ role: "user", content: [file("a.txt"), file("a.txt")] }, { role: "user", content: [file(), file()] })
    )
    assert.deepStrictEqual([...sent.matchAll(/"name":"([^"]*)"/g)].map(([, name]) => name), [
      "a",
      "a (2)",
      "document",
      "document (2)"
    ])
  })

  it("in S3", () => {
    const url = "s3://bucket/key/cat.png"
    assert.deepStrictEqual(contents({ role: "user", content: [{ type: "image", source: { url } }] }), [{
      role: "user",
      content: [{ image: { format: "png", source: { s3Location: { uri: url } } } }]
    }])
  })
})
