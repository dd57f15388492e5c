/**
 * What each provider's reference says that its body may hold (`test/fixtures/<id>/accepts.json`), against what is sent:
 * a parameter is sent under a name that is known there, or told to be left out, or refused; it never just vanishes.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import type { CompletionParams, Message } from "../src/CompletionParams.ts"
import type { Dropped } from "../src/Dialect.ts"
import type { Endpoint } from "../src/Endpoint.ts"
import type { Json, JsonObject } from "../src/internal/json.ts"
import * as Bedrock from "../src/providers/Bedrock.ts"
import * as Cohere from "../src/providers/Cohere.ts"
import * as Ollama from "../src/providers/Ollama.ts"
import * as Providers from "./kit/providers.ts"

const Keys = Schema.Array(Schema.String)
const Accepts = Schema.Struct({
  /** The provider's own reference. */
  source: Schema.String,
  /** Where else it is said, such as in the provider's own client. */
  also: Schema.optional(Schema.String),
  read: Schema.String,
  note: Schema.optional(Schema.String),
  keys: Keys,
  /** Not found in the reference: sent because the provider says that it is compatible. */
  inherited: Schema.optionalWith(Keys, { default: () => [] }),
  messages: Schema.Record({ key: Schema.String, value: Keys }),
  enums: Schema.Record({ key: Schema.String, value: Keys })
})
type Accepts = typeof Accepts.Type

const decode = Schema.decodeUnknownSync(Accepts, { onExcessProperty: "error" })

const read = ({ id }: Endpoint): Accepts =>
  decode(JSON.parse(fs.readFileSync(new URL(`./fixtures/${id}/accepts.json`, import.meta.url), "utf8")))

const hi: Message = { role: "user", content: "Hi" }
const tools = [{ name: "weather", description: "d", parameters: { type: "object" }, strict: true }]
const calls = [{ id: "call_1", function: { name: "weather", arguments: "{}" } }]
const schema = { type: "json_schema", name: "answer", schema: { type: "object" } } as const

const samples: { readonly [name: string]: Partial<CompletionParams> } = {
  temperature: { temperature: 0.5 },
  topP: { topP: 0.5 },
  maxTokens: { maxTokens: 10 },
  "stop, a string": { stop: "x" },
  "stop, a list": { stop: ["x"] },
  "n, above 1": { n: 2 },
  seed: { seed: 7 },
  user: { user: "ann" },
  metadata: { metadata: { a: "b" } },
  presencePenalty: { presencePenalty: 1 },
  frequencyPenalty: { frequencyPenalty: 1 },
  logitBias: { logitBias: { "1": 1 } },
  logprobs: { logprobs: true },
  topLogprobs: { topLogprobs: 2 },
  tools: { tools },
  "toolChoice, none": { tools, toolChoice: "none" },
  "toolChoice, required": { tools, toolChoice: "required" },
  "toolChoice, by name": { tools, toolChoice: { name: "weather" } },
  "parallelToolCalls, true": { tools, parallelToolCalls: true },
  "parallelToolCalls, false": { tools, parallelToolCalls: false },
  "responseFormat, json_object": { responseFormat: { type: "json_object" } },
  "responseFormat, json_schema": { responseFormat: schema },
  ...Object.fromEntries(
    ["none", "minimal", "low", "medium", "high", "xhigh"].map((effort) => [
      `reasoningEffort, ${effort}`,
      { reasoningEffort: effort }
    ])
  ),
  serviceTier: { serviceTier: "auto" }
}

/** What asks for nothing may vanish. */
const idle: { readonly [name: string]: Partial<CompletionParams> } = {
  "n, 1": { n: 1 },
  "logprobs, false": { logprobs: false },
  "toolChoice, auto": { tools, toolChoice: "auto" },
  "responseFormat, text": { responseFormat: { type: "text" } },
  "reasoningEffort, auto": { reasoningEffort: "auto" },
  includeUsage: { includeUsage: true }
}

const conversation: ReadonlyArray<Message> = [
  { role: "system", content: "s", name: "Ann" },
  { role: "developer", content: [{ type: "text", text: "d" }], name: "Ann" },
  { role: "user", content: [{ type: "text", text: "a" }, { type: "text", text: "b" }], name: "Ann" },
  {
    role: "assistant",
    content: "c",
    reasoning: { content: "r" },
    toolCalls: calls,
    name: "Bob",
    native: { dialect: "openrouter", blocks: [{ type: "reasoning.text", text: "r" }] }
  },
  { role: "tool", toolCallId: "call_1", content: [{ type: "text", text: "18 C" }], isError: true },
  { role: "user", content: "and now?" },
  { role: "assistant", refusal: "no" },
  { role: "assistant", reasoning: { content: "r" }, toolCalls: calls }
]

