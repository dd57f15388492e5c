/**
 * README.md and docs: every TypeScript block type-checks, runs, and prints what it says; and what the pages say about
 * the package is so.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Tracer from "effect/Tracer"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Provider from "../src/Provider.ts"
import * as OpenAiCompatible from "../src/providers/OpenAiCompatible.ts"
import * as TestProvider from "../src/TestProvider.ts"
import * as Markdown from "./kit/markdown.ts"
import * as Snippets from "./kit/snippets.ts"
import * as Tables from "./kit/tables.ts"
import * as TestHttp from "./kit/testHttp.ts"
import * as Wire from "./loopback/wire.ts"

const pages = [
  "README.md",
  ...fs.readdirSync(path.join(Markdown.root, "docs")).filter((file) => file.endsWith(".md")).map((file) =>
    `docs/${file}`
  )
]
const snippets = pages.flatMap(Snippets.ofPage)

describe("snippets", () => {
  let outcome: Snippets.Outcome = { types: "they did not run", ran: new Map() }

  beforeAll(async () => {
    outcome = await Snippets.play(snippets)
  }, 120_000)

  it("there are some", () => assert.isAbove(snippets.length, 15))

  it("type-check", () => assert.strictEqual(outcome.types, ""))

  for (const { expected, name } of snippets) {
    it(name, () => {
      assert.isAbove(expected.length, 0, "it does not say what it prints")
      const { end, output } = outcome.ran.get(name) ?? { end: "it did not run", output: "" }
      assert.strictEqual(end, "ok")
      if (!Snippets.matches(output, expected)) assert.strictEqual(output, expected.join("\n"))
    })
  }
})

describe("tables that are made from the endpoints: `npm run docs:tables`", () => {
  for (const table of Tables.all) {
    it(`${table.file}, ${table.heading}`, () => assert.strictEqual(Markdown.read(table.file), Tables.written(table)))
  }
})

describe("what the pages say", () => {
  const readme = Markdown.read("README.md")
  const manifest: {
    readonly scripts: { readonly [name: string]: string }
    readonly peerDependencies: { readonly [name: string]: string }
    readonly devDependencies: { readonly [name: string]: string }
  } = JSON.parse(Markdown.read("package.json"))

  it("every TypeScript block is of the kind that is run", () => {
    const infos = new Set(pages.flatMap(Markdown.blocks).map(({ info }) => info))
    assert.deepStrictEqual([...infos].sort(), ["sh", "text", "ts"])
  })

  it("links lead to files and headings that are there", () => {
    for (const page of pages) {
      for (const [, target = ""] of Markdown.read(page).matchAll(/\]\(([^)#]+)\)/g)) {
        if (target.startsWith("https://")) continue
        const file = path.join(Markdown.root, path.dirname(page), target)
        assert.isTrue(fs.existsSync(file), `${page}: ${target}`)
      }
    }
  })

  it("the commands exist", () => {
    assert.include(readme, "\nnpm install && npm start\nnpm install && npm test\n")
    assert.includeMembers(Object.keys(manifest.scripts), ["start", "test"])
  })

  it("the install line asks for the versions that the package is for", () => {
    const line = "npm install effect-any-llm effect@3 @effect/platform@0.97 @effect/platform-node@0.108"
    assert.include(readme, `\n${line}\n`)
    assert.match(manifest.peerDependencies["effect"] ?? "", /^\^3\./)
    assert.match(manifest.peerDependencies["@effect/platform"] ?? "", /^\^0\.97\./)
    assert.match(manifest.devDependencies["@effect/platform-node"] ?? "", /^\^0\.108\./)
  })
})

/** What a call with these layers hands to fetch. */
const fetched = (
  client: { readonly init?: RequestInit; readonly program?: RequestInit }
): Effect.Effect<RequestInit | undefined, unknown> =>
  Effect.suspend(() => {
    let seen: RequestInit | undefined
    const fetch: typeof globalThis.fetch = (_input, init) => {
      seen = init
      return Promise.resolve(Response.json(Wire.openAi.whole))
    }
    const initOf = (init: RequestInit | undefined) =>
      init === undefined ? Layer.empty : Layer.succeed(FetchHttpClient.RequestInit, init)
    const layer = Wire.openAi.layer({}).pipe(
      Layer.provide(FetchHttpClient.layer),
      Layer.provide(Layer.succeed(FetchHttpClient.Fetch, fetch)),
      Layer.provide(initOf(client.init))
    )
    return Provider.completion(Wire.params).pipe(
      Effect.provide(layer),
      Effect.provide(initOf(client.program)),
      Effect.map(() => seen)
    )
  })

