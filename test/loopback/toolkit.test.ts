/**
 * A loop of tools that ends before its time, over real sockets on the three HttpClients: in a step, in a handler, and
 * between the two.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { performance } from "node:perf_hooks"
import * as Tool from "../../src/Tool.ts"
import * as Toolkit from "../../src/Toolkit.ts"
import * as Clients from "../kit/clients.ts"
import * as Server from "../kit/server.ts"
import * as Stalls from "../kit/stalls.ts"
import * as Wire from "./wire.ts"

/** Milliseconds from the interruption until the server sees its socket closed. */
const closeLimit = 100

/** This process is client and server. */
const clock = Stalls.start()
afterAll(clock.stop)

const toolkit = Toolkit.make(Tool.make("look"), Tool.make("wait"))

const event = (json: unknown): string => `data: ${JSON.stringify(json)}\n\n`

const choice = (delta: object, finish_reason: string | null = null) =>
  event({
    id: "c1",
    object: "chat.completion.chunk",
    created: 1,
    model: "m",
    choices: [{ index: 0, delta, finish_reason }]
  })

const callOf = (name: string, index: number) => ({
  index,
  id: `call_${name}`,
  type: "function",
  function: { name, arguments: "{}" }
})

/** An answer that calls both tools. */
const calls = Server.sse(
  choice({ role: "assistant", tool_calls: [callOf("look", 0)] }),
  choice({ tool_calls: [callOf("wait", 1)] }),
  choice({}, "tool_calls"),
  Wire.openAi.done
)

const text = Server.sse(Wire.openAi.open, Wire.openAi.text("done"), Wire.openAi.finish, Wire.openAi.done)

const hangs = Server.sse(Wire.openAi.open, Wire.openAi.text("a"), Server.expectClose())

const params = { messages: [{ role: "user", content: "Hi" }] } as const

interface Running {
  readonly reached: Deferred.Deferred<void>
  readonly interrupted: Array<string>
}

/** `look` answers at once, `wait` hangs where it is told to. */
const handlers = ({ interrupted, reached }: Running, waits: boolean) =>
  toolkit.toLayer({
    look: () => Effect.succeed("nothing"),
    wait: () =>
      waits
        ? Deferred.succeed(reached, undefined).pipe(
          Effect.zipRight(Effect.never),
          Effect.onInterrupt(() => Effect.sync(() => interrupted.push("wait")))
        )
        : Effect.succeed("waited")
  })

interface Place {
  readonly name: string
  readonly scripts: ReadonlyArray<Server.Script>
  readonly waits: boolean
  /** The event that the place is reached with; without one, a handler says so. */
  readonly at?: (event: Toolkit.ToolEvent<Tool.Any>) => boolean
  readonly interrupted: ReadonlyArray<string>
  readonly requests: number
}

const places: ReadonlyArray<Place> = [
  {
    name: "in the first step",
    scripts: [hangs],
    waits: false,
    at: ({ _tag }) => _tag === "Chunk",
    interrupted: [],
    requests: 1
  },
  { name: "in a handler", scripts: [calls], waits: true, interrupted: ["wait"], requests: 1 },
  {
    name: "between two steps",
    scripts: [calls, { before: [Server.expectClose()], steps: [] }],
    waits: false,
    at: ({ _tag }) => _tag === "StepEnd",
    interrupted: [],
    requests: 2
  },
  {
    name: "in the second step",
    scripts: [calls, hangs],
    waits: false,
    at: (event) => event._tag === "Chunk" && event.step === 2,
    interrupted: [],
    requests: 2
  }
]

for (const client of Clients.all) {
  // One at a time: they are about time.
  describe.sequential(`tools over ${client.name}`, () => {
    it.scopedLive("two steps over one server", () =>
      Effect.gen(function*() {
        const server = yield* Server.make([calls, text])
        const running: Running = { reached: yield* Deferred.make<void>(), interrupted: [] }
        const events = yield* Stream.runCollect(Toolkit.stream(toolkit, params)).pipe(Effect.provide(Layer.merge(
          Layer.provide(Wire.openAi.layer({ baseUrl: server.url, retry: false }), client.layer),
          handlers(running, false)
        )))
        assert.deepStrictEqual(
          [...events].flatMap((event) => event._tag === "ToolResult" ? [event.result.content] : []).sort(),
          ["nothing", "waited"]
        )
        const [, second] = server.requests
        const { messages }: { messages: ReadonlyArray<{ role: string }> } = JSON.parse(second?.body ?? "")
        assert.deepStrictEqual(messages.map(({ role }) => role), ["user", "assistant", "tool", "tool"])
      }))

    for (const { at, interrupted, name, requests, scripts, waits } of places) {
      it.scopedLive(`interrupted ${name}: handlers end, and the socket closes`, () =>
        Effect.gen(function*() {
          const server = yield* Server.make(scripts)
          const running: Running = { reached: yield* Deferred.make<void>(), interrupted: [] }
          const fiber = yield* Toolkit.stream(toolkit, params).pipe(
            Stream.runForEach((event) =>
              at?.(event) === true ? Deferred.succeed(running.reached, undefined) : Effect.void
            ),
            Effect.provide(Layer.merge(
              Layer.provide(Wire.openAi.layer({ baseUrl: server.url, retry: false }), client.layer),
              handlers(running, waits)
            )),
            Effect.fork
          )
          yield* Deferred.await(running.reached)
          yield* server.awaitRequests(requests)
          yield* Effect.sleep("20 millis")
          const asked = performance.now()
          const exit = yield* Fiber.interrupt(fiber)
          assert.isBelow(clock.elapsed(asked, performance.now()), closeLimit)
          assert.isTrue(Exit.isInterrupted(exit))
          assert.deepStrictEqual(running.interrupted, interrupted)
          assert.strictEqual(server.requests.length, requests)
          const ended = yield* server.awaitEnded(requests - 1)
          if (!waits) {
            assert.strictEqual(ended.outcome, "client")
            assert.isBelow(clock.elapsed(asked, ended.endedAt ?? Infinity), closeLimit)
          }
        }))
    }
  })
}