const encode = (endpoint: Endpoint, given: Partial<CompletionParams>, stream: boolean) =>
  endpoint.dialect.encode({ messages: [hi], ...given }, { endpoint, model: "m", stream })

const bodyOf = (endpoint: Endpoint, given: Partial<CompletionParams>, stream = true): JsonObject =>
  Either.getOrThrow(encode(endpoint, given, stream)).body

const isObject = (u: Json | undefined): u is JsonObject => typeof u === "object" && u !== null && !Array.isArray(u)

const strangers = (keys: Iterable<string>, known: ReadonlyArray<string>): ReadonlyArray<string> =>
  [...keys].filter((key) => !known.includes(key))

/** The words of a body that an enum is about. */
const words: { readonly [key: string]: (body: JsonObject) => Json | undefined } = {
  reasoning_effort: (body) => body["reasoning_effort"],
  response_format: ({ response_format: format }) => isObject(format) ? format["type"] : undefined,
  tool_choice: (body) => body["tool_choice"]
}

const checkBody = (body: JsonObject, accepts: Accepts): void => {
  assert.deepStrictEqual(strangers(Object.keys(body), [...accepts.keys, ...accepts.inherited]), [])
  for (const [key, known] of Object.entries(accepts.enums)) {
    const word = words[key]?.(body)
    if (word !== undefined) assert.include(known, word, key)
  }
}

const checkMessages = (messages: Json | undefined, accepts: Accepts): void => {
  const list: ReadonlyArray<Json> = Array.isArray(messages) ? messages : assert.fail("no messages")
  for (const message of list) {
    if (!isObject(message)) return assert.fail("a message is an object")
    const known = accepts.messages[String(message["role"])]
    if (known === undefined) return assert.fail(`no role ${String(message["role"])}`)
    assert.deepStrictEqual(strangers(Object.keys(message), known), [], String(message["role"]))
  }
}

/** Without what is told of the tools of a sample, which not everybody takes as they are. */
const aboutParams = (dropped: ReadonlyArray<Dropped>): ReadonlyArray<Dropped> =>
  dropped.filter(({ param }) => !param.startsWith("tools["))

// OpenAI's own API, at another place.
const others = new Set(["azureopenai"])

/** Whose dialect is their own. */
const natives = [Bedrock, Cohere, Ollama]

/** What a server does unasked may vanish as well. */
const unasked = new Map([
  ["bedrock", new Set(["parallelToolCalls, true"])],
  ["cohere", new Set(["parallelToolCalls, true"])],
  ["ollama", new Set(["parallelToolCalls, true"])]
])

for (const { endpoint } of [...Providers.imitators.filter(({ endpoint }) => !others.has(endpoint.id)), ...natives]) {
  describe(endpoint.id, () => {
    const accepts = read(endpoint)

    it("names its source, and when it was read", () => {
      assert.match(accepts.source, /^https:\/\//)
      assert.match(accepts.read, /^20\d\d-\d\d-\d\d$/)
    })

    for (const [name, given] of Object.entries(samples)) {
      for (const stream of [true, false]) {
        it(`${name}${stream ? "" : ", not streamed"}`, () => {
          const answer = encode(endpoint, given, stream)
          if (Either.isLeft(answer)) {
            assert.strictEqual(answer.left._tag, "UnsupportedParameter")
            assert.strictEqual(answer.left.param, name.split(",")[0])
            return
          }
          const { body, dropped } = answer.right
          checkBody(body, accepts)
          const bare = bodyOf(endpoint, given.tools === undefined || name === "tools" ? {} : { tools }, stream)
          const isSent = JSON.stringify(body) !== JSON.stringify(bare)
          const mayVanish = unasked.get(endpoint.id)?.has(name) === true
          assert.strictEqual(isSent || aboutParams(dropped).length > 0, !mayVanish, "it vanished")
          assert.isTrue(
            aboutParams(dropped).every(({ param }) => param.split(".")[0] === name.split(",")[0]),
            "another was dropped"
          )
        })
      }
    }

    for (const [name, given] of Object.entries(idle)) {
      it(`${name}: nothing is told`, () => {
        const { body, dropped } = Either.getOrThrow(encode(endpoint, given, true))
        checkBody(body, accepts)
        assert.deepStrictEqual(aboutParams(dropped), [])
      })
    }

    it("messages", () => {
      const body = bodyOf(endpoint, { messages: conversation, tools })
      checkBody(body, accepts)
      checkMessages(body["messages"], accepts)
    })
  })
}
