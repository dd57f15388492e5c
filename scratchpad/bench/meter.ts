/**
 * Time, processor time and memory of this process.
 */
const collect = globalThis.gc

const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis))

/** Milliseconds of processor time of all threads of this process, the compiler's and the collector's included. */
const cpu = (): number => {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1000
}

export interface Spent {
  readonly cpu: number
  readonly wall: number
}

/** Since the process began. */
export const now = (): Spent => ({ cpu: cpu(), wall: performance.now() })

/**
 * Runs without the garbage of what was just before. Of the young alone: a collection of all garbage, at a moment when no
 * stream is open, takes the shapes of a stream's objects for garbage as well, and throws away the code that was compiled
 * for them; all that would be measured then is how it is compiled anew.
 */
export const clean = <A>(run: () => Promise<A>): Promise<A> => {
  collect?.({ type: "minor" })
  return run()
}

/** What a run needs. */
export const spent = (run: () => Promise<unknown>): Promise<Spent> =>
  clean(async () => {
    const before = now()
    await run()
    const after = now()
    return { cpu: after.cpu - before.cpu, wall: after.wall - before.wall }
  })

/**
 * Repeats a run until the compiler has had time to see what is hot: for a second at least and four at most, or, where a
 * run is short and its code long, `least` times, but for no more than `most` milliseconds.
 */
export const warm = async (run: () => Promise<unknown>, least = 2, most = 4000): Promise<void> => {
  const from = performance.now()
  for (let times = 0; times < least || performance.now() - from < 1000; times++) {
    await run()
    if (performance.now() - from > most) break
  }
}

/**
 * Half a second of it that is not counted: whoever has waited while the others had their turn comes back to caches that
 * are theirs and to a processor that has slowed down, which a process that serves does not.
 */
export const rouse = (run: () => Promise<unknown>): Promise<void> => warm(run, 1, 500)

export interface Memory {
  readonly heap: number
  readonly rss: number
}

/** What is in use when all that is not has been let go. */
export const memory = async (): Promise<Memory> => {
  if (collect === undefined) throw new Error("run it with --expose-gc")
  for (let i = 0; i < 3; i++) {
    collect()
    await pause(20)
  }
  const { heapUsed, rss } = process.memoryUsage()
  return { heap: heapUsed, rss }
}

/** Every client has to deliver the same. */
export const same = (what: string, actual: string, expected: string): void => {
  if (actual === expected) return
  let at = 0
  while (actual[at] === expected[at]) at++
  throw new Error(
    `not the same ${what}: ${actual.length} characters instead of ${expected.length}, of which ${at} are the same`
  )
}
