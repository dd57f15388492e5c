/**
 * AWS's own client reads the same messages, and sends the same requests.
 */
import {
  BedrockRuntimeClient,
  type ContentBlock,
  ConverseCommand,
  type ConverseCommandInput,
  type ConverseResponse,
  ConverseStreamCommand,
  type ConverseStreamOutput,
  type TokenUsage
} from "@aws-sdk/client-bedrock-runtime"
import { assert, describe, it } from "@effect/vitest"
import { NodeHttpHandler } from "@smithy/node-http-handler"
import * as Effect from "effect/Effect"
import type { CompletionParams } from "../../src/CompletionParams.ts"
import * as Bedrock from "../../src/providers/Bedrock.ts"
import * as Corpus from "../kit/corpus.ts"
import * as Server from "../kit/server.ts"
import * as Targets from "../kit/targets.ts"
import * as Transcript from "../kit/transcript.ts"
import * as Kit from "./kit.ts"

const target = Targets.named(Bedrock)

const sources = Kit.sources("bedrock", target, new Map([["bedrock-converse", target]]))

const request: ConverseCommandInput = { modelId: "a-model", messages: [{ role: "user", content: [{ text: "Hi" }] }] }

const clientOf = (server: Server.Server) =>
  new BedrockRuntimeClient({
    region: "us-east-1",
    endpoint: server.url,
    token: { token: Kit.apiKey },
    authSchemePreference: ["httpBearerAuth"],
    maxAttempts: 1,
    // The default handler speaks HTTP/2 only.
    requestHandler: new NodeHttpHandler()
  })

/** What the client gives of an answer, added up. */
class Sum {
  text = ""
  reasoning = ""
  readonly calls = new Map<number, { readonly id: string; readonly name: string; args: string }>()
  finish: string | undefined = undefined
  usage: TokenUsage | undefined = undefined

  add(event: ConverseStreamOutput): void {
    const { contentBlockDelta, contentBlockStart, messageStop, metadata } = event
    const tool = contentBlockStart?.start?.toolUse
    // A tool of the service's own is none of the caller's.
    if (tool !== undefined && tool.type !== "server_tool_use") {
      this.calls.set(contentBlockStart?.contentBlockIndex ?? -1, {
        id: tool.toolUseId ?? "",
        name: tool.name ?? "",
        args: ""
      })
    }
    const delta = contentBlockDelta?.delta
    this.text += typeof delta?.text === "string" ? delta.text : ""
    this.reasoning += delta?.reasoningContent?.text ?? ""
    const call = this.calls.get(contentBlockDelta?.contentBlockIndex ?? -1)
    if (call !== undefined) call.args += delta?.toolUse?.input ?? ""
    this.finish ??= messageStop?.stopReason
    this.usage = metadata?.usage ?? this.usage
  }

  get answer(): Kit.Answer {
    return answerOf({
      text: this.text,
      reasoning: this.reasoning,
      calls: [...this.calls.values()].map(({ args, id, name }) => [id, name, Kit.parsed(args)] as const),
      finish: this.finish
    }, this.usage)
  }
}

const countsOf = (usage: TokenUsage | undefined): Kit.Counts | undefined => {
  if (usage === undefined) return undefined
  const { cacheReadInputTokens: read = 0, cacheWriteInputTokens: written = 0, inputTokens = 0, outputTokens = 0 } =
    usage
  // The client hands on what the server counts, which leaves out the cache.
  const prompt = inputTokens + read + written
  return { prompt, completion: outputTokens, total: prompt + outputTokens, cached: read, reasoning: 0 }
}

const answerOf = (choice: Omit<Kit.Choice, "index" | "refusal">, usage: TokenUsage | undefined): Kit.Answer => ({
  id: "",
  model: "",
  choices: [{ index: 0, refusal: "", ...choice }],
  usage: countsOf(usage)
})

/** Neither an id nor a model is said there. */
const comparable = (answer: Kit.Answer): Kit.Answer => ({ ...answer, id: "", model: "" })

const iterated = (server: Server.Server): Effect.Effect<ReadonlyArray<ConverseStreamOutput> | undefined> =>
  Kit.asked(async () => {
    const events: Array<ConverseStreamOutput> = []
    const { stream } = await clientOf(server).send(new ConverseStreamCommand(request))
    for await (const event of stream ?? []) events.push(event)
    return events
  })

const added = (events: ReadonlyArray<ConverseStreamOutput>): Kit.Answer => {
  const sum = new Sum()
  for (const event of events) sum.add(event)
  return sum.answer
}

const ofBlocks = (blocks: ReadonlyArray<ContentBlock>, { stopReason, usage }: ConverseResponse): Kit.Answer =>
  answerOf({
    text: blocks.map(({ text = "" }) => text).join(""),
    reasoning: blocks.map(({ reasoningContent }) => reasoningContent?.reasoningText?.text ?? "").join(""),
    calls: blocks.flatMap(({ toolUse }) =>
      toolUse === undefined || toolUse.type === "server_tool_use"
        ? []
        : [[toolUse.toolUseId ?? "", toolUse.name ?? "", toolUse.input] as const]
    ),
    finish: stopReason
  }, usage)

