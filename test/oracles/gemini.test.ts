/**
 * Google's own client reads the same bytes, and asks for the same things: what it makes of answers, what it sends, and
 * what it sends back in the next turn.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { GoogleGenAI } from "@google/genai"
import type {
  Content,
  GenerateContentConfig,
  GenerateContentResponse,
  GenerateContentResponseUsageMetadata,
  Part
} from "@google/genai"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { isDeepStrictEqual } from "node:util"
import * as ChatCompletion from "../../src/ChatCompletion.ts"
import type { CompletionParams, Json } from "../../src/CompletionParams.ts"
import * as Provider from "../../src/Provider.ts"
import * as Gemini from "../../src/providers/Gemini.ts"
import * as VertexAi from "../../src/providers/VertexAi.ts"
import * as Corpus from "../kit/corpus.ts"
import * as Server from "../kit/server.ts"
import * as Targets from "../kit/targets.ts"
import * as Kit from "./kit.ts"

const sources = [
  ...Kit.sources("gemini", Targets.gemini, new Map([["gemini", Targets.gemini]])),
  ...Kit.transcripts("vertexai", Targets.named(VertexAi))
]

const clientOf = (baseUrl: string) => new GoogleGenAI({ apiKey: Kit.apiKey, httpOptions: { baseUrl } })

const request = { model: "a-model", contents: "Hi" }

const streamed = (server: Server.Server): Effect.Effect<ReadonlyArray<GenerateContentResponse> | undefined> =>
  Kit.asked(async () => {
    const chunks: Array<GenerateContentResponse> = []
    for await (const chunk of await clientOf(server.url).models.generateContentStream(request)) chunks.push(chunk)
    return chunks
  })

/** The client hands on whatever is in the list. */
const partsOf = (content: Content | undefined): ReadonlyArray<Part> =>
  (content?.parts ?? []).filter((part: unknown) => typeof part === "object" && part !== null)

const isThought = ({ thought }: Part): boolean => thought === true

const textOf = (parts: ReadonlyArray<Part>, ofThoughts: boolean): string =>
  parts.map((part) => isThought(part) === ofThoughts ? part.text ?? "" : "").join("")

const callsOf = (parts: ReadonlyArray<Part>): ReadonlyArray<Kit.Call> =>
  parts.flatMap(({ functionCall: call }) =>
    call?.name === undefined ? [] : [[call.id ?? "", call.name, call.args ?? {}] as const]
  )

const ofChunks = (chunks: ReadonlyArray<GenerateContentResponse>): Kit.Answer => {
  const candidates = chunks.flatMap((chunk) =>
    (chunk.candidates ?? []).map((one) => ({ ...one, index: one.index ?? 0 }))
  )
  const usage: GenerateContentResponseUsageMetadata = Object.assign(
    {},
    ...chunks.map(({ usageMetadata }) => usageMetadata)
  )
  const reasoning = usage.thoughtsTokenCount ?? 0
  const prompt = usage.promptTokenCount ?? 0
  const completion = (usage.candidatesTokenCount ?? 0) + reasoning
  const isCounted = [usage.promptTokenCount, usage.candidatesTokenCount, usage.totalTokenCount].some(Number.isFinite)
  return {
    id: chunks[0]?.responseId ?? "",
    model: chunks[0]?.modelVersion ?? request.model,
    choices: [...new Set(candidates.map(({ index }) => index))].map((index) => {
      const own = candidates.filter((one) => one.index === index)
      const parts = own.flatMap(({ content }) => partsOf(content))
      return {
        index,
        text: textOf(parts, false),
        reasoning: textOf(parts, true),
        refusal: "",
        calls: callsOf(parts),
        finish: own.findLast(({ finishReason }) => finishReason !== undefined)?.finishReason
      }
    }),
    usage: isCounted
      ? {
        prompt,
        completion,
        total: usage.totalTokenCount ?? prompt + completion,
        cached: usage.cachedContentTokenCount ?? 0,
        reasoning
      }
      : undefined
  }
}

