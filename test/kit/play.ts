/**
 * One stream of a provider, run to its end: what came out and how it ended.
 */
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { CallOptions } from "../../src/CallOptions.ts"
import type { ChatCompletionChunk } from "../../src/ChatCompletionChunk.ts"
import type { CompletionParams } from "../../src/CompletionParams.ts"
import * as Provider from "../../src/Provider.ts"
import type { Cancelled, ProviderError, Timeout } from "../../src/ProviderError.ts"

export interface Played {
  readonly chunks: ReadonlyArray<ChatCompletionChunk>
  readonly exit: Exit.Exit<void, ProviderError | Cancelled | Timeout>
}

/** Collects as it goes, so that what came before a failure is there. A stream that hangs dies here. */
export const play = (
  layer: Layer.Layer<Provider.Provider>,
  params: CompletionParams,
  options?: { readonly onChunk?: (() => void) | undefined; readonly call?: CallOptions | undefined }
): Effect.Effect<Played> =>
  Effect.suspend(() => {
    const chunks: Array<ChatCompletionChunk> = []
    return Provider.completionStream(params, options?.call).pipe(
      Stream.runForEach((chunk) =>
        Effect.sync(() => {
          chunks.push(chunk)
          options?.onChunk?.()
        })
      ),
      Effect.exit,
      Effect.timeoutOption("10 seconds"),
      Effect.flatMap(Option.match({
        onNone: () => Effect.dieMessage(`no end after 10 seconds and ${chunks.length} chunks`),
        onSome: (exit) => Effect.succeed({ chunks, exit })
      }))
    )
  }).pipe(Effect.provide(layer))

/** The keys that are there at the start: whatever is added by a stream shows. */
const prototypes = [Object.prototype, Array.prototype, String.prototype, Function.prototype] as const
const keys = (): ReadonlyArray<string> =>
  prototypes.flatMap((prototype, index) => Reflect.ownKeys(prototype).map((key) => `${index} ${String(key)}`))
const clean = keys()

/** What was added to the prototypes since this module was loaded. */
export const pollution = (): ReadonlyArray<string> => keys().filter((key) => !clean.includes(key))
