/**
 * The whole answer at once, without a stream: one request, one JSON document.
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { CompletionParams, Provider } from "../src/index.ts"
import * as Kit from "./kit.ts"

const program = Effect.gen(function*() {
  const answer = yield* Provider.completion(
    CompletionParams.make([
      CompletionParams.system("Answer in one line."),
      CompletionParams.user("Name three rivers.")
    ], { maxTokens: 2000 })
  )
  yield* Console.log(answer.choices[0]?.message.content)
  yield* Console.log(`${answer.model}: ${answer.choices[0]?.finishReason}, ${answer.usage?.totalTokens} tokens`)
})

Kit.main(Effect.provide(program, Kit.provider))
