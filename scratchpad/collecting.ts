/**
 * Stream an answer and have it whole at the end.
 */
import * as Chunk from "effect/Chunk"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { ChatCompletion, ChatCompletionChunk, CompletionParams, Provider } from "../src/index.ts"
import * as Kit from "./kit.ts"

const answer = Provider.completionStream(CompletionParams.make("Name three rivers."))

const program = Effect.gen(function*() {
  // Each chunk on its way, and the sum of all.
  const whole = yield* answer.pipe(
    Stream.tap((chunk) => Kit.write(ChatCompletionChunk.text(chunk))),
    Stream.run(ChatCompletion.collect)
  )
  yield* Console.log(`\n${whole.choices[0]?.finishReason}, ${whole.usage?.totalTokens} tokens`)

  // The answer so far beside each chunk, for a page that is drawn anew each time.
  const lengths = yield* ChatCompletion.scan(answer).pipe(
    Stream.map(({ completion }) => completion.choices[0]?.message.content?.length ?? 0),
    Stream.changes,
    Stream.runCollect
  )
  yield* Console.log(`drawn with ${Chunk.join(Chunk.map(lengths, String), ", ")} characters`)

  // What came of an answer that may break off: never fails, and says how the stream ended.
  const { completion, exit } = yield* ChatCompletion.collectExit(answer)
  yield* Console.log(`${exit._tag}: ${completion.choices[0]?.message.content}`)
})

Kit.main(Effect.provide(program, Kit.provider))
