/**
 * The calls that run over one layer: when its scope closes, they end with `Cancelled`.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Run } from "./run.ts"

/** A call as its layer knows it: somebody who can be stopped. */
type Stoppable = Pick<Run, "cancelled" | "stop">

export class Calls {
  closed = false
  private readonly pumps = new Map<Fiber.RuntimeFiber<unknown>, Stoppable>()

  add(pump: Fiber.RuntimeFiber<unknown>, run: Stoppable): void {
    this.pumps.set(pump, run)
    pump.addObserver(() => this.pumps.delete(pump))
  }

  /** Ends every call, and waits until none uses the HttpClient. */
  readonly close: Effect.Effect<void> = Effect.suspend(() => {
    this.closed = true
    return Effect.forEach(
      [...this.pumps],
      ([pump, run]) => Effect.zipRight(run.stop(run.cancelled("the layer was closed")), Fiber.interrupt(pump)),
      { concurrency: "unbounded", discard: true }
    )
  })
}
