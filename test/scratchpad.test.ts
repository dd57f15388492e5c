/**
 * The scripts, each run as a program of its own without keys; and `npm start` against servers that misbehave.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { build } from "esbuild"
import { type ChildProcessByStdio, spawn } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Readable } from "node:stream"
import { fileURLToPath } from "node:url"
import { afterAll } from "vitest"

const root = fileURLToPath(new URL("..", import.meta.url))

type Environment = Readonly<Record<string, string>>

interface Script {
  readonly child: ChildProcessByStdio<null, Readable, Readable>
  /** What it wrote so far, and when. */
  readonly writes: ReadonlyArray<{ readonly text: string; readonly at: number }>
  readonly stdout: () => string
  readonly ended: Effect.Effect<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>
}

const folder = mkdtempSync(join(tmpdir(), "scratchpad-"))
afterAll(() => rmSync(folder, { recursive: true }))

/** The scripts with all that they import: loading them module by module through tsx takes five times as long. */
const bundled = build({
  entryPoints: [join(root, "scratchpad/*.ts")],
  outdir: folder,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  // Dependencies that are CommonJS require what node brings.
  banner: { js: "import { createRequire } from \"node:module\"; const require = createRequire(import.meta.url)" },
  logLevel: "error"
})

const bundle = (name: string): ReadonlyArray<string> => [join(folder, `${name}.mjs`)]

const asWritten = (name: string): ReadonlyArray<string> => ["--import", "tsx", `scratchpad/${name}.ts`]

/** Nothing of this process' environment but where programs are: no keys, no base URLs, no colours. */
const start = (program: ReadonlyArray<string>, environment: Environment = {}) =>
  Effect.acquireRelease(
    Effect.map(Effect.promise(() => bundled), (): Script => {
      const child = spawn(process.execPath, program, {
        cwd: root,
        env: { PATH: process.env["PATH"], ...environment },
        stdio: ["ignore", "pipe", "pipe"],
        // A group of its own: a terminal sends Ctrl-C to all of one.
        detached: true
      })
      const writes: Array<{ readonly text: string; readonly at: number }> = []
      let stderr = ""
      child.stdout.setEncoding("utf8").on("data", (text: string) => writes.push({ text, at: performance.now() }))
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        stderr += text
      })
      const stdout = () => writes.map(({ text }) => text).join("")
      const closed = new Promise<number | null>((resolve) => child.once("close", resolve))
      return {
        child,
        writes,
        stdout,
        ended: Effect.map(Effect.promise(() => closed), (code) => ({ code, stdout: stdout(), stderr }))
      }
    }),
    (script) => Effect.sync(() => signal(script, "SIGKILL"))
  )

/** To the program and to those that it started. */
const signal = ({ child }: Script, name: NodeJS.Signals): void => {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, name)
}

const run = (name: string, environment?: Environment) =>
  Effect.flatMap(start(bundle(name), environment), ({ ended }) => ended)

/** Waits until a script has written something. */
const until = (script: Script, text: string): Effect.Effect<void> =>
  Effect.suspend(() => script.stdout().includes(text) ? Effect.void : Effect.delay(until(script, text), "10 millis"))

const listen = (answer: http.RequestListener) =>
  Effect.acquireRelease(
    Effect.async<http.Server>((resume) => {
      const server = http.createServer((request, response) => {
        request.resume()
        answer(request, response)
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  ).pipe(
    // `address` is an AddressInfo while a server listens on a port.
    Effect.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  )

const eventStream = { "content-type": "text/event-stream" }

const event = (delta: Readonly<Record<string, string>>, rest?: Readonly<Record<string, unknown>>): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, ...rest }] })}\n\n`

const usageEvent =
  "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4,\"total_tokens\":7}}\n\n"

const openAi = (url: string): Environment => ({ OPENAI_API_KEY: "sk-fake", OPENAI_BASE_URL: `${url}/v1` })

const lines = (...all: ReadonlyArray<string>): string => `${all.join("\n")}\n`

const over = (dialect: string, keys: string): string =>
  `Over an embedded server that speaks ${dialect}'s dialect; set ${keys} for the real one.\n`

const either = over("Anthropic", "OPENAI_API_KEY or ANTHROPIC_API_KEY")
const rivers = "The Nile, the Amazon and the Danube."

