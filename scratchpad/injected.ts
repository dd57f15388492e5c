/**
 * A test that injects a provider: the code under test asks for `Provider`, the test says what it answers. No network,
 * no HttpClient, and waits are on the clock. In a project of yours this is a file of `@effect/vitest`.
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as assert from "node:assert"
import { ChatCompletionChunk, CompletionParams, Provider, ProviderError, TestProvider } from "../src/index.ts"
import * as Kit from "./kit.ts"

/** The code under test: a second question when the provider is too busy for the first. */
const ask = (question: string) =>
  Provider.completionStream(CompletionParams.make(question)).pipe(
    Stream.map(ChatCompletionChunk.text),
    Stream.mkString
  )

const patient = ask("Why is the sky blue? In detail.").pipe(
  ProviderError.catchReason("Overloaded", () => ask("Why is the sky blue? One word."))
)

const test = Effect.gen(function*() {
  const script = [
    TestProvider.answer(TestProvider.text("The sky"), TestProvider.fail({ _tag: "Overloaded" })),
    TestProvider.answer(TestProvider.reasoning("Short."), TestProvider.text("Scatter", "ing"))
  ]
  const { answer, calls } = yield* Effect.all({ answer: patient, calls: TestProvider.calls }).pipe(
    Effect.provide(TestProvider.layer(script))
  )
  assert.strictEqual(answer, "Scattering")
  assert.deepStrictEqual(calls.map(({ params }) => params.messages[0]?.content), [
    "Why is the sky blue? In detail.",
    "Why is the sky blue? One word."
  ])
  yield* Console.log("passed")
})

Kit.main(test)
