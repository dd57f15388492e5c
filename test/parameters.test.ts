/**
 * `docs/parameters.md`, row by row: what the page says is what `encode` does, and what is dropped is told.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { CompletionParams, Message, Part, ToolDefinition } from "../src/CompletionParams.ts"
import type { EncodeContext } from "../src/Dialect.ts"
import type { Endpoint } from "../src/Endpoint.ts"
import * as Provider from "../src/Provider.ts"
import * as Anthropic from "../src/providers/Anthropic.ts"
import * as Bedrock from "../src/providers/Bedrock.ts"
import * as Cohere from "../src/providers/Cohere.ts"
import * as Gemini from "../src/providers/Gemini.ts"
import * as Ollama from "../src/providers/Ollama.ts"
import * as OpenAi from "../src/providers/OpenAi.ts"
import { bytesOf } from "./kit/bytes.ts"
import * as Markdown from "./kit/markdown.ts"
import * as TestHttp from "./kit/testHttp.ts"

const page = Markdown.read("docs/parameters.md")

type Dialects = "openai" | "anthropic"

/** What a row is about, as a caller would write it. */
interface Sample extends Partial<CompletionParams> {
  /** For Anthropic, whose models differ. */
  readonly claude?: string
  /** Default: the model does. */
  readonly thinks?: false
  readonly switches?: Partial<Endpoint>
}

const hi = { role: "user", content: "Hi" } as const
const bytes = new Uint8Array([1, 2, 3])
const weather: ToolDefinition = { name: "weather" }
const tools = [weather]
const jsonSchema = { type: "json_schema", name: "answer", schema: { type: "object" } } as const
const x = {
  openai: { x: 1 },
  anthropic: { x: 1 },
  bedrock: { x: 1 },
  cohere: { x: 1 },
  gemini: { x: 1 },
  ollama: { x: 1 }
}

