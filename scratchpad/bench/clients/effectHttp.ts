/**
 * The bare loop over Effect's HttpClient and a Stream: the least that any client costs that is made of these.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Stream from "effect/Stream"
import type { Session } from "../client.ts"
import type { Wire } from "../wire.ts"
import * as Bare from "./bare.ts"
import * as Anthropic from "./bareAnthropic.ts"
import * as OpenAi from "./bareOpenAi.ts"

const sessionOf = { openai: OpenAi.over, anthropic: Anthropic.over } as const

export const session = (wire: Wire, base: string): Session => {
  const runtime = ManagedRuntime.make(FetchHttpClient.layer)
  const events = Bare.overPost(({ body, headers, url }, onBytes) =>
    runtime.runPromise(
      Effect.gen(function*() {
        const client = yield* HttpClient.HttpClient
        const request = HttpClientRequest.post(url, { headers }).pipe(HttpClientRequest.bodyUnsafeJson(body))
        const response = yield* HttpClient.withScope(HttpClient.filterStatusOk(client)).execute(request)
        yield* Stream.runForEach(response.stream, (bytes) => Effect.sync(() => onBytes(bytes)))
      }).pipe(Effect.scoped)
    )
  )
  return sessionOf[wire](events)(wire, base)
}
