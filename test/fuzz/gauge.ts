/**
 * How much is tried, from which seed, and what it came to. `FUZZ=full` tries everything, from a seed of its own; without
 * it a part is tried that is the same every time.
 */
import * as FastCheck from "effect/FastCheck"
import { setImmediate } from "node:timers/promises"
import type { TestContext } from "vitest"

export interface Figures {
  readonly cases: number
  /** Properties that something broke: what was thrown, or an outcome that no rule allows. */
  readonly defects: number
  /** Properties in which text of the server's did not come out. */
  readonly lost: number
}

declare module "vitest" {
  interface TaskMeta {
    fuzz?: Figures
  }
}

export const isFull = process.env["FUZZ"] === "full"

const seed = isFull ? Number(process.env["FUZZ_SEED"] ?? Date.now() % 2_147_483_647) : 424_242

/** Text that the server sent and that nobody got. */
export class LostText extends Error {
  readonly _tag = "LostText"
}

let last: Promise<void> = Promise.resolve()

/** Properties do not let go of the thread: between two of them the runner hears from this worker. */
const turn = (): Promise<void> => {
  last = last.then(() => setImmediate())
  return last
}

/** Checks a property, and leaves the figures where the reporter finds them. */
export const check = async <Ts>(
  { task }: Pick<TestContext, "task">,
  property: FastCheck.IRawProperty<Ts>,
  runs: { readonly quick: number; readonly full: number }
): Promise<void> => {
  await turn()
  const details = await FastCheck.check(property, { seed, numRuns: isFull ? runs.full : runs.quick })
  const isLost = details.failed && details.errorInstance instanceof LostText
  task.meta.fuzz = {
    cases: details.numRuns,
    defects: details.failed && !isLost ? 1 : 0,
    lost: isLost ? 1 : 0
  }
  if (details.failed) throw new Error(FastCheck.defaultReportMessage(details), { cause: details.errorInstance })
}

/** Milliseconds that one property may take. */
export const timeout = isFull ? 300_000 : 30_000
