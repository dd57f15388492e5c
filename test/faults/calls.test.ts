/**
 * Faults of whole calls: on the clock of the test, and the same over real sockets where only sockets show them.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { Timeout } from "../../src/ProviderError.ts"
import * as Timed from "../internal/timed.ts"
import * as Bytes from "../kit/bytes.ts"
import * as Clients from "../kit/clients.ts"
import * as Play from "../kit/play.ts"
import * as Server from "../kit/server.ts"
import * as All from "./all.ts"
import * as Calls from "./calls.ts"
import { anthropic, openAi, type Words } from "./fault.ts"
import * as Runner from "./runner.ts"

Runner.watchRejections()

const isWithin = (millis: number | undefined, [from, to]: readonly [number, number], what: string): void => {
  // The jitter is a fraction, and a sum of fractions is off in the last digits.
  const rounded = Math.round((millis ?? -1) * 1_000) / 1_000
  assert.isTrue(rounded >= from && rounded <= to, `${what}: ${rounded} is not within ${from} and ${to}`)
}

describe("on the clock", () => {
  for (const fault of Calls.calls) {
    it.effect(All.titleOf(fault), () =>
      Effect.gen(function*() {
        let released: number | undefined = undefined
        const release = Effect.map(Clock.currentTimeMillis, (now) => {
          released ??= now
        })
        const server = Timed.server(...fault.answers(release, Runner.key))
        const played = yield* Timed.run(server, {
          provider: Runner.target(fault.dialect, "http://in.memory", {}),
          call: fault.call
        }, "1 hour")
        const end = played.ended() ?? assert.fail("it still runs")
        assert.deepStrictEqual(Runner.tell(played.chunks), [...fault.told])
        isWithin(end.at, fault.at, "the end")
        assert.lengthOf(server.sent, fault.requests)
        if (fault.releasedAt !== undefined) isWithin(released, fault.releasedAt, "the body is let go")
        if (fault.end === "success") return assert.deepStrictEqual(end.exit, Exit.void)
        const facts = { contentEmitted: fault.told.length > 0, attempts: fault.requests }
        const error = played.error()
        if ("timeout" in fault.end) assert.deepInclude(error, { _tag: "Timeout", phase: fault.end.timeout, ...facts })
        else Runner.checkError(error, fault.end, facts, fault.name)
        if (fault.retryAfter !== undefined) {
          const asked = error._tag === "ProviderError" && "retryAfter" in error.reason
            ? error.reason.retryAfter
            : undefined
          assert.strictEqual(asked === undefined ? undefined : Duration.toMillis(asked), fault.retryAfter)
        }
        Runner.keepsSecrets(end.exit, fault.name)
      }))
  }
})

const words: ReadonlyArray<Words> = [openAi, anthropic]

const short = { headers: "600 millis", firstContent: "600 millis", idle: "600 millis" } as const

const over = (client: Clients.Client, w: Words, url: string, call: Parameters<typeof Play.play>[2] = {}) =>
  Play.play(
    Layer.provide(Runner.target(w.dialect, url), client.layer),
    { messages: [{ role: "user", content: "hi" }] },
    call
  )

const errorOf = (exit: Play.Played["exit"]) =>
  Exit.isFailure(exit) && exit.cause._tag === "Fail" ? exit.cause.error : assert.fail(`no failure: ${String(exit)}`)

describe("over sockets", () => {
  for (const client of Clients.all) {
    for (const w of words) {
      const title = `${client.name}, ${w.dialect}`

      const silences: ReadonlyArray<readonly [string, Server.Script, Timeout["phase"], number]> = [
        ["19.1 silence after a text", Server.sse(w.open + w.C("a"), Server.expectClose()), "idle", 1],
        ["19.3 headers, and silence", Server.sse(Server.expectClose()), "firstContent", 0],
        ["19.3 no headers", { before: [Server.expectClose()], steps: [] }, "headers", 0]
      ]
      for (const [name, script, phase, chunks] of silences) {
        it.scopedLive(`${name}, ${title}`, () =>
          Effect.gen(function*() {
            const server = yield* Server.make([script])
            const timeouts = phase === "headers" ? short : { ...short, headers: "5 seconds" as const }
            const limits = phase === "idle" ? { ...timeouts, firstContent: "5 seconds" as const } : timeouts
            const { chunks: told, exit } = yield* over(client, w, server.url, { call: { timeouts: limits } })
            assert.deepInclude(errorOf(exit), { _tag: "Timeout", phase })
            assert.lengthOf(told, chunks)
            assert.strictEqual((yield* server.awaitEnded(0)).outcome, "client")
          }))
      }

      it.scopedLive(`19.4 the end, and a connection that stays open, ${title}`, () =>
        Effect.gen(function*() {
          const server = yield* Server.make([Server.sse(w.open + w.C("a") + w.F + w.D, Server.expectClose())])
          // The layer outlives the call: what closes the connection is not its end.
          const context = yield* Layer.build(Layer.provide(Runner.target(w.dialect, server.url), client.layer))
          const { exit } = yield* Play.play(Layer.succeedContext(context), {
            messages: [{ role: "user", content: "hi" }]
          })
          assert.isTrue(Exit.isSuccess(exit))
          assert.strictEqual((yield* server.awaitEnded(0)).outcome, "client")
        }))

      for (const status of [301, 302, 303, 307, 308]) {
        it.scopedLive(`19.43 ${status} to another origin, ${title}`, () =>
          Effect.gen(function*() {
            const other = yield* Server.make([])
            const server = yield* Server.make([{ status, headers: { location: `${other.url}/x` }, steps: [] }])
            const { exit } = yield* over(client, w, server.url)
            const error = errorOf(exit)
            assert.isTrue(error._tag === "ProviderError" && error.reason._tag === "UnexpectedBody")
            assert.isFalse(error.isRetryable)
            assert.include(error.message, other.url)
            assert.strictEqual(other.connections(), 0)
            Runner.keepsSecrets(exit, title)
          }))
      }

      it.scopedLive(`19.44 401 that repeats the key, ${title}`, () =>
        Effect.gen(function*() {
          const server = yield* Server.make((request) => ({
            ...Server.json({
              error: { message: `no: ${request.headers["x-api-key"] ?? request.headers.authorization}` }
            }),
            status: 401
          }))
          const { exit } = yield* over(client, w, server.url)
          assert.deepInclude(errorOf(exit), { _tag: "ProviderError", status: 401 })
          assert.include(JSON.stringify(server.requests[0]?.headers), Runner.key)
          Runner.keepsSecrets(exit, title)
        }))

      it.scopedLive(`11 a connection that breaks before the headers, then an answer, ${title}`, () =>
        Effect.gen(function*() {
          const server = yield* Server.make([
            { before: [Server.reset], steps: [] },
            Server.sse(w.open + w.C("a") + w.F + w.D)
          ])
          const { chunks, exit } = yield* Play.play(
            Layer.provide(
              Runner.target(w.dialect, server.url, { apiKey: Redacted.make(Runner.key), retry: Runner.atOnce }),
              client.layer
            ),
            { messages: [{ role: "user", content: "hi" }] }
          )
          assert.isTrue(Exit.isSuccess(exit))
          assert.deepStrictEqual(Runner.tell(chunks), [{ content: "a" }, w.stopped])
          assert.lengthOf(server.requests, 2)
        }))
    }
  }
})

const mebi = 1024 * 1024

/** Pieces of 64 KiB, as many as are asked for, between a beginning and an end. */
const pieces = function*(count: number, fill: string, begin: string, end: string, taken: { count: number }) {
  const piece = Bytes.bytesOf(fill.repeat(Math.ceil(65_536 / fill.length)))
  yield Bytes.bytesOf(begin)
  while (taken.count < count) {
    taken.count++
    yield piece
  }
  yield Bytes.bytesOf(end)
}

