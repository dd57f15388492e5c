/**
 * The ways to end an answer early: what the caller sees, and what the server sees.
 */
import * as Console from "effect/Console"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { type CallOptions, CompletionParams, Provider } from "../src/index.ts"
import * as Kit from "./kit.ts"

const chunks = (options?: CallOptions.CallOptions) =>
  Provider.completionStream(CompletionParams.make("Tell me a long story."), options)

const story = (options?: CallOptions.CallOptions) => Stream.runDrain(chunks(options))

const report = (who: string, exit: Exit.Exit<void, Provider.CallError>) =>
  Effect.gen(function*() {
    const caller = Exit.match(exit, {
      onFailure: (cause) => cause._tag === "Fail" ? cause.error.message : "an interruption, and no error",
      onSuccess: () => "a stream that ends"
    })
    const server = yield* Effect.flatMap(Kit.Server, ({ saw }) => saw)
    yield* Console.log(`${who}\n  the caller sees: ${caller}\n  the server sees: ${server}\n`)
  })

const program = Effect.gen(function*() {
  // An Effect that ends when somebody has had enough.
  const enough = yield* Deferred.make<void>()
  const cancelled = yield* Effect.fork(story({ cancel: Deferred.await(enough) }))
  yield* Effect.sleep("1 second")
  yield* Deferred.succeed(enough, undefined)
  yield* report("cancel", yield* Fiber.await(cancelled))

  // The same for the world outside Effect.
  const controller = new AbortController()
  const aborted = yield* Effect.fork(story({ signal: controller.signal }))
  yield* Effect.sleep("1 second")
  controller.abort()
  yield* report("signal", yield* Fiber.await(aborted))
  yield* report("a signal that was aborted before", yield* Effect.exit(story({ signal: controller.signal })))

  // Effect's own way: the fiber goes, and with it the socket.
  const fiber = yield* Effect.fork(story())
  yield* Effect.sleep("1 second")
  yield* report("interruption", yield* Fiber.interrupt(fiber))

  // Whoever has enough of it takes no more.
  yield* report("five chunks", yield* Effect.exit(Stream.runDrain(Stream.take(chunks(), 5))))
})

Kit.main(Effect.provide(program, Kit.provider))