const atEase = { timeout: 60_000 }

/** What each script writes; a RegExp where time has a say. */
const scripts: Readonly<Record<string, string | RegExp>> = {
  streaming: lines(either, rivers),
  collecting: lines(
    either,
    rivers,
    "stop, 22 tokens",
    "drawn with 5, 10, 15, 20, 25, 30, 35, 36 characters",
    `Success: ${rivers}`
  ),
  completion: lines(either, rivers, "claude-sonnet-4-5: stop, 22 tokens"),
  tools: lines(
    either,
    "",
    "weather {\"city\":\"Paris\"}",
    "weather {\"city\":\"Rome\"}",
    "",
    "18 degrees, cloudy | 27 degrees, sunny",
    "",
    "In Paris it is 18 degrees and cloudy, in Rome 27 degrees and sunny."
  ),
  toolLoop: lines(
    either,
    "asks weather {\"city\":\"Paris\"}",
    "asks weather {\"city\":\"Rome\"}",
    "told {\"celsius\":27,\"sky\":\"sunny\"}",
    "told {\"celsius\":18,\"sky\":\"cloudy\"}",
    "",
    "step 1: 122 tokens",
    "",
    "In Paris it is 18 degrees and cloudy, in Rome 27 degrees and sunny.",
    "step 2: 181 tokens",
    ""
  ),
  approval: lines(
    either,
    "list_files {\"folder\":\"notes\"}? yes",
    "delete_file {\"path\":\"notes/old.txt\"}? no",
    "Only notes.txt is there; I have deleted nothing."
  ),
  extraction: lines(
    either,
    "... dish",
    "... minutes",
    "... ingredients",
    "Pancakes, 20 minutes: flour, milk, eggs"
  ),
  bridge: lines(
    either,
    "weather in Paris",
    "weather in Rome",
    "18 degrees, cloudy",
    "27 degrees, sunny",
    "",
    "In Paris it is 18 degrees and cloudy, in Rome 27 degrees and sunny."
  ),
  reasoning: lines(
    over("Anthropic", "ANTHROPIC_API_KEY"),
    "Compare 9.11 with 9.90: the tenths decide, and 1 is less than 9.",
    "",
    "No: 9.9 is greater, because 9.9 is 9.90.",
    "",
    "2 native blocks go back",
    "",
    "Smaller than both."
  ),
  cancellation: new RegExp([
    "cancel",
    "  the caller sees: anthropic .*: the call was cancelled.*",
    "  the server sees: the connection closed after .* s, the answer unfinished",
    "",
    "signal",
    "  the caller sees: anthropic .*: the call was cancelled \\(the signal was aborted\\).*",
    "  the server sees: the connection closed after .* s, the answer unfinished",
    "",
    "a signal that was aborted before",
    "  the caller sees: anthropic .*: the call was cancelled \\(the signal was aborted\\)\\. .*",
    "  the server sees: nothing",
    "",
    "interruption",
    "  the caller sees: an interruption, and no error",
    "  the server sees: the connection closed after .* s, the answer unfinished",
    "",
    "five chunks",
    "  the caller sees: a stream that ends",
    "  the server sees: the connection closed after .* s, the answer unfinished",
    "\n$"
  ].join("\n")),
  timeouts: new RegExp([
    "headers: anthropic .*: no response within 20ms\\. .*",
    "  text came before: no",
    "firstContent: anthropic .*: no content within 20ms\\. .*",
    "  text came before: no",
    "idle: anthropic .*: no content for 2ms.*",
    "  text came before: yes",
    "total: anthropic .*: not done within 300ms\\. .*",
    "  text came before: no",
    "$"
  ].join("\n")),
  errors: new RegExp([
    "^wrong-key",
    "  openai gpt-nine: the API key was not accepted .*, HTTP 401, request req_42\\. Check the key\\.",
    "  a fresh request is sane: no",
    "wrong-model",
    "  openai gpt-nine: the model was not found .*, HTTP 404, .*",
    "  a fresh request is sane: no",
    "no-quota",
    "  openai gpt-nine: the account has no quota or credit left .*, HTTP 429, .*",
    "  a fresh request is sane: no",
    "html-page",
    "  openai gpt-nine: the answer is not what was asked for \\(text/html\\)\\. .*",
    "  a fresh request is sane: yes",
    "cut-stream",
    "  text: So far",
    "  openai gpt-nine: .*",
    "  a fresh request is sane: yes",
    "error-in-mid-stream",
    "  text: So far",
    "  openai gpt-nine: the provider failed \\(Out of memory\\.\\).*",
    "  a fresh request is sane: yes",
    "dead-port",
    "  openai gpt-nine: the connection failed \\(ECONNREFUSED.*",
    "  a fresh request is sane: yes",
    "no-key",
    "  OPENAI_API_KEY is not set",
    "$"
  ].join("\n")),
  swap: lines(over("OpenAI", "OPENAI_API_KEY"), rivers, "", over("Anthropic", "ANTHROPIC_API_KEY"), rivers, ""),
  several: lines(
    over("OpenAI", "OPENAI_API_KEY"),
    over("Anthropic", "ANTHROPIC_API_KEY"),
    "openai writes:",
    "Rain on the tin roof,",
    "each drop a small messenger:",
    "the garden listens.",
    "",
    "anthropic judges:",
    "8 of 10: the last line earns it."
  ),
  route: lines(
    "Over an embedded server; set OPENAI_API_KEY and ANTHROPIC_API_KEY for the real ones.",
    "",
    "openai:gpt-5-mini, without reasoning",
    rivers,
    "",
    "anthropic:claude-sonnet-4-5, which shows reasoning",
    rivers,
    "",
    "antropic claude-sonnet-4-5: no such provider (did you mean `anthropic`? known are openai, anthropic). " +
      "Check the id, or reach the server with OpenAiCompatible.layer."
  ),
  injected: lines("passed")
}