// After the others: while one of these computes, no socket of theirs is served.
describe.sequential("large", () => {
  for (const w of words) {
    const [before, after] = (w.open + w.C("|") + w.F + w.D).split("|") as [string, string]

    it(`19.45 ${w.dialect}: 1 MiB of content in pieces of 16 bytes, in linear time`, () => {
      const fault = {
        covers: [],
        name: "",
        dialect: w.dialect,
        pieces: [before, "x".repeat(mebi), after],
        told: [],
        end: "success"
      } as const
      const cut = Bytes.every(Runner.whole(fault), 16)
      const seconds = (): number => {
        const from = process.cpuUsage()
        assert.lengthOf(Runner.pass(fault, cut).chunks, 2)
        const { system, user } = process.cpuUsage(from)
        return (system + user) / 1e6
      }
      seconds()
      // Quadratic time would be some 30 seconds.
      assert.isBelow(Math.min(seconds(), seconds(), seconds()), 0.2)
    })

    const endless: ReadonlyArray<readonly [string, string, string]> = [
      ["a line without an end", "x", before],
      ["lines of data without a blank one", "data: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", `${w.open}data: x\n`],
      ["a comment without an end", "x", `${w.open}: `],
      ["white space after a brace", " ", "{"]
    ]
    for (const [name, fill, begin] of endless) {
      it.live(`19.45 ${w.dialect}: ${name}`, () =>
        Effect.gen(function*() {
          const taken = { count: 0 }
          const { chunks, exit } = yield* Runner.read(w.dialect, pieces(20 * 1024, fill, begin, "", taken))
          const error = errorOf(exit)
          assert.isTrue(error._tag === "ProviderError" && error.reason._tag === "EventTooLarge", error.message)
          assert.lengthOf(chunks, 0)
          // 16 Mi characters, and what a parser notices late: of the 1.25 GiB that were there for the taking.
          assert.isAtMost(taken.count * 65_536, 20 * mebi)
        }))
    }

    it.live(`15.14 ${w.dialect}: an event of 11 MiB`, () =>
      Effect.gen(function*() {
        const { chunks, exit } = yield* Runner.read(w.dialect, pieces(11 * 16, "x", before, after, { count: 0 }))
        assert.isTrue(Exit.isSuccess(exit))
        assert.strictEqual(chunks[0]?.choices[0]?.delta.content?.length, 11 * mebi)
      }))
  }
})
