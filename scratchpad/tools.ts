/**
 * Tool calls: they arrive in fragments, are run when the answer is whole, and their results go into a second turn.
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { ChatCompletion, type ChatCompletionChunk, CompletionParams, Provider } from "../src/index.ts"
import * as Kit from "./kit.ts"

const weather = {
  name: "weather",
  description: "The weather in a city, now",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] }
}

const Arguments = Schema.parseJson(Schema.Struct({ city: Schema.String }))

/** What the model asked for; a mistake of its own is told to it, not to the user. */
const run = (call: ChatCompletion.CompletedToolCall) =>
  Schema.decode(Arguments)(call.function.arguments).pipe(
    Effect.map(({ city }) => city === "Paris" ? "18 degrees, cloudy" : "27 degrees, sunny"),
    Effect.match({
      onFailure: (error) => CompletionParams.tool(call.id, error.message, { isError: true }),
      onSuccess: (result) => CompletionParams.tool(call.id, result)
    })
  )

const question = CompletionParams.user("What is the weather in Paris and in Rome?")

const program = Effect.gen(function*() {
  const asked = yield* Provider.completionStream({ messages: [question], tools: [weather] }).pipe(
    Stream.tap(({ choices }) => Effect.forEach(choices[0]?.delta.toolCalls ?? [], show)),
    Stream.run(ChatCompletion.collect)
  )
  // `complete`: the answer ended properly, and the arguments are a JSON object.
  const calls = (asked.choices[0]?.message.toolCalls ?? []).filter((call) => call.complete)
  const results = yield* Effect.forEach(calls, run, { concurrency: "unbounded" })
  yield* Console.log(`\n\n${results.map((result) => result.content).join(" | ")}\n`)

  // The second turn: the question, what the model said, and the results.
  const messages = [question, ChatCompletion.toMessage(asked), ...results]
  yield* Stream.runForEach(Provider.completionStream({ messages, tools: [weather] }), Kit.show())
  yield* Kit.write("\n")
})

/** The first fragment of a call has its name, the others only more of the arguments. */
const show = ({ function: { arguments: text = "", name } }: ChatCompletionChunk.ToolCallDelta) =>
  Kit.write(name === undefined ? text : `\n${name} ${text}`)

Kit.main(Effect.provide(program, Kit.provider))
