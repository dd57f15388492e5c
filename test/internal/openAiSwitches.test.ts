/**
 * The switches of OpenAI's dialect, on the way out. What each provider has of them is in its module.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import type { CompletionParams, Message } from "../../src/CompletionParams.ts"
import type { Encoded } from "../../src/Dialect.ts"
import type { Endpoint } from "../../src/Endpoint.ts"
import { efforts } from "../../src/internal/openAiEfforts.ts"
import { failure } from "../../src/internal/openAiErrors.ts"
import { encode } from "../../src/internal/openAiRequest.ts"
import * as OpenAi from "../../src/providers/OpenAi.ts"

const hi: Message = { role: "user", content: "Hi" }

const result = (endpoint: Partial<Endpoint>, params: Partial<CompletionParams>, model = "m") =>
  encode({ messages: [hi], ...params }, { endpoint: { ...OpenAi.endpoint, ...endpoint }, model, stream: false })

const encoded = (endpoint: Partial<Endpoint>, params: Partial<CompletionParams>): Encoded =>
  Either.getOrThrow(result(endpoint, params))

const refused = (endpoint: Partial<Endpoint>, params: Partial<CompletionParams>) =>
  Either.getOrThrow(Either.flip(result(endpoint, params)))

const wire = (endpoint: Partial<Endpoint>, messages: ReadonlyArray<Message>) =>
  encoded(endpoint, { messages }).body["messages"]

const json = (responseFormat: Endpoint["capabilities"]["responseFormat"]): Partial<Endpoint> => ({
  capabilities: { ...OpenAi.endpoint.capabilities, responseFormat }
})

describe("fields", () => {
  it("go by the server's name", () => {
    const { body, dropped } = encoded({ fields: { seed: "random_seed", maxTokens: "max_tokens" } }, {
      seed: 7,
      maxTokens: 9
    })
    assert.deepStrictEqual(body, {
      model: "m",
      messages: [{ role: "user", content: "Hi" }],
      random_seed: 7,
      max_tokens: 9
    })
    assert.deepStrictEqual(dropped, [])
  })

  it("that the server lacks are told", () => {
    const { body, dropped } = encoded({ fields: { seed: false, logprobs: false } }, { seed: 7, logprobs: true })
    assert.notProperty(body, "seed")
    assert.deepStrictEqual(dropped, [
      { param: "seed", why: "the API has no such parameter" },
      { param: "logprobs", why: "the API has no such parameter" }
    ])
  })

  const fields = { n: false, stop: false, tools: false, toolChoice: false, logprobs: false } as const
  const tools = [{ name: "f" }]
  for (
    const [param, params] of [
      ["n", { n: 2 }],
      ["stop", { stop: "x" }],
      ["tools", { tools }],
      ["toolChoice", { toolChoice: "required" }]
    ] as const
  ) {
    it(`${param} that the server lacks is refused: the answer would be another one`, () => {
      assert.deepStrictEqual(refused({ fields }, params), { _tag: "UnsupportedParameter", param })
    })
  }

  it("are not missed where they ask for what happens anyway", () => {
    const { body, dropped } = encoded({ fields: { ...fields, tools: "tools" } }, {
      n: 1,
      logprobs: false,
      tools,
      toolChoice: "auto"
    })
    assert.deepStrictEqual(Object.keys(body), ["model", "tools", "messages"])
    assert.deepStrictEqual(dropped, [])
  })

  it("of messages", () => {
    const endpoint = { fields: { name: false, refusal: false } } as const
    const messages: ReadonlyArray<Message> = [
      { ...hi, name: "Ann" },
      { role: "assistant", refusal: "No.", name: "Bob" },
      { role: "assistant", content: "Hm.", refusal: "No." }
    ]
    const { body, dropped } = encoded(endpoint, { messages })
    assert.deepStrictEqual(body["messages"], [
      { role: "user", content: "Hi" },
      { role: "assistant", content: "No." },
      { role: "assistant", content: "Hm." }
    ])
    assert.deepStrictEqual(dropped.map(({ param }) => param), ["messages[0].name", "messages[1].name"])
  })

  it("extra goes over them", () => {
    const { body } = encoded({ id: "x", fields: { seed: "random_seed" } }, {
      seed: 1,
      extra: { x: { random_seed: 2 } }
    })
    assert.strictEqual(body["random_seed"], 2)
  })
})

describe("efforts", () => {
  const known = efforts(["low", "high"], (word) => ({ thinking: { type: "enabled" }, effort: word }), {
    thinking: { type: "disabled" }
  })
  const on = (effort: string) => ({ thinking: { type: "enabled" }, effort })
  for (
    const [word, body] of [
      ["minimal", on("low")],
      ["low", on("low")],
      ["medium", on("high")],
      ["high", on("high")],
      ["xhigh", on("high")],
      ["max", on("high")],
      ["none", { thinking: { type: "disabled" } }],
      ["auto", {}]
    ] as const
  ) {
    it(`${word}: the server's word for it, or the next`, () => {
      const { body: { messages: _, model: __, ...rest }, dropped } = encoded({ efforts: known }, {
        reasoningEffort: word
      })
      assert.deepStrictEqual(rest, body)
      assert.deepStrictEqual(dropped, [])
    })
  }

  for (const word of ["extreme", "constructor", "__proto__"]) {
    it(`${word}: is told`, () => {
      const { body, dropped } = encoded({ efforts: known }, { reasoningEffort: word })
      assert.deepStrictEqual(Object.keys(body), ["model", "messages"])
      assert.deepStrictEqual(dropped, [{ param: "reasoningEffort", why: `the API has no effort \`${word}\`` }])
    })
  }

  it("no effort is not a small one", () => {
    assert.isFalse(efforts(["low"]).has("none"))
    assert.deepStrictEqual(efforts(["none", "low"]).get("none"), { reasoning_effort: "none" })
  })

  it("none at all", () => {
    const { dropped } = encoded({ efforts: new Map() }, { reasoningEffort: "low" })
    assert.deepStrictEqual(dropped.map(({ param }) => param), ["reasoningEffort"])
  })
})

describe("the form of the answer", () => {
  const schema = { type: "json_schema", name: "a", schema: { type: "object" } } as const
  const asked =
    "Answer with one JSON object, and nothing else, that is valid by this JSON Schema:\n{\"type\":\"object\"}"

  it("a schema is asked for in the prompt where there are none, and that is told", () => {
    const { body, dropped } = encoded(json("json_object"), { responseFormat: schema })
    assert.deepStrictEqual(body["response_format"], { type: "json_object" })
    assert.deepStrictEqual(body["messages"], [{ role: "system", content: asked }, { role: "user", content: "Hi" }])
    assert.deepStrictEqual(dropped.map(({ param }) => param), ["responseFormat.schema"])
  })

  it("with the system message where there is one", () => {
    const messages: ReadonlyArray<Message> = [{ role: "developer", content: "Be brief." }, hi]
    const { body } = encoded({ ...json("json_object"), developerRole: false }, { messages, responseFormat: schema })
    assert.deepStrictEqual(body["messages"], [
      { role: "system", content: `Be brief.\n\n${asked}` },
      { role: "user", content: "Hi" }
    ])
  })

  it("a schema that cannot be written is refused", () => {
    const cycle: { [key: string]: unknown } = {}
    cycle["self"] = cycle
    // What a caller without types can do.
    const responseFormat = { ...schema, schema: cycle as typeof schema.schema }
    assert.deepStrictEqual(refused(json("json_object"), { responseFormat }), {
      _tag: "InvalidRequest",
      param: "responseFormat"
    })
  })

  it("JSON is asked for by a schema where there is no other way", () => {
    assert.deepStrictEqual(
      encoded({ jsonObject: false }, { responseFormat: { type: "json_object" } }).body["response_format"],
      {
        type: "json_schema",
        json_schema: { name: "object", schema: { type: "object" } }
      }
    )
  })

  it("is refused where there is only text", () => {
    const param = { _tag: "UnsupportedParameter", param: "responseFormat" } as const
    assert.deepStrictEqual(refused(json("none"), { responseFormat: schema }), param)
    assert.deepStrictEqual(refused(json("none"), { responseFormat: { type: "json_object" } }), param)
    assert.notProperty(encoded(json("none"), { responseFormat: { type: "text" } }).body, "response_format")
  })
})

describe("messages", () => {
  const calls = [{ id: "call_1", function: { name: "f", arguments: "{}" } }]
  const wireCalls = [{ id: "call_1", type: "function", function: { name: "f", arguments: "{}" } }]
  const result: Message = { role: "tool", toolCallId: "call_1", content: "18 C" }

  it("developerRole", () => {
    assert.deepStrictEqual(wire({ developerRole: false }, [{ role: "developer", content: "d" }]), [
      { role: "system", content: "d" }
    ])
  })

  it("textParts", () => {
    const parts = [{ type: "text", text: "a" }, { type: "text", text: "b" }] as const
    const image = { type: "image", source: { url: "https://example.com/a.png" } } as const
    assert.deepStrictEqual(
      wire({ textParts: false }, [
        { role: "user", content: parts },
        { role: "assistant", content: parts },
        { ...result, content: parts },
        { role: "user", content: [...parts, image] }
      ]),
      [
        { role: "user", content: "a\nb" },
        { role: "assistant", content: "a\nb" },
        { role: "tool", tool_call_id: "call_1", content: "a\nb" },
        {
          role: "user",
          content: [...parts, { type: "image_url", image_url: { url: "https://example.com/a.png" } }]
        }
      ]
    )
  })

  it("textParts: a part with something of its own stays one", () => {
    const content = [{ type: "text", text: "a", extra: { openai: { x: 1 }, other: { y: 2 } } }] as const
    assert.deepStrictEqual(wire({ textParts: false }, [{ role: "user", content }]), [
      { role: "user", content: [{ type: "text", text: "a", x: 1 }] }
    ])
  })

  it("stopText", () => {
    const stop = (stopText: boolean | undefined, stop: string | ReadonlyArray<string>) =>
      encoded({ stopText }, { stop }).body["stop"]
    assert.strictEqual(stop(undefined, "x"), "x")
    assert.deepStrictEqual(stop(false, "x"), ["x"])
    assert.deepStrictEqual(stop(false, ["x", "y"]), ["x", "y"])
  })

  it("userAfterTool", () => {
    const messages: ReadonlyArray<Message> = [hi, { role: "assistant", toolCalls: calls }, result, hi, hi]
    const roles = (endpoint: Partial<Endpoint>) =>
      Array.from(wire(endpoint, messages) as ReadonlyArray<{ readonly role: string }>, ({ role }) => role)
    assert.deepStrictEqual(roles({}), ["user", "assistant", "tool", "user", "user"])
    assert.deepStrictEqual(roles({ userAfterTool: false }), ["user", "assistant", "tool", "assistant", "user", "user"])
  })

  it("replay as text: with calls, and always with calls", () => {
    const endpoint = { replay: "reasoning_content" } as const
    assert.deepStrictEqual(
      wire(endpoint, [
        { role: "assistant", reasoning: { content: "r" }, toolCalls: calls },
        // Of another model, which told no thoughts: the field is missed all the same.
        { role: "assistant", toolCalls: calls },
        { role: "assistant", content: "c", reasoning: { content: "r" } }
      ]),
      [
        { role: "assistant", reasoning_content: "r", tool_calls: wireCalls },
        { role: "assistant", reasoning_content: "", tool_calls: wireCalls },
        { role: "assistant", content: "c" }
      ]
    )
  })

  const blocks = [{ type: "reasoning.text", text: "r", signature: "s" }]
  const turn = (dialect: string): Message => ({ role: "assistant", content: "c", native: { dialect, blocks } })

  it("replay as blocks: to the one that sent them, and to nobody else", () => {
    const endpoint: Partial<Endpoint> = { replay: "reasoning_details", dialect: { ...OpenAi.dialect, id: "router" } }
    const plain = { role: "assistant", content: "c" }
    assert.deepStrictEqual(wire(endpoint, [turn("router")]), [{ ...plain, reasoning_details: blocks }])
    assert.deepStrictEqual(wire(endpoint, [turn("openrouter")]), [plain])
    assert.deepStrictEqual(wire(endpoint, [turn("anthropic")]), [plain])
    assert.deepStrictEqual(wire({}, [turn("router")]), [plain])
    assert.deepStrictEqual(wire({}, [turn("openai")]), [plain])
  })
})

describe("path", () => {
  it("is the server's, and names the model", () => {
    const path = "/deployments/{model}/chat/completions?api-version=1"
    assert.strictEqual(
      Either.getOrThrow(result({ path }, {}, "a b/$&")).path,
      `/deployments/a%20b%2F%24%26/chat/completions?api-version=1`
    )
    assert.strictEqual(encoded({}, {}).path, "/chat/completions")
  })
})

describe("path and body", () => {
  it("a stream has a path of its own, and the body does not speak of it", () => {
    const endpoint = { ...OpenAi.endpoint, path: "/chat?version=1", streamPath: "/chat_stream?version=1" }
    const asked = (stream: boolean) => Either.getOrThrow(encode({ messages: [hi] }, { endpoint, model: "m", stream }))
    assert.strictEqual(asked(true).path, "/chat_stream?version=1")
    assert.strictEqual(asked(true).body["stream"], undefined)
    assert.strictEqual(asked(false).path, "/chat?version=1")
    assert.strictEqual(encoded({ streamPath: "/s" }, {}).path, "/chat/completions")
  })

  it("the model has a field of its own, and the server's fields are in every body", () => {
    const endpoint = { modelField: "model_id", body: { project: "p", space: "s" } }
    const { body } = encoded(endpoint, { extra: { openai: { space: "other" } } })
    assert.deepStrictEqual(body, {
      model_id: "m",
      project: "p",
      space: "other",
      messages: [{ role: "user", content: "Hi" }]
    })
  })
})

describe("a tool chosen by name", () => {
  const tools = [{ name: "weather", parameters: { type: "object" } }]
  const byName = { tools, toolChoice: { name: "weather" } }

  it("has a field of its own", () => {
    const endpoint: Partial<Endpoint> = { fields: { toolChoice: "option" }, toolByName: "tool_choice" }
    const { body } = encoded(endpoint, byName)
    assert.deepStrictEqual(body["tool_choice"], { type: "function", function: { name: "weather" } })
    assert.strictEqual(body["option"], undefined)
    const words = encoded(endpoint, { tools, toolChoice: "required" }).body
    assert.deepStrictEqual([words["tool_choice"], words["option"]], [undefined, "required"])
  })

  it("is refused where there is no such choice", () => {
    const endpoint: Partial<Endpoint> = { toolByName: false }
    assert.deepStrictEqual(refused(endpoint, byName), { _tag: "UnsupportedParameter", param: "toolChoice" })
    for (const toolChoice of ["auto", "none", "required"] as const) {
      assert.strictEqual(encoded(endpoint, { tools, toolChoice }).body["tool_choice"], toolChoice)
    }
  })
})

describe("errors", () => {
  const errors = new Map([["1113", "QuotaExceeded"]] as const)

  it("the server's own codes overrule the status", () => {
    const facts = { status: 429, code: "1113", message: "no money" }
    assert.deepStrictEqual(failure(facts, { errors }), { _tag: "QuotaExceeded" })
    assert.deepStrictEqual(failure(facts), { _tag: "RateLimit" })
  })

  it("its own sentences overrule both", () => {
    const sentences = [[/^no price for /, "ModelNotFound"]] as const
    const facts = { status: 503, code: "1113", message: "no price for m" }
    assert.deepStrictEqual(failure(facts, { errors, sentences }), { _tag: "ModelNotFound" })
    assert.deepStrictEqual(failure(facts, { errors }), { _tag: "QuotaExceeded" })
    assert.deepStrictEqual(failure({ ...facts, message: "no room" }, { sentences }), { _tag: "Overloaded" })
    assert.deepStrictEqual(failure({ status: 503 }, { sentences }), { _tag: "Overloaded" })
  })
})