/** The Authorization headers of the requests that a program sends. */
const keysOf = <E>(
  program: Effect.Effect<unknown, E, Provider.Provider>,
  layer: (options: Partial<Provider.LayerOptions>) => ReturnType<typeof Wire.openAi.layer> = Wire.openAi.layer,
  options: Partial<Provider.LayerOptions> = {},
  statuses: ReadonlyArray<number> = []
) =>
  Effect.suspend(() => {
    const http = TestHttp.make((_, index) => Response.json(Wire.openAi.whole, { status: statuses[index] ?? 200 }))
    return program.pipe(
      Effect.provide(Layer.provide(layer(options), http.layer)),
      Effect.map(() => http.sent.map(({ headers }) => headers["authorization"]))
    )
  })

describe("what README.md says of the cost", () => {
  const told = Markdown.section(Markdown.read("README.md"), "What it costs").replace(/\s+/g, " ")
  const results = Markdown.read("scratchpad/bench/RESULTS.md")
  const goals = Markdown.table(results, "Goals")
  const figure = (row: ReadonlyArray<string> | undefined, column: number): number =>
    Number.parseFloat(row?.[column] ?? "")
  const goal = (what: string, wire: string) => goals.find((row) => row[0] === what && row[1] === wire)

  it("are the figures of the run, and its versions", () => {
    const [official, aiSdk] = ["the official client", "the AI SDK"].map((other) =>
      figure(goal(`burst, CPU a chunk, against ${other}`, "openai"), 4)
    )
    assert.include(told, `cost ${official} of the CPU that `)
    assert.include(told, `and ${aiSdk} of the AI SDK's`)
    const relayed = figure(goal("relay, CPU a chunk, against the bare pipe", "openai"), 4).toFixed(1)
    assert.include(told, `costs ${relayed} times a loop`)
    const alone = 1 / figure(goal("trickle, CPU a chunk, against the official client", "openai"), 4)
    assert.include(told, `\`openai\` needs about ${alone.toFixed(1)} of the CPU`)
    const first = goals.filter(([what]) => what?.startsWith("first token")).flatMap((row) =>
      [4, 6].map((column) => figure(row, column))
    )
    assert.include(told, `${Math.min(...first).toFixed(1)} to ${Math.max(...first).toFixed(1)} ms`)
    const heap = new Map(Markdown.table(results, "Many: OpenAI's wire").map((row) => [row[0], figure(row, 1)]))
    const [bare, fetch, undici] = ["bare loop", "effect-any-llm (fetch)", "effect-any-llm (undici)"].map((client) =>
      Math.round(heap.get(client) ?? 0)
    )
    assert.include(told, `${undici} KiB of heap over \`NodeHttpClient.layerUndici\` and ${fetch} KiB over`)
    assert.include(told, `the bare loop takes ${bare}.`)
    assert.include(results, told.match(/on (\d{4}-\d\d-\d\d),/)?.[1] ?? "no date")
    for (
      const version of ["openai 6.49.0", "@anthropic-ai/sdk 1.12.0", "ai 6.0.326", "effect 3.22.4", "Node 20.20.2"]
    ) {
      assert.include(results, version)
      assert.include(told, version.split(" ")[1] ?? version)
    }
  })

  it("has a plot for each workload", () => {
    const shown = (text: string) =>
      [...text.matchAll(/\]\((?:scratchpad\/bench\/)?plots\/(\w+)\.svg\)/g)].map(([, name]) => name)
    assert.deepStrictEqual(shown(told).toSorted(), shown(results).toSorted())
    for (const name of shown(told)) assert.include(Markdown.read(`scratchpad/bench/plots/${name}.svg`), "</svg>")
  })
})

