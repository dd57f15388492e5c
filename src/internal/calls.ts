/**
 * The calls that run over one layer: when its scope closes, they end with `Cancelled`.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Run } from "./run.ts"

export class Calls {
  closed = false
  private readonly running = new Map<Run, Fiber.RuntimeFiber<void>>()

  add(run: Run, fiber: Fiber.RuntimeFiber<void>): void {
    this.running.set(run, fiber)
    fiber.addObserver(() => this.running.delete(run))
  }

  /** Ends every call, and waits until none uses the HttpClient. */
  readonly close: Effect.Effect<void> = Effect.suspend(() => {
    this.closed = true
    return Effect.forEach(
      [...this.running],
      ([run, fiber]) => Effect.zipRight(run.stop(run.cancelled("the layer was closed")), Fiber.interrupt(fiber)),
      { concurrency: "unbounded", discard: true }
    )
  })
}