const params: { readonly [row: string]: Sample | ReadonlyArray<Sample> } = {
  "`model`": {},
  "`messages`": {},
  "`messages`, none but a system message": { messages: [{ role: "system", content: "Be brief." }] },
  "`temperature`": { temperature: 0.5 },
  "`temperature`, NaN or infinite": [{ temperature: NaN }, { temperature: Infinity }],
  "`temperature`, while thinking": { temperature: 0.5, reasoningEffort: "low" },
  "`temperature`, from Opus 4.7 on": { temperature: 0.5, claude: "claude-opus-4-7" },
  "`topP`": { topP: 0.9 },
  "`topP` beside `temperature`, from Opus 4.1 on": [
    { topP: 0.9, temperature: 0.5 },
    { topP: 0.9, temperature: 0.5, claude: "claude-opus-4-1" }
  ],
  "`topP` below 0.95, while thinking": { topP: 0.9, reasoningEffort: "low" },
  "`topP`, from Opus 4.7 on": { topP: 0.9, claude: "claude-opus-4-7" },
  "`maxTokens`": { maxTokens: 1000 },
  "`maxTokens`, not given": {},
  "`maxTokens`, with a thinking budget of 2048": { maxTokens: 1000, reasoningEffort: "low" },
  "`maxTokens`, with `fields: { maxTokens: \"max_tokens\" }`": {
    maxTokens: 1000,
    switches: { fields: { maxTokens: "max_tokens" } }
  },
  "`stop`, a string": { stop: "END" },
  "`stop`, a list": { stop: ["END", "STOP"] },
  "`n`, 1": { n: 1 },
  "`n`, above 1": { n: 2 },
  "`seed`": { seed: 7 },
  "`user`": { user: "ann" },
  "`metadata`": { metadata: { team: "a" } },
  "`metadata`, only `user_id`": { metadata: { user_id: "ann" } },
  "`presencePenalty`": { presencePenalty: 0.5 },
  "`frequencyPenalty`": { frequencyPenalty: 0.5 },
  "`logitBias`": { logitBias: { "50256": -100 } },
  "`logprobs`, true": { logprobs: true },
  "`logprobs`, false": { logprobs: false },
  "`topLogprobs`": { topLogprobs: 3 },
  "`tools`": { tools },
  "`tools`, empty": { tools: [] },
  "`toolChoice`, `\"auto\"`": { tools, toolChoice: "auto" },
  "`toolChoice`, `\"none\"`": { tools, toolChoice: "none" },
  "`toolChoice`, `\"required\"`": { tools, toolChoice: "required" },
  "`toolChoice`, `{ name }`": { tools, toolChoice: weather },
  "`toolChoice`, `\"required\"` or `{ name }`, on models that take none": [
    { tools, toolChoice: "required", claude: "claude-opus-5-5" },
    { tools, toolChoice: weather, claude: "claude-opus-5-5" }
  ],
  "`toolChoice`, `\"auto\"` or `\"none\"`, without tools": [{ toolChoice: "auto" }, { toolChoice: "none" }],
  "`toolChoice`, `\"required\"` or `{ name }`, without tools": { toolChoice: "required" },
  "`parallelToolCalls`, true": { tools, parallelToolCalls: true },
  "`parallelToolCalls`, false": { tools, parallelToolCalls: false },
  "`parallelToolCalls`, without tools": [{ parallelToolCalls: true }, { parallelToolCalls: false }],
  "`responseFormat`, `text`": { responseFormat: { type: "text" } },
  "`responseFormat`, `json_object`": { responseFormat: { type: "json_object" } },
  "`responseFormat`, `json_schema`": { responseFormat: jsonSchema },
  "`reasoningEffort`, `\"auto\"`": { reasoningEffort: "auto" },
  "`reasoningEffort`, `\"none\"`": { reasoningEffort: "none" },
  "`reasoningEffort`, `\"none\"`, on models that always think": { reasoningEffort: "none", claude: "claude-opus-5-5" },
  "`reasoningEffort`, `\"minimal\"`": { reasoningEffort: "minimal" },
  "`reasoningEffort`, `\"low\"`": { reasoningEffort: "low" },
  "`reasoningEffort`, `\"medium\"`": { reasoningEffort: "medium" },
  "`reasoningEffort`, `\"high\"`": { reasoningEffort: "high" },
  "`reasoningEffort`, `\"xhigh\"`": { reasoningEffort: "xhigh" },
  "`reasoningEffort`, any other word": { reasoningEffort: "extreme" },
  "`reasoningEffort`, `\"high\"`, from 4.6 on": { reasoningEffort: "high", claude: "claude-sonnet-4-6" },
  "`reasoningEffort`, `\"minimal\"`, from 4.6 on": { reasoningEffort: "minimal", claude: "claude-sonnet-4-6" },
  "`reasoningEffort`, `\"xhigh\"`, on 4.6": { reasoningEffort: "xhigh", claude: "claude-sonnet-4-6" },
  "`reasoningEffort`, `\"xhigh\"`, from Opus 4.7 on": { reasoningEffort: "xhigh", claude: "claude-opus-4-7" },
  "`reasoningEffort`, on models that do not think": {
    reasoningEffort: "low",
    claude: "claude-3-5-sonnet-20241022",
    thinks: false
  },
  "`reasoningEffort` beside a forced tool": { reasoningEffort: "low", tools, toolChoice: "required" },
  "`serviceTier`": { serviceTier: "auto" },
  "`includeUsage`, true or not given": [{}, { includeUsage: true }],
  "`includeUsage`, false": { includeUsage: false },
  "`includeUsage`, with `streamUsage: false`": { includeUsage: true, switches: { streamUsage: false } },
  "`extra` of the provider that is called": { extra: x },
  "`extra` of another provider": { extra: { mistral: { x: 1 } } },
  "`extra`, `stream`": {
    extra: Object.fromEntries(Object.keys(x).map((id) => [id, { stream: false }]))
  },
  "`extra`, `messages`": {
    extra: Object.fromEntries(Object.keys(x).map((id) => [id, { messages: [] }]))
  }
}

const tool = (definition: Partial<ToolDefinition>): Sample => ({ tools: [{ ...weather, ...definition }] })
const search = { type: "web_search_20250305" }

