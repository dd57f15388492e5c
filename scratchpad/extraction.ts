/**
 * A value out of a text, drawn as it is written: the fields that there are so far, and last the value, decoded.
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { CompletionParams, Provider } from "../src/index.ts"
import * as Kit from "./kit.ts"

const Recipe = Schema.Struct({
  dish: Schema.String,
  minutes: Schema.Int,
  ingredients: Schema.Array(Schema.String),
  since: Schema.optional(Schema.Date)
})

const params = CompletionParams.make("Give me a recipe for pancakes, as data.")

/** One line for each field, when it first appears. */
const program = Effect.suspend(() => {
  const seen = new Set<string>()
  return Provider.objectStream(Recipe, params, { name: "recipe" }).pipe(
    Stream.runForEach((event) => {
      if (!("partial" in event)) {
        const { dish, ingredients, minutes } = event.value
        return Console.log(`${dish}, ${minutes} minutes: ${ingredients.join(", ")}`)
      }
      const fresh = Object.keys(event.partial).filter((key) => !seen.has(key))
      for (const key of fresh) seen.add(key)
      return Effect.forEach(fresh, (key) => Console.log(`... ${key}`), { discard: true })
    })
  )
})

Kit.main(Effect.provide(program, Kit.provider))
