/**
 * What was measured, and what follows from it.
 */
import type { Wire } from "./wire.ts"
import type { Metric, Sample } from "./workload.ts"

/** What came of one client in one workload over one wire. */
export interface Outcome {
  readonly client: string
  readonly wire: Wire
  readonly workload: string
  /** One for each round, `undefined` where it took no part. */
  readonly samples: Array<Sample | undefined>
  /** The steps that took longer than they may. */
  readonly exceeded: Set<string>
  error?: string
}

export type Outcomes = ReadonlyArray<Outcome>

export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
  readonly count: number
}

export const spread = (values: ReadonlyArray<number>): Spread | undefined => {
  if (values.length === 0) return undefined
  const sorted = [...values].sort((a, b) => a - b)
  const at = (i: number): number => sorted[i] ?? Number.NaN
  const half = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? at(half) : (at(half - 1) + at(half)) / 2
  return { median, low: at(0), high: at(sorted.length - 1), count: sorted.length }
}

export const find = (outcomes: Outcomes, workload: string, wire: Wire, client: string): Outcome | undefined =>
  outcomes.find((one) => one.workload === workload && one.wire === wire && one.client === client)

export const values = (outcome: Outcome | undefined, metric: string): ReadonlyArray<number> =>
  (outcome?.samples ?? []).flatMap((sample) => sample?.[metric] === undefined ? [] : [sample[metric]])

/** Round by round, as the machine is not the same from one minute to the next. */
export const against = (
  outcome: Outcome | undefined,
  other: Outcome | undefined,
  metric: string,
  compare: Metric["compare"]
): Spread | undefined =>
  spread((outcome?.samples ?? []).flatMap((sample, round) => {
    const [a, b] = [sample?.[metric], other?.samples[round]?.[metric]]
    if (a === undefined || b === undefined) return []
    return [compare === "difference" ? a - b : a / b]
  }))