const toolRows: { readonly [row: string]: Sample } = {
  "`name`": tool({}),
  "`description`": tool({ description: "Tells the weather." }),
  "`parameters`": tool({ parameters: { type: "object", properties: { city: { type: "string" } } } }),
  "`parameters`, not given": tool({}),
  "`strict`": tool({ strict: true }),
  "`extra`": tool({ extra: x }),
  "`extra` with a `type`: a tool of the provider's own": tool({
    name: "web_search",
    extra: { openai: search, anthropic: search }
  })
}

const after = (...messages: ReadonlyArray<Message>): Sample => ({ messages: [hi, ...messages] })
const alone = (message: Message): Sample => ({ messages: [message] })
const head = (message: Message): Sample => ({ messages: [message, hi] })
const call = { id: "call_1", function: { name: "weather", arguments: "{\"city\":\"Paris\"}" } }
const calling = { role: "assistant", toolCalls: [call] } as const
const result = { role: "tool", toolCallId: "call_1", content: "18 C" } as const
const thought = { type: "thinking", thinking: "Hm.", signature: "c2ln" }
const native = (dialect: string) => ({ dialect, blocks: [thought, { type: "text", text: "Hello" }] })
const brief = "Be brief."

const messageRows: { readonly [row: string]: Sample | ReadonlyArray<Sample> } = {
  "`system` at the head": head({ role: "system", content: brief }),
  "`developer` at the head": head({ role: "developer", content: brief }),
  "`system` after other messages": after({ role: "system", content: brief }),
  "`system` after other messages, on models that take it there": {
    ...after({ role: "system", content: brief }),
    claude: "claude-opus-5"
  },
  "`system`, `extra`": head({ role: "system", content: brief, extra: x }),
  "`system`, `name`": head({ role: "system", content: brief, name: "Ann" }),
  "`developer`, `name`": head({ role: "developer", content: brief, name: "Ann" }),
  "`developer`, `extra`": head({ role: "developer", content: brief, extra: x }),
  "`user`": alone(hi),
  "`user`, `name`": alone({ ...hi, name: "Ann" }),
  "`user`, `extra`": alone({ ...hi, extra: x }),
  "`assistant`, `content`": after({ role: "assistant", content: "Hello" }),
  "`assistant`, `toolCalls`": after(calling),
  "`assistant`, `toolCalls` whose arguments are no JSON object": after({
    role: "assistant",
    toolCalls: [{ id: "call_1", function: { name: "weather", arguments: "{" } }]
  }),
  "`assistant`, `refusal`": after({ role: "assistant", refusal: "No." }),
  "`assistant`, `reasoning`": after({ role: "assistant", content: "Hello", reasoning: { content: "Hm." } }),
  "`assistant`, `native` of the same dialect": after({
    role: "assistant",
    content: "Hello",
    native: native("anthropic")
  }),
  "`assistant`, `native` of another dialect": after({ role: "assistant", content: "Hello", native: native("other") }),
  "`assistant`, `name`": after({ role: "assistant", content: "Hello", name: "Bob" }),
  "`assistant`, `extra`": after({ role: "assistant", content: "Hello", extra: x }),
  "`tool`": after(calling, result),
  "`tool`, `isError`": after(calling, { ...result, isError: true }),
  "`tool`, `extra`": after(calling, { ...result, extra: x }),
  "two `tool` messages in a row": after(
    { role: "assistant", toolCalls: [call, { ...call, id: "call_2" }] },
    result,
    { role: "tool", toolCallId: "call_2", content: "rain" }
  )
}

const part = (content: Part): Sample => alone({ role: "user", content: [content] })
const png = { data: bytes, mediaType: "image/png" }
const pdf = { data: bytes, mediaType: "application/pdf" }
const mp3 = { data: bytes, mediaType: "audio/mpeg" }
const dataUrl = "data:image/png;base64,AQID"

