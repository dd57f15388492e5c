/**
 * The answer as it is written. `completionStream` is a Stream of chunks; nothing is sent before it runs.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { ChatCompletionChunk, CompletionParams, Provider } from "../src/index.ts"
import * as Kit from "./kit.ts"

const program = Provider.completionStream(CompletionParams.make("Name three rivers.")).pipe(
  // "" where a chunk has no text: the last ones bring the finish reason and the token counts.
  Stream.map(ChatCompletionChunk.text),
  Stream.runForEach(Kit.write),
  Effect.zipRight(Kit.write("\n"))
)

Kit.main(Effect.provide(program, Kit.provider))
