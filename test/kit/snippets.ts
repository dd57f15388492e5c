/**
 * The code blocks of the documentation as programs: written, as they stand, into a folder where `effect-any-llm` is
 * installed, type-checked there, and run against a server on the loopback device.
 *
 * A block either runs itself (`NodeRuntime.runMain`), in a process of its own, or has a `program`, which is run as the
 * README says that it is. The `HttpClient` of those sends to the loopback server whatever was meant for anybody else.
 */
import { LLMock } from "@copilotkit/aimock"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { pathToFileURL } from "node:url"
import * as Markdown from "./markdown.ts"

export interface Snippet {
  /** `README.md:40` */
  readonly name: string
  readonly file: string
  readonly text: string
  /** Runs itself. */
  readonly standalone: boolean
  /** The lines that it says it prints: those after `// =>`, or the text block that follows. */
  readonly expected: ReadonlyArray<string>
}

export interface Ran {
  readonly output: string
  /** How it ended: `ok`, or what is wrong. */
  readonly end: string
}

export interface Outcome {
  readonly types: string
  readonly ran: ReadonlyMap<string, Ran>
}

const linesOf = (text: string): ReadonlyArray<string> => text.trimEnd().split("\n").map((line) => line.trimEnd())

const claimed = (text: string): ReadonlyArray<string> =>
  text.split("\n").flatMap((line) => /\/\/ => (.*)$/.exec(line)?.[1]?.trimEnd() ?? [])

/** The TypeScript blocks of a page. */
export const ofPage = (page: string): ReadonlyArray<Snippet> => {
  const blocks = Markdown.blocks(page)
  return blocks.flatMap((block, index) => {
    if (block.info !== "ts") return []
    const next = blocks[index + 1]
    const follows = next?.info === "text" && next.heading === block.heading
    return [{
      name: `${page}:${block.line}`,
      file: `${page.replace(/\W+/g, "-").toLowerCase()}-${block.line}.ts`,
      text: block.text,
      standalone: /^NodeRuntime\.runMain\(/m.test(block.text),
      expected: follows ? linesOf(next.text) : claimed(block.text)
    }]
  })
}

/** Whether the output is what was said; `...` stands for whatever is on the rest of, or between the parts of, a line. */
export const matches = (output: string, expected: ReadonlyArray<string>): boolean => {
  const lines = linesOf(output)
  return lines.length === expected.length && expected.every((line, index) => {
    const pattern = line.split("...").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*")
    return new RegExp(`^${pattern}$`).test(lines[index] ?? "")
  })
}

const usage = { prompt_tokens: 10, completion_tokens: 7, input_tokens: 10, output_tokens: 7 }

/** What the server answers, by what the user says last. */
const script = (mock: LLMock): LLMock =>
  mock
    .onMessage("Say hello.", { content: "Hello! How can I help you?", usage })
    .onMessage("Say yes.", { content: "Yes.", usage }, { chunkSize: 100 })
    .on({ userMessage: "weather in Paris", hasToolResult: true }, { content: "It is 18 C in Paris." })
    .on({ userMessage: "weather in Paris", toolName: "weather", hasToolResult: false }, {
      toolCalls: [{ id: "call_1", name: "weather", arguments: "{\"city\":\"Paris\"}" }]
    })
    .onMessage("How big is Paris?", { content: "{\"name\":\"Paris\",\"people\":2100000}" }, { chunkSize: 12 })
    .onMessage("How many r", { reasoning: "Let me count: st-r-awbe-r-r-y. ", content: "Three." })
    .onMessage("Are you sure?", { content: "Yes, three." })
    .onMessage("Ann, 41.", { content: "{\"name\":\"Ann\",\"age\":41}" })
    .onMessage("Write a limerick.", { content: "There once was a stream in a pipe" })
    .onMessage("There once was a stream", { content: "Mildly." })
    .onMessage("Count to a thousand.", { content: "1, 2, 3, ".repeat(200) }, { chunkSize: 9, latency: 20 })
    .onMessage("Think hard.", { content: "42" }, { streamingProfile: { ttft: 5_000 } })
    .on({ userMessage: "Are you busy?", sequenceIndex: 0 }, {
      error: { message: "busy", type: "server_error" },
      status: 503,
      retryAfter: 0
    })
    .onMessage("Are you busy?", { content: "Not any more." })
    .onMessage("A very long text.", {
      error: { message: "too long", type: "invalid_request_error", code: "context_length_exceeded" },
      status: 400
    })

const link = (from: string, to: string): void => {
  fs.mkdirSync(path.dirname(from), { recursive: true })
  fs.symlinkSync(to, from)
}

/** What runs the programs, one after the other, and writes down what they print. */
const runner = (snippets: ReadonlyArray<Snippet>): string => `
import * as fs from "node:fs"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { OpenAi } from "effect-any-llm"

const server = process.env["SNIPPETS_SERVER"] ?? ""
const toServer = HttpClient.mapRequest((request: HttpClientRequest.HttpClientRequest) =>
  HttpClientRequest.setUrl(request, request.url.replace(/^https?:\\/\\/[^/]+/, server)))
const Client = Layer.map(NodeHttpClient.layerUndici, (context) => context).pipe(
  Layer.flatMap((context) => Layer.effect(HttpClient.HttpClient, Effect.map(HttpClient.HttpClient, toServer)).pipe(
    Layer.provide(Layer.succeedContext(context))
  ))
)
const Live = OpenAi.layerConfig({ model: "gpt-5-mini" }).pipe(Layer.provideMerge(Client))

let output = ""
const write = process.stdout.write
process.stdout.write = (piece: Uint8Array | string) => {
  output += typeof piece === "string" ? piece : new TextDecoder().decode(piece)
  return true
}
const ran: Record<string, { readonly output: string; readonly end: string }> = {}
const snippets = [
${snippets.map(({ file, name }) => `  [${JSON.stringify(name)}, () => import("./${file}")]`).join(",\n")}
] as const
for (const [name, load] of snippets) {
  output = ""
  const { program } = await load()
  const exit = await Effect.runPromiseExit(
    Effect.asVoid(program as Effect.Effect<unknown, unknown, Layer.Layer.Success<typeof Live>>).pipe(
      Effect.provide(Live),
      Effect.timeoutFail({ duration: "20 seconds", onTimeout: () => "it does not end" })
    )
  )
  ran[name] = { output, end: exit._tag === "Success" ? "ok" : Cause.pretty(exit.cause) }
}
process.stdout.write = write
fs.writeFileSync("ran.json", JSON.stringify(ran))
`

const write = (folder: string, snippets: ReadonlyArray<Snippet>): void => {
  const packages = path.join(folder, "node_modules")
  for (const name of ["effect", "@effect", "@types"]) {
    link(path.join(packages, name), path.join(Markdown.root, "node_modules", name))
  }
  link(path.join(packages, "effect-any-llm/src"), path.join(Markdown.root, "src"))
  const json = (file: string, value: unknown) => fs.writeFileSync(path.join(folder, file), JSON.stringify(value))
  json("node_modules/effect-any-llm/package.json", {
    name: "effect-any-llm",
    type: "module",
    exports: { ".": "./src/index.ts", "./*": "./src/*.ts" }
  })
  json("package.json", { type: "module" })
  json("tsconfig.json", { extends: path.join(Markdown.root, "tsconfig.json"), include: ["*.ts"] })
  for (const { file, standalone, text } of snippets) {
    fs.writeFileSync(path.join(folder, file), standalone ? text : `${text}\nexport { program }\n`)
  }
  fs.writeFileSync(path.join(folder, "run.ts"), runner(snippets.filter(({ standalone }) => !standalone)))
}

/** A process run to its end. */
const run = (folder: string, env: NodeJS.ProcessEnv, ...args: ReadonlyArray<string>): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 110_000
    })
    let output = ""
    let errors = ""
    child.stdout.setEncoding("utf8").on("data", (piece: string) => output += piece)
    child.stderr.setEncoding("utf8").on("data", (piece: string) => errors += piece)
    child.once("error", reject)
    child.once("close", (code, signal) => {
      resolve({ output, end: code === 0 ? "ok" : `${signal ?? code}: ${errors}` })
    })
  })