const partRows: { readonly [row: string]: Sample | ReadonlyArray<Sample> } = {
  "`text`": part({ type: "text", text: "Hi" }),
  "`text`, empty": alone({ role: "user", content: [{ type: "text", text: "" }, { type: "text", text: "Hi" }] }),
  "`text`, `extra`": part({ type: "text", text: "Hi", extra: x }),
  "`image` of bytes": part({ type: "image", source: png }),
  "`image` at a URL": part({ type: "image", source: { url: "https://example.com/a.png" } }),
  "`image` at a data URL": part({ type: "image", source: { url: dataUrl } }),
  "`image` by id": part({ type: "image", source: { id: "file_1" } }),
  "`image`, `detail`": part({ type: "image", source: png, detail: "low" }),
  "`image`, `detail: \"auto\"`": part({ type: "image", source: png, detail: "auto" }),
  "`image`, `extra`": part({ type: "image", source: png, extra: x }),
  "`file` of bytes, a PDF": part({ type: "file", source: pdf }),
  "`file` of bytes, text": part({ type: "file", source: { data: bytesOf("Hi"), mediaType: "text/plain" } }),
  "`file` of bytes, of another type": part({ type: "file", source: { data: bytes, mediaType: "application/zip" } }),
  "`file` at a URL": part({ type: "file", source: { url: "https://example.com/a.pdf" } }),
  "`file` by id": part({ type: "file", source: { id: "file_1" } }),
  "`file`, `filename`": part({ type: "file", source: pdf, filename: "a.pdf" }),
  "`file`, `extra`": part({ type: "file", source: pdf, extra: x }),
  "`audio` of bytes, WAV or MP3": part({ type: "audio", source: mp3 }),
  "`audio` of bytes, of another type": part({ type: "audio", source: { data: bytes, mediaType: "audio/ogg" } }),
  "`audio` at a URL": part({ type: "audio", source: { url: "https://example.com/a.mp3" } }),
  "`audio` by id": part({ type: "audio", source: { id: "file_1" } }),
  "`audio`, `extra`": part({ type: "audio", source: mp3, extra: x }),
  "`image` in a `tool` message": after(calling, { ...result, content: [{ type: "image", source: png }] })
}

/** One thing that a cell says. */
type Claim =
  | { readonly _tag: "Sent"; readonly path: string; readonly json: string | undefined }
  | { readonly _tag: "NotSent"; readonly path: string }
  | { readonly _tag: "Dropped"; readonly why: string }
  | { readonly _tag: "Refused"; readonly reason: "UnsupportedParameter" | "InvalidRequest"; readonly param: string }

const claimsOf = (cell: string): ReadonlyArray<Claim> => {
  const sent = /^`([^`]+)`(?: = `([^`]+)`)?(?:; |$)/.exec(cell)
  if (sent !== null) {
    const rest = cell.slice(sent[0].length)
    return [{ _tag: "Sent", path: sent[1] ?? "", json: sent[2] }, ...(rest === "" ? [] : claimsOf(rest))]
  }
  const [, word = "", text = ""] = /^(not sent|dropped|unsupported|invalid): (.+)$/.exec(cell) ?? []
  const path = Markdown.code(text)
  switch (word) {
    case "not sent":
      return [{ _tag: "NotSent", path }]
    case "dropped":
      return [{ _tag: "Dropped", why: text }]
    case "unsupported":
      return [{ _tag: "Refused", reason: "UnsupportedParameter", param: path }]
    case "invalid":
      return [{ _tag: "Refused", reason: "InvalidRequest", param: path }]
    default:
      return assert.fail(`a cell says ${cell}`)
  }
}

/** The value at `a.b[0].c`. */
const at = (value: unknown, path: string): unknown => {
  let found = value
  for (const key of path.split(/[.[\]]+/).filter((each) => each !== "")) {
    found = typeof found === "object" && found !== null
      ? (found as { readonly [key: string]: unknown })[key]
      : undefined
  }
  return found
}

/** Who is asked, and for which model: Claudes differ. */
interface Asked {
  readonly endpoint: Endpoint
  readonly modelOf: (sample: Sample) => string
}

const asked: { readonly [dialect in Dialects]: Asked } = {
  openai: { endpoint: OpenAi.endpoint, modelOf: () => "gpt-5-mini" },
  anthropic: { endpoint: Anthropic.endpoint, modelOf: ({ claude }) => claude ?? "claude-sonnet-4-5" }
}

