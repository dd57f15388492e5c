/**
 * What lies between the pump and the consumer: a bounded queue of network reads with one order for data and ends, so
 * that what was decoded before a fault is delivered before it.
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"

/** Network reads that may wait for the consumer, and how many bytes of them: reads have from one byte to 64 KiB. */
const capacity = 16
const byteCapacity = 128 * 1024

/** Elements of one emitted Chunk: folds of effect 3.22 overflow the stack at about 10,000. */
const chunkLimit = 1024

/** What one read brought. */
interface Batch<A> {
  readonly elements: ReadonlyArray<A>
  readonly bytes: number
}

export class Outlet<A, E> {
  private readonly queue: Array<Batch<A>> = []
  /** Bytes of the reads in the queue. */
  private bytes = 0
  /** Of the first read in the queue, the elements that are taken. */
  private offset = 0
  /** The end, as the taker gets it. */
  private end: Effect.Effect<void, E> | undefined = undefined
  private wakeTaker: (() => void) | undefined = undefined
  private wakeGiver: (() => void) | undefined = undefined

  /** Whether the end is known, though not yet taken. */
  get settled(): boolean {
    return this.end !== undefined
  }

  get full(): boolean {
    return this.end === undefined && !this.hasRoom
  }

  /** Adds the elements of one read of so many bytes; nothing after the end. */
  offer(elements: ReadonlyArray<A>, bytes = 0): void {
    if (this.end !== undefined || elements.length === 0) return
    this.queue.push({ elements, bytes })
    this.bytes += bytes
    this.wake()
  }

  /** Ends after what is queued. Only the first end counts. */
  settle(end: Effect.Effect<void, E>): void {
    if (this.end !== undefined) return
    this.end = end
    this.wake()
  }

  /** Ends now, and drops what is queued. */
  abort(end: Effect.Effect<void, E>): void {
    this.queue.length = 0
    this.bytes = 0
    this.offset = 0
    this.end = end
    this.wake()
  }

  /** Waits for room, or for the end. */
  get room(): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      if (!this.full) return resume(Effect.void)
      this.wakeGiver = () => resume(Effect.void)
      return Effect.sync(() => {
        this.wakeGiver = undefined
      })
    })
  }

  /** The elements of all queued reads, at most 1,024; `undefined` after the last. */
  readonly take: Effect.Effect<Chunk.Chunk<A> | undefined, E> = Effect.suspend(() =>
    this.poll() ?? Effect.async<Chunk.Chunk<A> | undefined, E>((resume) => {
      // Whoever was interrupted meanwhile takes nothing: that needs no finalizer, which every open stream would hold.
      this.wakeTaker = () => resume(this.take)
    })
  )

  private poll(): Effect.Effect<Chunk.Chunk<A> | undefined, E> | undefined {
    if (this.queue.length > 0) return Effect.succeed(this.gather())
    return this.end === undefined ? undefined : Effect.as(this.end, undefined)
  }

  private gather(): Chunk.Chunk<A> {
    const first = this.queue[0]
    let taken: ReadonlyArray<A>
    if (this.queue.length === 1 && first !== undefined && this.offset === 0 && first.elements.length <= chunkLimit) {
      taken = first.elements
      this.queue.length = 0
      this.bytes = 0
    } else {
      taken = this.gatherMany()
    }
    const wake = this.wakeGiver
    if (wake !== undefined && this.hasRoom) {
      this.wakeGiver = undefined
      wake()
    }
    return Chunk.unsafeFromArray(taken)
  }

  private gatherMany(): ReadonlyArray<A> {
    const taken: Array<A> = []
    while (taken.length < chunkLimit) {
      const batch = this.queue[0]
      if (batch === undefined) break
      const { bytes, elements } = batch
      const end = Math.min(elements.length, this.offset + chunkLimit - taken.length)
      for (let i = this.offset; i < end; i++) taken.push(elements[i] as A)
      if (end < elements.length) {
        this.offset = end
      } else {
        this.queue.shift()
        this.bytes -= bytes
        this.offset = 0
      }
    }
    return taken
  }

  private get hasRoom(): boolean {
    return this.queue.length < capacity && this.bytes < byteCapacity
  }

  private wake(): void {
    const taker = this.wakeTaker
    this.wakeTaker = undefined
    taker?.()
    if (this.end !== undefined) {
      const giver = this.wakeGiver
      this.wakeGiver = undefined
      giver?.()
    }
  }
}
