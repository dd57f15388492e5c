/**
 * Bodies that came compressed though nobody asked: the node and undici clients hand them over as they are. Neither SSE
 * nor JSON begins with gzip's magic number, so the bytes tell; the header does not, since fetch inflates and leaves it.
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"

type Pull<E> = Effect.Effect<Chunk.Chunk<Uint8Array>, Option.Option<E>>

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

const concat = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const joined = new Uint8Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}

/** Bytes that are given to the inflater at once: what comes out of it can be a thousand times as much. */
const portion = 1024

/**
 * What `first` and then `raw` inflate to. The streams of the platform queue thousands of pieces on either side of the
 * inflater, so nothing goes in while nobody waits for what comes out.
 */
const inflated = <E>(first: Uint8Array, raw: Pull<E>, broken: E): Effect.Effect<Pull<E>, never, Scope.Scope> =>
  Effect.gen(function*() {
    const { readable, writable } = new DecompressionStream("gzip")
    const [reader, writer] = [readable.getReader(), writable.getWriter()]
    const wanted = yield* Effect.makeLatch(false)
    let fault = broken

    const feed = (bytes: Uint8Array): Effect.Effect<void, Option.Option<E>> => {
      let at = 0
      return Effect.whileLoop({
        while: () => at < bytes.length,
        body: () =>
          Effect.zipRight(
            wanted.await,
            // A copy, whose buffer is an ArrayBuffer for certain.
            Effect.tryPromise({
              try: () => writer.write(bytes.slice(at, at + portion)),
              catch: () => Option.some(broken)
            })
          ),
        step: () => {
          at += portion
        }
      })
    }
    yield* feed(first).pipe(
      Effect.zipRight(Effect.forever(Effect.flatMap(raw, (chunk) => Effect.forEach(chunk, feed, { discard: true })))),
      Effect.catchAll((end: Option.Option<E>) => {
        if (Option.isSome(end)) fault = end.value
        return Effect.promise(() => Option.isSome(end) ? writer.abort() : writer.close())
      }),
      // The reader is told.
      Effect.catchAllCause(() => Effect.void),
      Effect.forkScoped
    )
    yield* Effect.addFinalizer(() => Effect.sync(() => void reader.cancel().catch(() => undefined)))

    return Effect.zipRight(
      wanted.open,
      Effect.tryPromise({ try: () => reader.read(), catch: () => Option.some(fault) })
    ).pipe(
      Effect.tap(() => wanted.close),
      Effect.flatMap(({ value }) => value === undefined ? Effect.fail(Option.none()) : Effect.succeed(Chunk.of(value)))
    )
  })

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
export const pull = <E>(raw: Pull<E>, broken: E): Effect.Effect<Pull<E>, never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope) => {
    let next: Pull<E> = Effect.flatMap(prefix(raw), (bytes) => {
      next = raw
      if (!isGzip(bytes)) return Effect.succeed(Chunk.of(bytes))
      return Effect.flatMap(Scope.extend(inflated(bytes, raw, broken), scope), (pull) => {
        next = pull
        return pull
      })
    })
    return Effect.suspend(() => next)
  })
