/**
 * Bodies that came compressed though nobody asked: the node and undici clients hand them over as they are. Neither SSE
 * nor JSON begins with gzip's magic number, so the bytes tell; the header does not, since fetch inflates and leaves it.
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

type Pull<E> = Effect.Effect<Chunk.Chunk<Uint8Array>, Option.Option<E>>

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

const concat = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const joined = new Uint8Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}

const inflated = <E>(source: Stream.Stream<Uint8Array, E>, broken: E): Stream.Stream<Uint8Array, E> =>
  Stream.unwrap(Effect.map(Stream.toReadableStreamEffect(source), (readable) =>
    Stream.fromReadableStream({
      // TypeScript's DOM types give the two ends of DecompressionStream different buffers.
      evaluate: () =>
        readable.pipeThrough(
          new DecompressionStream("gzip") as unknown as ReadableWritablePair<Uint8Array, Uint8Array>
        ),
      onError: () => broken
    })))

/** The first two bytes, and whatever came with them. */
const prefix = <E>(pull: Pull<E>): Effect.Effect<Uint8Array, Option.Option<E>> => {
  const more = (so: Uint8Array): Effect.Effect<Uint8Array, Option.Option<E>> =>
    so.length >= 2 || (so.length === 1 && so[0] !== 0x1f)
      ? Effect.succeed(so)
      : Effect.matchEffect(pull, {
        onFailure: (end) => Option.isNone(end) && so.length > 0 ? Effect.succeed(so) : Effect.fail(end),
        onSuccess: (chunk) => more(Chunk.reduce(chunk, so, concat))
      })
  return more(new Uint8Array(0))
}

/** Pulls a body's bytes as they were before compression. `broken` is the fault of a body that does not inflate. */
export const pull = <E>(body: Stream.Stream<Uint8Array, E>, broken: E): Effect.Effect<Pull<E>, never, Scope.Scope> =>
  Effect.zipWith(Stream.toPull(body), Effect.scope, (raw, scope) => {
    let next: Pull<E> = Effect.flatMap(prefix(raw), (bytes) => {
      next = raw
      if (!isGzip(bytes)) return Effect.succeed(Chunk.of(bytes))
      const rest = Stream.concat(Stream.succeed(bytes), Stream.repeatEffectChunkOption(raw))
      return Effect.flatMap(Stream.toPull(inflated(rest, broken)).pipe(Scope.extend(scope)), (pull) => {
        next = pull
        return pull
      })
    })
    return Effect.suspend(() => next)
  })