/** Dialects of one provider, which have tables of their own: of the rows above, those that mean something there. */
const natives: { readonly [name: string]: Asked } = {
  Bedrock: {
    endpoint: Bedrock.endpoint,
    modelOf: ({ claude = "claude-sonnet-4-5-20250929-v1:0" }) => `us.anthropic.${claude}`
  },
  Cohere: {
    endpoint: Cohere.endpoint,
    modelOf: ({ thinks }) => thinks === false ? "command-a-03-2025" : "command-a-reasoning-08-2025"
  },
  Gemini: {
    endpoint: Gemini.endpoint,
    modelOf: ({ thinks }) => thinks === false ? "gemini-2.0-flash" : "gemini-2.5-flash"
  },
  Ollama: { endpoint: Ollama.endpoint, modelOf: () => "gpt-oss:20b" }
}

const encoded = ({ endpoint, modelOf }: Asked, sample: Sample) => {
  const { claude: _, switches, thinks: __, ...given } = sample
  const model = modelOf(sample)
  const whole: CompletionParams = { messages: [hi], ...given, model }
  const context: EncodeContext = { endpoint: { ...endpoint, ...switches }, model, stream: true }
  return { params: whole, answer: endpoint.dialect.encode(whole, context) }
}

const check = (asked: Asked, row: string, sample: Sample, cell: string, own: (_: CompletionParams) => unknown) => {
  const claims = claimsOf(cell)
  const { answer, params } = encoded(asked, sample)
  const refusal = claims.find((claim) => claim._tag === "Refused")
  if (refusal !== undefined || Either.isLeft(answer)) {
    assert.deepStrictEqual(
      Either.match(answer, { onLeft: ({ _tag, param }) => `${_tag} ${param}`, onRight: () => "sent" }),
      `${refusal?.reason} ${refusal?.param}`
    )
    return
  }
  const { body, dropped } = answer.right
  // What is not in the JSON is not sent, whatever the object says.
  const wire: unknown = JSON.parse(JSON.stringify(body))
  for (const claim of claims) {
    if (claim._tag === "Sent") {
      const value: unknown = claim.json === undefined ? own(params) : JSON.parse(claim.json)
      assert.isDefined(value, "the sample has no value for the row")
      assert.deepStrictEqual(at(wire, claim.path), value)
    } else if (claim._tag === "NotSent") {
      assert.isUndefined(at(wire, claim.path))
    }
  }
  const name = Markdown.code(row)
  assert.deepStrictEqual(
    dropped.map(({ why }) => why),
    claims.flatMap((claim) => claim._tag === "Dropped" ? [claim.why] : [])
  )
  for (const { param } of dropped) {
    assert.isTrue(param === name || param.startsWith(`${name}.`) || /^(?:messages|tools)\[/.test(param), param)
  }
}

interface Samples {
  readonly [row: string]: Sample | ReadonlyArray<Sample>
}

type Own = (name: string) => (params: CompletionParams) => unknown

const checkAll = (asked: Asked, row: string, samples: Samples, cell: string, own: Own) => {
  const given = samples[row] ?? []
  // A row has one sample or several; TypeScript does not tell a readonly list apart.
  const list: ReadonlyArray<Sample> = Array.isArray(given) ? given : [given as Sample]
  assert.isAbove(list.length, 0)
  for (const sample of list) check(asked, row, sample, cell, own(Markdown.code(row)))
}

const walk = (heading: string, samples: Samples, own: Own) => {
  const rows = Markdown.table(page, heading)

  describe(heading, () => {
    it("has the rows that are tested, and no others", () => {
      assert.deepStrictEqual(rows.map(([row]) => row), Object.keys(samples))
    })

    for (const [row = "", openai = "", anthropic = ""] of rows) {
      for (const [dialect, cell] of [["openai", openai], ["anthropic", anthropic]] as const) {
        if (cell === "n/a") continue
        it(`${row}: ${dialect}`, () => checkAll(asked[dialect], row, samples, cell, own))
      }
    }
  })

  for (const [name, asked] of Object.entries(natives)) {
    const ownRows = Markdown.table(page, `${heading} of ${name}`)

    describe(`${heading} of ${name}`, () => {
      it("has rows of the table of all, in its order", () => {
        const said = ownRows.map(([row]) => row)
        assert.deepStrictEqual(said, rows.map(([row]) => row).filter((row) => said.includes(row)))
      })

      it("has every row that OpenAI's dialect has", () => {
        const told = rows.filter(([, openai]) => openai !== "n/a")
        const missing = told.map(([row = ""]) => row).filter((row) => !ownRows.some(([other]) => other === row))
        assert.deepStrictEqual(missing.filter((row) => !ofOpenAi.has(row)), [])
      })

      for (const [row = "", cell = ""] of ownRows) it(row, () => checkAll(asked, row, samples, cell, own))
    })
  }
}

/** About what only OpenAI's dialect has, or Anthropic's. */
const ofOpenAi = new Set([
  "`maxTokens`, with `fields: { maxTokens: \"max_tokens\" }`",
  "`includeUsage`, with `streamUsage: false`",
  "`topP` beside `temperature`, from Opus 4.1 on",
  "`topP` below 0.95, while thinking",
  "`extra` with a `type`: a tool of the provider's own",
  "`assistant`, `native` of the same dialect",
  "`assistant`, `toolCalls` whose arguments are no JSON object"
])

const field = (name: string) => (value: unknown): unknown => at(value, name)

walk("Params", params, field)
walk("Tools", toolRows, (name) => ({ tools }) => field(name)(tools?.[0]))
walk("Messages", messageRows, field)
walk("Parts", partRows, field)

/** The row in which a field is looked for first. */
type Rows<A> = { readonly [K in keyof Required<A>]: string }

const ofParams: { readonly [K in keyof Required<CompletionParams>]: true } = {
  model: true,
  messages: true,
  temperature: true,
  topP: true,
  maxTokens: true,
  stop: true,
  n: true,
  seed: true,
  user: true,
  metadata: true,
  presencePenalty: true,
  frequencyPenalty: true,
  logitBias: true,
  logprobs: true,
  topLogprobs: true,
  tools: true,
  toolChoice: true,
  parallelToolCalls: true,
  responseFormat: true,
  reasoningEffort: true,
  serviceTier: true,
  includeUsage: true,
  extra: true
}

const ofTools: { readonly [K in keyof Required<ToolDefinition>]: true } = {
  name: true,
  description: true,
  parameters: true,
  strict: true,
  extra: true
}

const ofMessages: { readonly [R in Message["role"]]: Rows<Omit<Extract<Message, { readonly role: R }>, "role">> } = {
  system: { content: "`system` at the head", name: "`system`, `name`", extra: "`system`, `extra`" },
  developer: { content: "`developer` at the head", name: "`developer`, `name`", extra: "`developer`, `extra`" },
  user: { content: "`user`", name: "`user`, `name`", extra: "`user`, `extra`" },
  assistant: {
    content: "`assistant`, `content`",
    refusal: "`assistant`, `refusal`",
    reasoning: "`assistant`, `reasoning`",
    toolCalls: "`assistant`, `toolCalls`",
    native: "`assistant`, `native` of the same dialect",
    name: "`assistant`, `name`",
    extra: "`assistant`, `extra`"
  },
  tool: { content: "`tool`", toolCallId: "`tool`", isError: "`tool`, `isError`", extra: "`tool`, `extra`" }
}

const ofParts: { readonly [T in Part["type"]]: Rows<Omit<Extract<Part, { readonly type: T }>, "type">> } = {
  text: { text: "`text`", extra: "`text`, `extra`" },
  image: { source: "`image` of bytes", detail: "`image`, `detail`", extra: "`image`, `extra`" },
  file: { source: "`file` of bytes, a PDF", filename: "`file`, `filename`", extra: "`file`, `extra`" },
  audio: { source: "`audio` of bytes, WAV or MP3", extra: "`audio`, `extra`" }
}

describe("every field has a row", () => {
  const names = (rows: object) => new Set(Object.keys(rows).map(Markdown.code))

  it("of the params", () => assert.includeMembers([...names(params)], Object.keys(ofParams)))
  it("of the tools", () => assert.includeMembers([...names(toolRows)], Object.keys(ofTools)))
  it("of the messages", () =>
    assert.includeMembers(Object.keys(messageRows), Object.values(ofMessages).flatMap((rows) => Object.values(rows))))
  it("of the parts", () =>
    assert.includeMembers(Object.keys(partRows), Object.values(ofParts).flatMap((rows) => Object.values(rows))))
})

interface Line {
  readonly level: string
  readonly message: string
  readonly annotations: { readonly [key: string]: unknown }
}

const ok = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-sonnet-4-5",
  content: [{ type: "text", text: "Hello" }],
  stop_reason: "end_turn",
  usage: { input_tokens: 1, output_tokens: 1 }
}

