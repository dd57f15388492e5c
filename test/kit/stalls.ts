/**
 * Time as this process had it: what another process took of a loaded machine does not count.
 */
import { performance } from "node:perf_hooks"

export interface Clock {
  /** Milliseconds of `performance.now()` between the two in which the process ran. */
  readonly elapsed: (from: number, to: number) => number
  readonly stop: () => void
}

const tick = 5

/** Ticks until it is stopped. */
export const start = (): Clock => {
  const stalls: Array<{ readonly from: number; readonly to: number }> = []
  let last = performance.now()
  const note = (): void => {
    const now = performance.now()
    if (now - last > 2 * tick) stalls.push({ from: last + tick, to: now })
    last = now
  }
  const ticking = setInterval(note, tick)
  return {
    elapsed: (from, to) => {
      // A stall that just ended may have come before the clock's next tick.
      note()
      return stalls.reduce(
        (left, stall) => left - Math.max(0, Math.min(to, stall.to) - Math.max(from, stall.from)),
        to - from
      )
    },
    stop: () => clearInterval(ticking)
  }
}
