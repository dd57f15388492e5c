/**
 * Reasoning, streamed before the answer, and brought back in the next turn: Claude wants to see its thinking again,
 * with the signature that it put under it.
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { ChatCompletion, CompletionParams, Provider } from "../src/index.ts"
import * as Kit from "./kit.ts"

const reasoningEffort = "low"
const question = CompletionParams.user("Is 9.11 greater than 9.9?")

const program = Effect.gen(function*() {
  const first = yield* Provider.completionStream({ messages: [question], reasoningEffort }).pipe(
    Stream.tap(Kit.show()),
    Stream.run(ChatCompletion.collect)
  )

  // Opaque to us, and kept by `toMessage`; it survives JSON, so the conversation can be stored.
  const message = ChatCompletion.toMessage(first)
  yield* Console.log(`\n\n${message.native?.blocks.length ?? 0} native blocks go back\n`)

  const messages = [question, message, CompletionParams.user("And 9.09?")]
  yield* Stream.runForEach(Provider.completionStream({ messages, reasoningEffort }), Kit.show())
  yield* Kit.write("\n")
})

Kit.main(Effect.provide(program, Kit.anthropic))
