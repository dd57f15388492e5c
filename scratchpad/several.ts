/**
 * Several providers in one program, each with a tag of its own: one writes, another judges.
 */
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { CompletionParams, Provider } from "../src/index.ts"
import * as Kit from "./kit.ts"

class Writer extends Context.Tag("scratchpad/Writer")<Writer, Provider.Service>() {}
class Judge extends Context.Tag("scratchpad/Judge")<Judge, Provider.Service>() {}

const program = Effect.gen(function*() {
  const writer = yield* Writer
  const judge = yield* Judge

  const written = yield* writer.completion(CompletionParams.make("Write a haiku about rain."))
  const haiku = written.choices[0]?.message.content ?? ""
  yield* Console.log(`${writer.id} writes:\n${haiku}\n`)

  const judged = yield* judge.completion(CompletionParams.make(`How good is this haiku? One line.\n\n${haiku}`))
  yield* Console.log(`${judge.id} judges:\n${judged.choices[0]?.message.content}`)
})

const Providers = Layer.merge(
  Layer.effect(Writer, Provider.Provider).pipe(Layer.provide(Kit.openAi)),
  Layer.effect(Judge, Provider.Provider).pipe(Layer.provide(Kit.anthropic))
)

Kit.main(Effect.provide(program, Providers))