/** Ids that the server did not send are made up here, and not there. */
const ours = (completion: ChatCompletion.ChatCompletion, theirs: Kit.Answer): Kit.Answer => {
  const answer = Kit.ours(completion)
  return {
    ...answer,
    id: theirs.id === "" ? "" : answer.id,
    choices: answer.choices.map((choice) => ({
      ...choice,
      calls: choice.calls.map(([id, name, args]) => [id.startsWith("call_") ? "" : id, name, args] as const)
    }))
  }
}

interface Deviation {
  readonly fields: ReadonlyArray<string>
  readonly why: string
}

const arguments_: Deviation = {
  fields: ["calls"],
  why: "the client hands on arguments that come value by value as they are; ours puts them together"
}

const deviations = new Map<string, Deviation>([
  ["gemini/streamed-arguments", arguments_],
  ["vertexai/streamed-arguments", arguments_],
  ["gemini/vercel-stream-no-args-tool-call", arguments_],
  ["gemini/vercel-stream-tool-call-arguments", arguments_],
  ["gemini/arguments-cut", arguments_]
])

describe("Google's own client, answers", () => {
  it("there is something to compare", () => {
    assert.isAbove(sources.length, Corpus.present ? 30 : 20)
  })

  it("every deviation is about a source", () => {
    for (const name of deviations.keys()) {
      if (Corpus.present) assert.isTrue(sources.some((source) => source.name === name), name)
    }
  })

  for (const source of sources) {
    it.scopedLive(`${source.name}: the same stream`, () =>
      Effect.gen(function*() {
        const server = yield* Server.make(() => Kit.script(source))
        const own = yield* Kit.collected(source.target, server.url)
        const chunks = yield* streamed(server)
        const theirs = ofChunks(chunks ?? assert.fail("the client gave up"))
        assert.deepStrictEqual(
          Kit.differences(ours(own, theirs), theirs),
          deviations.get(source.name)?.fields ?? []
        )
      }), 20_000)
  }
})

/** What is sent: the place of it and the body. */
interface Asked {
  readonly url: string
  readonly body: unknown
}

const script = Server.json({ candidates: [{ content: { parts: [{ text: "x" }] }, finishReason: "STOP" }] })

/** What is sent to a server; the answer does not matter. */
const sentBy = <E>(ask: (url: string) => Effect.Effect<unknown, E>): Effect.Effect<Asked, E, Scope.Scope> =>
  Effect.gen(function*() {
    const server = yield* Server.make(() => script)
    yield* ask(server.url)
    const { body = "", url = "" } = server.requests[0] ?? {}
    return { url, body: JSON.parse(body) as unknown }
  })

const key = Redacted.make(Kit.apiKey)

const mine = (params: Partial<CompletionParams>, vertex = false) =>
  sentBy((baseUrl) => {
    const layer = vertex
      ? VertexAi.layer({ apiKey: key, project: "p", location: "europe-west4", baseUrl })
      : Gemini.layer({ apiKey: key, baseUrl })
    return Provider.completion({ ...Kit.params, model: "gemini-2.5-flash", ...params }).pipe(
      Effect.provide(layer.pipe(Layer.provide(FetchHttpClient.layer)))
    )
  })

const schema = { type: "object", properties: { a: { anyOf: [{ type: "string" }, { type: "null" }] } }, $defs: {} }

const user: ReadonlyArray<Content> = [{ role: "user", parts: [{ text: "Hi" }] }]

const requests: ReadonlyArray<
  readonly [string, Partial<CompletionParams>, GenerateContentConfig, ReadonlyArray<Content>?]