/** One call of Anthropic's with these options: what was sent, what was logged, and how it ended. */
const called = (
  sample: Sample,
  onDropped: Provider.OnDropped | undefined,
  how: "stream" | "whole" = "whole"
) =>
  Effect.gen(function*() {
    const http = TestHttp.make(() =>
      new Response(JSON.stringify(ok), { status: 200, headers: { "content-type": "application/json" } })
    )
    const lines: Array<Line> = []
    const logger = Logger.make(({ annotations, logLevel, message }) => {
      lines.push({
        level: logLevel._tag,
        message: String(message),
        annotations: Object.fromEntries(HashMap.toEntries(annotations))
      })
    })
    const layer = Anthropic.layer({ apiKey: Redacted.make("sk-test"), model: "claude-sonnet-4-5", onDropped })
    const call = { messages: [hi], ...sample }
    const exit = yield* (how === "whole"
      ? Effect.asVoid(Provider.completion(call))
      : Stream.runDrain(Provider.completionStream(call))).pipe(
        Effect.provide(Layer.provide(layer, http.layer)),
        Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
        Logger.withMinimumLogLevel(LogLevel.Info),
        Effect.either
      )
    return { exit, lines, sent: http.sent.length }
  })

const twoDropped: Sample = { seed: 7, logprobs: true }