describe("AWS's own client", () => {
  it("there is something to compare", () => assert.isAbove(sources.length, Corpus.present ? 30 : 15))

  for (const source of sources) {
    it.scopedLive(`${source.name}: the same stream`, () =>
      Effect.gen(function*() {
        const server = yield* Server.make(() => Kit.script(source))
        const own = comparable(Kit.ours(yield* Kit.collected(source.target, server.url)))
        const theirs = yield* iterated(server)
        assert.deepStrictEqual(theirs === undefined ? ["rejects"] : Kit.differences(own, added(theirs)), [])
      }), 20_000)
  }

  for (const { bytes, contentType, expected, name } of Transcript.ofProvider("bedrock")) {
    const { error } = expected
    if (error === undefined) continue
    it.scopedLive(`${name}: both fail, with the same name`, () =>
      Effect.gen(function*() {
        const server = yield* Server.make(() => Server.stream(contentType, bytes))
        const theirs = yield* Effect.promise(async () => {
          try {
            const { stream } = await clientOf(server).send(new ConverseStreamCommand(request))
            for await (const _ of stream ?? []) continue
            return "no error"
          } catch (thrown) {
            return thrown instanceof Error ? thrown.name : "no error"
          }
        })
        const same = theirs.toLowerCase() === (error.code ?? "").toLowerCase()
        // For an error without a type the client has a plain Error, whose message has the code.
        assert.isTrue(same || theirs === "Error", `${theirs} and ${error.code}`)
        const failed = yield* Effect.flip(Kit.collected(target, server.url))
        assert.strictEqual(failed._tag, "ProviderError")
      }), 20_000)
  }

  const content: ReadonlyArray<ContentBlock> = [
    { reasoningContent: { reasoningText: { text: "Hm.", signature: "c2ln" } } },
    { text: "a" },
    { toolUse: { toolUseId: "1", name: "f", input: { x: [1] } } },
    { toolUse: { toolUseId: "2", name: "g", input: {} } }
  ]

  it.scopedLive("the same whole answer", () =>
    Effect.gen(function*() {
      const usage = { inputTokens: 1, outputTokens: 2, totalTokens: 3, cacheReadInputTokens: 4 }
      const whole = { output: { message: { role: "assistant", content } }, stopReason: "tool_use", usage }
      const server = yield* Server.make(() => Server.json(whole))
      const theirs = yield* Effect.promise(() => clientOf(server).send(new ConverseCommand(request)))
      const own = comparable(Kit.ours(yield* Kit.completed(target, server.url)))
      assert.deepStrictEqual(Kit.differences(own, ofBlocks(theirs.output?.message?.content ?? [], theirs)), [])
    }))

  const bytes = Uint8Array.of(1, 2, 3)
  const arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0"
  const schema = { type: "object", properties: { city: { type: "string" } } } as const

  const asked: CompletionParams = {
    model: arn,
    messages: [
      { role: "system", content: "Be brief." },
      {
        role: "user",
        content: [
          { type: "text", text: "Look.", extra: { bedrock: { cachePoint: { type: "default" } } } },
          { type: "image", source: { data: bytes, mediaType: "image/png" } },
          { type: "file", source: { data: bytes, mediaType: "application/pdf" }, filename: "a.pdf" }
        ]
      },
      {
        role: "assistant",
        native: {
          dialect: "bedrock",
          blocks: [
            { reasoningContent: { reasoningText: { text: "Hm.", signature: "c2ln" } } },
            { reasoningContent: { redactedContent: "AQID" } },
            { toolUse: { toolUseId: "1", name: "weather", input: { city: "Bern" } } }
          ]
        }
      },
      { role: "tool", toolCallId: "1", content: "18 C", isError: true }
    ],
    maxTokens: 100,
    temperature: 0.5,
    topP: 0.9,
    stop: "END",
    tools: [{ name: "weather", description: "d", parameters: schema, strict: true }],
    toolChoice: { name: "weather" },
    responseFormat: { type: "json_schema", name: "answer", schema },
    serviceTier: "flex",
    metadata: { team: "a" },
    extra: { bedrock: { guardrailConfig: { guardrailIdentifier: "g", guardrailVersion: "1" } } }
  }

  const sent: ConverseCommandInput = {
    modelId: arn,
    system: [{ text: "Be brief." }],
    messages: [
      {
        role: "user",
        content: [
          { text: "Look." },
          { cachePoint: { type: "default" } },
          { image: { format: "png", source: { bytes } } },
          { document: { format: "pdf", name: "a", source: { bytes } } }
        ]
      },
      {
        role: "assistant",
        content: [
          { reasoningContent: { reasoningText: { text: "Hm.", signature: "c2ln" } } },
          { reasoningContent: { redactedContent: bytes } },
          { toolUse: { toolUseId: "1", name: "weather", input: { city: "Bern" } } }
        ]
      },
      {
        role: "user",
        content: [{ toolResult: { toolUseId: "1", content: [{ text: "18 C" }], status: "error" } }]
      }
    ],
    inferenceConfig: { maxTokens: 100, temperature: 0.5, topP: 0.9, stopSequences: ["END"] },
    toolConfig: {
      tools: [{ toolSpec: { name: "weather", description: "d", inputSchema: { json: schema }, strict: true } }],
      toolChoice: { tool: { name: "weather" } }
    },
    outputConfig: {
      textFormat: { type: "json_schema", structure: { jsonSchema: { name: "answer", schema: JSON.stringify(schema) } } }
    },
    serviceTier: { type: "flex" },
    requestMetadata: { team: "a" },
    guardrailConfig: { guardrailIdentifier: "g", guardrailVersion: "1" }
  }

  it.scopedLive("the same request, to the same path, with the key in the same place", () =>
    Effect.gen(function*() {
      const answer = { output: { message: { role: "assistant", content: [{ text: "a" }] } }, stopReason: "end_turn" }
      const server = yield* Server.make(() => Server.json(answer))
      yield* Effect.promise(() => clientOf(server).send(new ConverseCommand(sent)))
      yield* Kit.completed(target, server.url, asked)
      const [theirs, own] = server.requests.map(({ body, headers, method, url }) => ({
        method,
        url,
        authorization: headers.authorization,
        body: Kit.parsed(body)
      }))
      assert.deepStrictEqual(own, theirs)
    }))
})
