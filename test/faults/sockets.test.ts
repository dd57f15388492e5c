/**
 * Every fault of a response body as it was written, over real sockets on the three HttpClients.
 */
import { assert, describe, it, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Bytes from "../kit/bytes.ts"
import * as Clients from "../kit/clients.ts"
import * as Server from "../kit/server.ts"
import * as All from "./all.ts"
import type { Fault } from "./fault.ts"
import * as Runner from "./runner.ts"

Runner.watchRejections()

/** What follows the bytes: a body that says itself when it is over is held open, and the client has to close. */
const ending = (fault: Fault): Server.Step => {
  if (Runner.pass(fault, Runner.pieces(fault)).endsItself) return Server.expectClose()
  return fault.then === "reset" ? Server.destroy : Server.end
}

const scriptOf = (fault: Fault): Server.Script => {
  const type = Runner.contentType(fault)
  return {
    // No connection waits for another request: each that is open at the end was forgotten.
    headers: { connection: "close", ...(type === undefined ? undefined : { "content-type": type }) },
    steps: [...Server.writes(Runner.pieces(fault)), ending(fault)]
  }
}

/** How the server sees a response end: it closes, or waits until the client does. */
const outcomes = (fault: Fault): ReadonlyArray<Server.Exchange["outcome"]> => {
  const step = ending(fault)
  if (step._tag === "ExpectClose") return ["client"]
  // Who knows that it is whole before its end closes as well.
  return step._tag === "Destroy" ? ["destroyed"] : ["done", "client"]
}

/** Three servers, one a client; a fault's number is the beginning of the path. */
class Faulty extends Context.Tag("test/Faulty")<Faulty, ReadonlyArray<readonly [Clients.Client, Server.Server]>>() {}

const faulty = Layer.scoped(
  Faulty,
  Effect.forEach(Clients.all, (client) => {
    const server = Server.make(({ url }) => {
      const fault = All.bodies[Number(url.split("/")[1])]
      return fault === undefined ? { status: 418, steps: [] } : scriptOf(fault)
    })
    return Effect.map(
      Effect.tap(server, ({ awaitClosed }) => Effect.addFinalizer(() => noneOpen(client, awaitClosed))),
      (server) => [client, server] as const
    )
  })
)

const noneOpen = (client: Clients.Client, awaitClosed: Effect.Effect<void>): Effect.Effect<void> =>
  Effect.timeoutFail(awaitClosed, {
    duration: "5 seconds",
    onTimeout: () => new Error(`${client.name}: sockets are left open`)
  }).pipe(Effect.orDie)

const over = (fault: Fault, number: number) => ([client, server]: readonly [Clients.Client, Server.Server]) =>
  Effect.gen(function*() {
    Runner.check(fault, yield* Runner.over(fault, client.layer, `${server.url}/${number}`), client.name)
    const mine = server.requests.flatMap(({ url }, index) => url.startsWith(`/${number}/`) ? [index] : [])
    assert.lengthOf(mine, 1, `${client.name}: requests`)
    const { outcome } = yield* server.awaitEnded(mine[0] ?? -1)
    assert.include(outcomes(fault), outcome, client.name)
  })

layer(faulty, { excludeTestServices: true })("on fetch, node and undici", (it) => {
  for (const [number, fault] of All.bodies.entries()) {
    it.effect(
      All.titleOf(fault),
      () =>
        Effect.flatMap(
          Faulty,
          (servers) => Effect.forEach(servers, over(fault, number), { concurrency: "unbounded", discard: true })
        )
    )
  }
})

/** Compressed, each write flushed on its own: what was written comes, though the body is not over. */
describe("compressed", () => {
  for (const client of Clients.all) {
    for (const fault of All.bodies.filter(({ everyCut }) => everyCut === true)) {
      it.scopedLive(`5.9 ${client.name}, ${fault.dialect}: piece by piece, each flushed`, () =>
        Effect.gen(function*() {
          const steps = [...Server.writes(Bytes.every(Runner.whole(fault), 7)), Server.expectClose()]
          const server = yield* Server.make([{ headers: { "content-type": "text/event-stream" }, steps, gzip: true }])
          Runner.check(fault, yield* Runner.over(fault, client.layer, server.url), client.name)
          assert.strictEqual((yield* server.awaitEnded(0)).outcome, "client")
        }))
    }
  }
})