describe("scratchpad", () => {
  it("each script is run here", () => {
    const files = readdirSync(`${root}/scratchpad`, { withFileTypes: true }).filter((entry) => entry.isFile())
    const names = files.map(({ name }) => name.replace(/\.ts$/, ""))
    assert.deepStrictEqual(names.sort(), [...Object.keys(scripts), "start", "embedded", "kit"].sort())
  })

  for (const [name, output] of Object.entries(scripts)) {
    it.scopedLive(
      name,
      () =>
        Effect.gen(function*() {
          const { code, stderr, stdout } = yield* run(name)
          assert.strictEqual(stderr, "")
          if (typeof output === "string") assert.strictEqual(stdout, output)
          else assert.match(stdout, output)
          assert.strictEqual(code, 0)
        }),
      atEase
    )
  }
})

describe("npm start", () => {
  it.scopedLive(
    "without a key: token by token from the embedded server, and what it took",
    () =>
      Effect.gen(function*() {
        const script = yield* start(asWritten("start"))
        const { code, stderr, stdout } = yield* script.ended
        assert.strictEqual(stderr, "")
        assert.strictEqual(code, 0)
        assert.isTrue(stdout.startsWith(either))
        assert.include(stdout, "of the frequency.\n\nSunlight holds every colour.")
        assert.match(
          stdout,
          /\n\nfinish reason stop, 14 \+ 92 tokens, first token after \d\.\d\d s, \d+ tokens a second\n$/
        )
        // No terminal, no colours.
        assert.notInclude(stdout, "\u001B")
        const times = script.writes.map(({ at }) => at)
        assert.isAtLeast(times.length, 20)
        assert.isAtLeast((times.at(-1) ?? 0) - (times[1] ?? 0), 1_000)
      }),
    atEase
  )

  it.scopedLive("writes what came before the rest is sent", () =>
    Effect.gen(function*() {
      const rest = yield* Deferred.make<void>()
      const seen: Array<string> = []
      const url = yield* listen((request, response) => {
        seen.push(`${request.url} ${request.headers.authorization}`)
        response.writeHead(200, eventStream)
        response.write(event({ content: "The first half, " }))
        void Effect.runPromise(Deferred.await(rest)).then(() =>
          response.end(`${event({ content: "and the second." })}${event({}, { finish_reason: "stop" })}${usageEvent}`)
        )
      })
      const script = yield* start(bundle("start"), openAi(url))
      yield* until(script, "The first half, ")
      yield* Deferred.succeed(rest, undefined)
      const { code, stdout } = yield* script.ended
      assert.strictEqual(code, 0)
      assert.isTrue(
        stdout.startsWith("Over OpenAI.\n\nThe first half, and the second.\n\nfinish reason stop, 3 + 4 tokens")
      )
      assert.deepStrictEqual(seen, ["/v1/chat/completions Bearer sk-fake"])
    }), atEase)

  it.scopedLive("with Anthropic's key alone it is Anthropic", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const url = yield* listen((request, response) => {
        seen.push(`${request.url} ${request.headers["x-api-key"]}`)
        response.writeHead(404, { "content-type": "application/json" })
        response.end("{\"type\":\"error\",\"error\":{\"type\":\"not_found_error\",\"message\":\"model: nobody\"}}")
      })
      const { code, stderr } = yield* run("start", { ANTHROPIC_API_KEY: "sk-ant-fake", ANTHROPIC_BASE_URL: url })
      assert.deepStrictEqual(seen, ["/v1/messages sk-ant-fake"])
      assert.match(stderr, /^anthropic claude-sonnet-4-5: the model was not found .*, HTTP 404\. .*\n$/)
      assert.strictEqual(code, 1)
    }), atEase)

  it.scopedLive("Ctrl-C in the middle closes the socket and leaves the terminal clean", () =>
    Effect.gen(function*() {
      const closed = yield* Deferred.make<number>()
      const url = yield* listen((_, response) => {
        response.writeHead(200, eventStream)
        const timer = setInterval(() => response.write(event({ reasoning_content: "Hm. " })), 20)
        response.once("close", () => {
          clearInterval(timer)
          Deferred.unsafeDone(closed, Effect.succeed(performance.now()))
        })
      })
      const script = yield* start(asWritten("start"), { ...openAi(url), FORCE_COLOR: "1" })
      yield* until(script, "Hm. ")
      const pressed = performance.now()
      // The terminal sends it to all, and npm hands it on.
      signal(script, "SIGINT")
      signal(script, "SIGINT")
      assert.isBelow((yield* Deferred.await(closed)) - pressed, 1_000)
      const { code, stderr, stdout } = yield* script.ended
      assert.strictEqual(code, 130)
      assert.strictEqual(stderr, "")
      // Nothing is left dimmed, and the prompt comes on a line of its own.
      assert.strictEqual(stdout.replaceAll("\u001B[2mHm. \u001B[22m", ""), "Over OpenAI.\n\n\n")
    }), atEase)

  it.scopedLive("a wrong key is told in one line", () =>
    Effect.gen(function*() {
      const url = yield* listen((_, response) => {
        response.writeHead(401, { "content-type": "application/json" })
        response.end("{\"error\":{\"message\":\"Incorrect API key provided.\",\"code\":\"invalid_api_key\"}}")
      })
      const { code, stderr } = yield* run("start", openAi(url))
      assert.strictEqual(
        stderr,
        "openai gpt-5-mini: the API key was not accepted (Incorrect API key provided.), HTTP 401. Check the key.\n"
      )
      assert.strictEqual(code, 1)
    }), atEase)

  it.scopedLive(
    "so are a dead port, a URL that is none, and a stream that breaks off after its first words",
    () =>
      Effect.gen(function*() {
        const url = yield* listen((_, response) => {
          response.writeHead(200, eventStream)
          response.end(event({ content: "So far" }))
        })
        const [dead, none, broken] = yield* Effect.all([
          run("start", openAi("http://127.0.0.1:9")),
          run("start", openAi("nowhere")),
          run("start", openAi(url))
        ], { concurrency: "unbounded" })
        assert.match(dead.stderr, /^openai gpt-5-mini: the connection failed \(ECONNREFUSED, .*\n$/)
        assert.match(none.stderr, /^openai gpt-5-mini: .*URL.*\n$/)
        assert.match(broken.stderr, /^openai gpt-5-mini: the stream ended before the answer was complete\. .*\n$/)
        assert.strictEqual(broken.stdout, "Over OpenAI.\n\nSo far\n")
        assert.deepStrictEqual([dead.code, none.code, broken.code], [1, 1, 1])
      }),
    atEase
  )
})
