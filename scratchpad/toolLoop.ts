/**
 * Tools that run by themselves: Schemas and handlers, and a stream of all that happens between question and answer.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { ChatCompletionChunk, CompletionParams, Tool, Toolkit } from "../src/index.ts"
import * as Kit from "./kit.ts"

const Weather = Tool.make("weather", {
  description: "The weather in a city, now",
  parameters: Schema.Struct({ city: Schema.String }),
  success: Schema.Struct({ celsius: Schema.Number, sky: Schema.String })
})

const toolkit = Toolkit.make(Weather)

/** Handlers of one step run in parallel: Rome is ready first. */
const Handlers = toolkit.toLayer({
  weather: ({ city }) =>
    city === "Paris"
      ? Effect.delay(Effect.succeed({ celsius: 18, sky: "cloudy" }), "50 millis")
      : Effect.succeed({ celsius: 27, sky: "sunny" })
})

const show = (event: Toolkit.ToolEvent<typeof Weather>): Effect.Effect<void> => {
  switch (event._tag) {
    case "Chunk":
      return Kit.write(ChatCompletionChunk.text(event.chunk))
    case "ToolCall":
      return Kit.write(`asks ${event.call.function.name} ${event.call.function.arguments}\n`)
    case "ToolResult":
      return Kit.write(`told ${event.result.content}\n`)
    case "StepEnd":
      return Kit.write(`\nstep ${event.step}: ${event.completion.usage?.totalTokens} tokens\n\n`)
  }
}

const question = CompletionParams.make("What is the weather in Paris and in Rome?")

const program = Stream.runForEach(Toolkit.stream(toolkit, question), show)

Kit.main(Effect.provide(program, Layer.merge(Kit.provider, Handlers)))