describe("what README.md says in passing", () => {
  it.effect("redirects are not fetch's to follow, whatever a RequestInit says", () =>
    Effect.gen(function*() {
      const plain = yield* fetched({})
      assert.strictEqual(plain?.redirect, "manual")
      const program = yield* fetched({ program: { credentials: "include", redirect: "follow" } })
      assert.deepInclude(program, { credentials: "include", redirect: "manual" })
      const captured = yield* fetched({ init: { credentials: "include", redirect: "follow" } })
      assert.strictEqual(captured?.redirect, "manual")
      assert.isUndefined(captured?.credentials)
    }))

  it.effect("Layer.merge of two provider layers keeps the last", () =>
    Effect.gen(function*() {
      const text = (word: string) => TestProvider.layer(TestProvider.text(word))
      const answer = yield* Provider.completion(Wire.params).pipe(
        Effect.provide(Layer.merge(text("first"), text("last")))
      )
      assert.strictEqual(answer.choices[0]?.message.content, "last")
    }))

  it.effect("a call's key takes the place of the layer's", () =>
    Effect.gen(function*() {
      const apiKey = Redacted.make("sk-ann")
      const program = Effect.zipRight(Provider.completion(Wire.params, { apiKey }), Provider.completion(Wire.params))
      assert.deepStrictEqual(yield* keysOf(program), ["Bearer sk-ann", `Bearer ${Wire.key}`])
    }))

  it.effect("a key that is an Effect is asked for at every attempt", () =>
    Effect.gen(function*() {
      let count = 0
      const apiKey = Effect.sync(() => Redacted.make(`sk-${++count}`))
      const retry = { times: 1, schedule: Schedule.recurs(1) }
      const keys = yield* keysOf(Provider.completion(Wire.params), Wire.openAi.layer, { apiKey, retry }, [500])
      assert.deepStrictEqual(keys, ["Bearer sk-1", "Bearer sk-2"])
    }))

  it.effect("without a key a compatible server gets none", () =>
    Effect.gen(function*() {
      const layer = () => OpenAiCompatible.layer({ id: "vllm", baseUrl: "http://127.0.0.1:8000/v1", model: "m" })
      assert.deepStrictEqual(yield* keysOf(Provider.completion(Wire.params), layer), [undefined])
    }))

  it.effect("transformClient sees every attempt, and no key", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const transformClient = HttpClient.mapRequest((request) => {
        seen.push(JSON.stringify(request))
        return request
      })
      const retry = { times: 1, schedule: Schedule.recurs(1) }
      const keys = yield* keysOf(Provider.completion(Wire.params), Wire.openAi.layer, { transformClient, retry }, [500])
      assert.deepStrictEqual(keys, [`Bearer ${Wire.key}`, `Bearer ${Wire.key}`])
      assert.strictEqual(seen.length, 2)
      for (const each of seen) assert.notInclude(each, Wire.key)
    }))

  for (const propagateTrace of [undefined, true]) {
    it.effect(`trace headers, propagateTrace ${propagateTrace}`, () =>
      Effect.gen(function*() {
        const http = TestHttp.make(() => Response.json(Wire.openAi.whole))
        yield* Provider.completion(Wire.params).pipe(
          Effect.provide(Layer.provide(Wire.openAi.layer({ propagateTrace }), http.layer)),
          Effect.withSpan("the caller")
        )
        const names = Object.keys(http.sent[0]?.headers ?? {})
        assert.deepStrictEqual(
          names.filter((name) => name === "traceparent" || name === "b3").sort(),
          propagateTrace === true ? ["b3", "traceparent"] : []
        )
      }))
  }

  it.effect("one span for each call, with what is known of it and no text", () =>
    Effect.gen(function*() {
      const spans: Array<Tracer.Span> = []
      const tracer = yield* Effect.tracer
      const watching = Tracer.make({
        span: (...args) => {
          const span = tracer.span(...args)
          spans.push(span)
          return span
        },
        context: tracer.context
      })
      const http = TestHttp.make((_, index) => Response.json(Wire.openAi.whole, { status: index === 0 ? 500 : 200 }))
      const retry = { times: 1, schedule: Schedule.recurs(1) }
      yield* Provider.completion({ messages: [{ role: "user", content: "a secret" }] }).pipe(
        Effect.provide(Layer.provide(Wire.openAi.layer({ retry }), http.layer)),
        Effect.withTracer(watching)
      )
      const [span, ...more] = spans.filter(({ name }) => name.startsWith("chat"))
      assert.deepStrictEqual(more, [])
      assert.strictEqual(span?.name, "chat m")
      assert.strictEqual(span?.status._tag, "Ended")
      assert.deepInclude(Object.fromEntries(span?.attributes ?? []), {
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "m",
        "gen_ai.usage.input_tokens": 3,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.response.finish_reasons": ["stop"],
        "effect_any_llm.attempts": 2
      })
      const told = JSON.stringify(spans.map(({ attributes, name }) => [name, ...attributes]))
      for (const text of ["a secret", "abc", Wire.key]) assert.notInclude(told, text)
    }))
})