> = [
  ["a text", {}, {}],
  [
    "parameters",
    {
      temperature: 0.5,
      topP: 0.9,
      maxTokens: 10,
      stop: ["x"],
      n: 2,
      seed: 7,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      topLogprobs: 3
    },
    {
      temperature: 0.5,
      topP: 0.9,
      maxOutputTokens: 10,
      stopSequences: ["x"],
      candidateCount: 2,
      seed: 7,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      responseLogprobs: true,
      logprobs: 3
    }
  ],
  ["a tier", { serviceTier: "flex" }, { serviceTier: "flex" as never }],
  [
    "a system instruction",
    { messages: [{ role: "system", content: "Be brief." }, { role: "user", content: "Hi" }] },
    { systemInstruction: { parts: [{ text: "Be brief." }] } }
  ],
  [
    "tools, and one by name",
    { tools: [{ name: "f", description: "d", parameters: schema }], toolChoice: { name: "f" } },
    {
      tools: [{ functionDeclarations: [{ name: "f", description: "d", parametersJsonSchema: schema }] }],
      toolConfig: { functionCallingConfig: { mode: "ANY" as never, allowedFunctionNames: ["f"] } }
    }
  ],
  [
    "a schema of the answer",
    { responseFormat: { type: "json_schema", name: "a", schema } },
    { responseMimeType: "application/json", responseJsonSchema: schema }
  ],
  [
    "thoughts",
    { reasoningEffort: "medium" },
    { thinkingConfig: { thinkingBudget: 8192, includeThoughts: true } }
  ],
  [
    "thoughts, by level",
    { reasoningEffort: "low", model: "gemini-3.5-flash" },
    { thinkingConfig: { thinkingLevel: "LOW" as never, includeThoughts: true } }
  ],
  [
    "a picture and a file",
    {
      messages: [{
        role: "user",
        content: [
          { type: "image", source: { data: new Uint8Array([1, 2, 3]), mediaType: "image/png" } },
          { type: "file", source: { url: "gs://bucket/a.pdf" } },
          { type: "text", text: "Hi" }
        ]
      }]
    },
    {},
    [{
      role: "user",
      parts: [
        { inlineData: { mimeType: "image/png", data: "AQID" } },
        { fileData: { fileUri: "gs://bucket/a.pdf", mimeType: "application/pdf" } },
        { text: "Hi" }
      ]
    }]
  ],
  [
    "a call and its result",
    {
      messages: [
        { role: "user", content: "Hi" },
        { role: "assistant", toolCalls: [{ id: "c", function: { name: "f", arguments: "{\"a\":1}" } }] },
        { role: "tool", toolCallId: "c", content: "18 C" }
      ]
    },
    {},
    [
      ...user,
      { role: "model", parts: [{ functionCall: { id: "c", name: "f", args: { a: 1 } } }] },
      { role: "user", parts: [{ functionResponse: { id: "c", name: "f", response: { output: "18 C" } } }] }
    ]
  ],
  [
    "Google's own tools, and safety",
    {
      tools: [{ name: "search", extra: { gemini: { googleSearch: {} }, vertexai: { googleSearch: {} } } }],
      extra: {
        gemini: { safetySettings: [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_NONE" }] },
        vertexai: { safetySettings: [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_NONE" }] }
      }
    },
    {
      tools: [{ googleSearch: {} }],
      safetySettings: [{ category: "HARM_CATEGORY_HARASSMENT" as never, threshold: "BLOCK_NONE" as never }]
    }
  ]
]

/** The client leaves out what is empty, and says the role of an instruction, which the API does not read. */
const normal = (body: unknown): unknown => {
  if (typeof body !== "object" || body === null) return body
  const { generationConfig, systemInstruction, ...rest } = body as { readonly [key: string]: Json }
  const { role: _, ...instruction } = { ...(systemInstruction as { readonly role?: string }) }
  const config = { ...(generationConfig as object) }
  return {
    ...rest,
    ...(systemInstruction === undefined ? undefined : { systemInstruction: instruction }),
    ...(Object.keys(config).length === 0 ? undefined : { generationConfig: config })
  }
}

const vertexClient = (baseUrl: string) =>
  new GoogleGenAI({
    vertexai: true,
    project: "p",
    location: "europe-west4",
    apiVersion: "v1",
    httpOptions: { baseUrl },
    googleAuthOptions: {
      // All that the client asks of it.
      authClient: { getRequestHeaders: () => Promise.resolve(new Headers({ authorization: "Bearer t" })) } as never
    }
  })

describe("Google's own client, requests", () => {
  for (const [name, params, config, contents = user] of requests) {
    for (const vertex of [false, true]) {
      it.scopedLive(`${name}${vertex ? ", Vertex AI" : ""}`, () =>
        Effect.gen(function*() {
          const model = params.model ?? "gemini-2.5-flash"
          const theirs = yield* sentBy((url) =>
            Effect.promise(() =>
              (vertex ? vertexClient(url) : clientOf(url)).models.generateContent({
                model,
                contents: [...contents],
                config
              })
            )
          )
          const own = yield* mine(params, vertex)
          assert.strictEqual(own.url, theirs.url)
          assert.deepStrictEqual(normal(own.body), normal(theirs.body))
        }))
    }
  }
})

describe("Google's own client, the next turn", () => {
  const replayed = sources.filter(({ name }) =>
    !deviations.has(name) && !name.includes("blocked") && !name.startsWith("edge/")
  )

  /** Without what says nothing. */
  const present = (part: Part): Part =>
    Object.fromEntries(Object.entries(part).filter(([, value]: readonly [string, unknown]) => value !== null))

  const isPlain = (part: Part) => Object.keys(part).every((key) => key === "text")

  /** Pieces of one text are one; empty ones say nothing. */
  const joined = (parts: ReadonlyArray<Part>): ReadonlyArray<Part> => {
    const all: Array<Part> = []
    for (const part of parts.map(present)) {
      const last = all.at(-1)
      const isMore = last !== undefined && part.text !== undefined && isPlain(last) && isPlain(part)
      const isMoreThought = last?.thought === true && part.thought === true && part.thoughtSignature === undefined &&
        last.thoughtSignature === undefined
      if (isMore || isMoreThought) all[all.length - 1] = { ...last, text: `${last.text ?? ""}${part.text ?? ""}` }
      else if (!(isPlain(part) && (part.text ?? "") === "")) all.push(part)
    }
    return all
  }

  for (const source of replayed) {
    it.scopedLive(`${source.name}: the same parts go back`, () =>
      Effect.gen(function*() {
        const server = yield* Server.make(() => Kit.script(source))
        const own = yield* Kit.collected(source.target, server.url)
        const chunks = (yield* streamed(server)) ?? []
        const parts = chunks.flatMap(({ candidates }) =>
          (candidates ?? []).filter(({ index = 0 }) => index === 0).flatMap(({ content }) => partsOf(content))
        )
        const { body } = yield* mine({
          messages: [{ role: "user", content: "Hi" }, ChatCompletion.toMessage(own), { role: "user", content: "Go on" }]
        })
        const { contents } = body as { readonly contents: ReadonlyArray<Content> }
        const back = (contents.find(({ role }) => role === "model")?.parts ?? []).map((part) => {
          const id = part.functionCall?.id
          if (id === undefined || !id.startsWith("call_")) return part
          const { id: _, ...functionCall } = part.functionCall ?? {}
          return { ...part, functionCall }
        })
        const sent: unknown = JSON.parse(JSON.stringify(joined(parts)))
        if (isDeepStrictEqual(back, sent)) return
        // A call without arguments has none, or an empty object of them.
        const normalise = (all: unknown) => JSON.parse(JSON.stringify(all).replaceAll(",\"args\":{}", "")) as unknown
        assert.deepStrictEqual(normalise(back), normalise(sent))
      }), 20_000)
  }
})
