/**
 * The four clocks, each set so tight that it is missed. `Duration.infinity` switches one off.
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type CallOptions, CompletionParams, Provider } from "../src/index.ts"
import * as Kit from "./kit.ts"

const limits: ReadonlyArray<NonNullable<CallOptions.CallOptions["timeouts"]>> = [
  // From sending the request to the response's headers.
  { headers: "20 millis" },
  // From sending the request to the first text, reasoning or tool call.
  { firstContent: "20 millis" },
  // From one of them to the next.
  { idle: "2 millis" },
  // The whole call, with its retries and the consumer's own time.
  { total: "300 millis" }
]

const program = Effect.forEach(
  limits,
  (timeouts) =>
    Provider.completionStream(CompletionParams.make("Tell me a long story."), { timeouts, retry: false }).pipe(
      Stream.runDrain,
      Effect.catchTag(
        "Timeout",
        (error) =>
          Console.log(`${error.phase}: ${error.message}\n  text came before: ${error.contentEmitted ? "yes" : "no"}`)
      )
    )
)

Kit.main(Effect.provide(program, Kit.provider))
