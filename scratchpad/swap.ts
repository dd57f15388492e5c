/**
 * One program over both providers: what differs is the Layer.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { ChatCompletionChunk, CompletionParams, Provider } from "../src/index.ts"
import * as Kit from "./kit.ts"

const program = Provider.completionStream(CompletionParams.make("Name three rivers.")).pipe(
  Stream.runForEach((chunk) => Kit.write(ChatCompletionChunk.text(chunk))),
  Effect.zipRight(Kit.write("\n\n"))
)

Kit.main(Effect.zipRight(
  Effect.provide(program, Kit.openAi),
  Effect.provide(program, Kit.anthropic)
))
