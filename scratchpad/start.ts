/**
 * One answer, as it is written: `npm start`.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { ChatCompletion, CompletionParams, Provider } from "../src/index.ts"
import * as Kit from "./kit.ts"

const params = CompletionParams.make("Why is the sky blue? Three sentences.", { reasoningEffort: "low" })

const program = Effect.gen(function*() {
  const sent = yield* Clock.currentTimeMillis
  let first: number | undefined = undefined
  const answer = yield* Provider.completionStream(params).pipe(
    Stream.tap(() => Effect.map(Clock.currentTimeMillis, (now) => first ??= now)),
    Stream.tap(Kit.show()),
    Stream.run(ChatCompletion.collect),
    Effect.onError(() => Kit.write("\n"))
  )
  const done = yield* Clock.currentTimeMillis
  yield* Kit.write(`\n\n${summary(answer, (first ?? done) - sent, done - (first ?? done))}\n`)
})

const summary = ({ choices, usage }: ChatCompletion.ChatCompletion, toFirst: number, writing: number): string => {
  const tokens = usage?.completionTokens ?? 0
  return [
    `finish reason ${choices[0]?.finishReason}`,
    usage === undefined ? "tokens unknown" : `${usage.promptTokens} + ${tokens} tokens`,
    `first token after ${(toFirst / 1000).toFixed(2)} s`,
    `${writing === 0 ? "?" : Math.round(tokens / (writing / 1000))} tokens a second`
  ].join(", ")
}

Kit.main(Effect.provide(program, Kit.provider))