describe("what was dropped", () => {
  for (const how of ["whole", "stream"] as const) {
    it.effect(`is logged once per call, at Warning, with annotations: ${how}`, () =>
      Effect.gen(function*() {
        const { exit, lines, sent } = yield* called(twoDropped, undefined, how)
        assert.isTrue(Either.isRight(exit), `${exit}`)
        assert.strictEqual(sent, 1)
        assert.deepStrictEqual(lines, [{
          level: "Warning",
          message: "anthropic claude-sonnet-4-5: left out seed (the API samples without a seed), " +
            "logprobs (the API tells no log probabilities)",
          annotations: { provider: "anthropic", dropped: "seed,logprobs" }
        }])
      }))
  }

  it.effect("is not logged where there is nothing to tell", () =>
    Effect.gen(function*() {
      const { lines, sent } = yield* called({ temperature: 0.5 }, undefined)
      assert.strictEqual(sent, 1)
      assert.deepStrictEqual(lines, [])
    }))

  it.effect("is not logged with onDropped: \"ignore\"", () =>
    Effect.gen(function*() {
      const { exit, lines, sent } = yield* called(twoDropped, "ignore")
      assert.isTrue(Either.isRight(exit), `${exit}`)
      assert.strictEqual(sent, 1)
      assert.deepStrictEqual(lines, [])
    }))

  it.effect("fails the call before anything is sent with onDropped: \"fail\"", () =>
    Effect.gen(function*() {
      const { exit, lines, sent } = yield* called(twoDropped, "fail")
      assert.strictEqual(sent, 0)
      assert.deepStrictEqual(lines, [])
      if (Either.isRight(exit) || exit.left._tag !== "ProviderError") return assert.fail(`${exit}`)
      assert.deepStrictEqual(exit.left.reason, { _tag: "UnsupportedParameter", param: "seed" })
      assert.strictEqual(exit.left.attempts, 0)
    }))
})