/** Type-checks and runs them all, at the same time. */
export const play = async (snippets: ReadonlyArray<Snippet>): Promise<Outcome> => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "effect-any-llm-snippets-"))
  const mock = script(new LLMock({ port: 0 }))
  try {
    write(folder, snippets)
    await mock.start()
    const env: NodeJS.ProcessEnv = {
      PATH: process.env["PATH"],
      SNIPPETS_SERVER: mock.url,
      OPENAI_API_KEY: "sk-test",
      OPENAI_BASE_URL: `${mock.url}/v1`,
      ANTHROPIC_API_KEY: "sk-ant-test",
      ANTHROPIC_BASE_URL: mock.url,
      EXAMPLE_API_KEY: "sk-example-test"
    }
    const tsx = ["--import", pathToFileURL(path.join(Markdown.root, "node_modules/tsx/dist/loader.mjs")).href]
    const [types, together, ...alone] = await Promise.all([
      run(folder, env, path.join(Markdown.root, "node_modules/typescript/bin/tsc"), "-p", "."),
      run(folder, env, ...tsx, "run.ts"),
      ...snippets.filter(({ standalone }) => standalone).map(async ({ file, name }) =>
        [name, await run(folder, env, ...tsx, file)] as const
      )
    ])
    if (together.end !== "ok") throw new Error(`the programs did not run: ${together.end}`)
    const ran: { readonly [name: string]: Ran } = JSON.parse(fs.readFileSync(path.join(folder, "ran.json"), "utf8"))
    return {
      types: types.end === "ok" ? "" : types.output + types.end,
      ran: new Map([...Object.entries(ran), ...alone])
    }
  } finally {
    await mock.stop()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}
