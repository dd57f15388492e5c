/**
 * Every fault of a response body as it was written, over real sockets on the three HttpClients.
 */
import { assert, describe, it, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Bytes from "../kit/bytes.ts"
import * as Clients from "../kit/clients.ts"
import * as Server from "../kit/server.ts"
import * as All from "./all.ts"
import type { Fault } from "./fault.ts"
import * as Runner from "./runner.ts"

Runner.watchRejections()

interface Scripted {
  readonly script: Server.Script
  /** How the server may see the response end. */
  readonly outcomes: ReadonlyArray<Server.Exchange["outcome"]>
}

/** A body that says itself when it is over is held open, and the client has to close. */
const scripted = (fault: Fault): Scripted => {
  const type = Runner.contentType(fault)
  const script = (end: Server.Step): Server.Script => ({
    // No connection waits for another request: each that is open at the end was forgotten.
    headers: { connection: "close", ...(type === undefined ? undefined : { "content-type": type }) },
    steps: [...Server.writes(Runner.pieces(fault)), end]
  })
  if (Runner.pass(fault, Runner.pieces(fault)).endsItself) {
    return { script: script(Server.expectClose(15_000)), outcomes: ["client"] }
  }
  return fault.then === "reset"
    ? { script: script(Server.destroy), outcomes: ["destroyed"] }
    // Who knows that it is whole before its end closes as well.
    : { script: script(Server.end), outcomes: ["done", "client"] }
}

const scripts: ReadonlyArray<Scripted> = All.bodies.map(scripted)

const numberOf = ({ headers }: Server.Exchange): number => Number(headers["x-fault"])

interface Way {
  readonly client: Clients.Client
  readonly server: Server.Server
  readonly providers: Runner.Providers
}

/** For each fault, what became of it on every client. */
class Plays extends Context.Tag("test/Plays")<Plays, ReadonlyArray<Deferred.Deferred<void>>>() {}

/** Each fault was asked for once, the client let go of each, and no socket is left. */
const isOver = ({ client, server }: Way): Effect.Effect<void> =>
  server.awaitClosed.pipe(
    Effect.timeoutFail({
      duration: "5 seconds",
      onTimeout: () => new Error(`${client.name}: ${server.openSockets()} sockets are left open`)
    }),
    Effect.orDie,
    Effect.map(() => {
      const asked = server.requests.map(numberOf)
      assert.strictEqual(new Set(asked).size, asked.length, `${client.name}: one request a fault`)
      const odd = server.requests.filter((request) =>
        scripts[numberOf(request)]?.outcomes.includes(request.outcome) !== true
      )
      assert.deepStrictEqual(odd.map((request) => [request.outcome, All.bodies[numberOf(request)]?.name]), [])
    })
  )

const wayOf = (client: Clients.Client) =>
  Effect.gen(function*() {
    const server = yield* Server.make((request) => scripts[numberOf(request)]?.script ?? { status: 418, steps: [] })
    const way: Way = { client, server, providers: yield* Runner.providers(client.layer, server.url) }
    // Before the clients are: what they closed at their own end would not count.
    yield* Effect.addFinalizer(() => isOver(way))
    return way
  })

const onEach = (ways: ReadonlyArray<Way>, fault: Fault, number: number): Effect.Effect<void> =>
  Effect.forEach(
    ways,
    ({ client, providers }) =>
      Effect.map(Runner.ask(fault, number, providers), (played) => Runner.check(fault, played, client.name)),
    {
      discard: true
    }
  )

/** So many at a time that nobody waits for a socket, and few enough that no call waits long for its turn. */
const together = 24

/** All of them begin at once, and each test waits for its own. */
const plays = Layer.scoped(
  Plays,
  Effect.gen(function*() {
    const ways = yield* Effect.forEach(Clients.all, wayOf)
    const plays = yield* Effect.forEach(All.bodies, () => Deferred.make<void>())
    yield* Effect.forkScoped(Effect.forEach(
      plays,
      (play, number) => Deferred.complete(play, onEach(ways, All.bodies[number] as Fault, number)),
      { concurrency: together, discard: true }
    ))
    return plays
  })
)

layer(plays, { excludeTestServices: true, timeout: "20 seconds" })("on fetch, node and undici", (it) => {
  for (const [number, fault] of All.bodies.entries()) {
    it.effect(
      All.titleOf(fault),
      () => Effect.flatMap(Plays, (plays) => plays[number] === undefined ? Effect.void : Deferred.await(plays[number])),
      // It waits for those before it as well.
      60_000
    )
  }
})

/** Compressed, each write flushed on its own: what was written comes, though the body is not over. */
describe("compressed", () => {
  for (const client of Clients.all) {
    for (const fault of All.bodies.filter(({ everyCut }) => everyCut === true)) {
      it.scopedLive(`5.9 ${client.name}, ${fault.dialect}: piece by piece, each flushed`, () =>
        Effect.gen(function*() {
          const steps = [...Server.writes(Bytes.every(Runner.whole(fault), 99)), Server.expectClose(15_000)]
          const headers = { "content-type": Runner.contentType(fault) ?? "" }
          const server = yield* Server.make([{ headers, steps, gzip: true }])
          Runner.check(fault, yield* Runner.over(fault, client.layer, server.url), client.name)
          assert.strictEqual((yield* server.awaitEnded(0)).outcome, "client")
        }))
    }
  }
})
