/**
 * How fast this package wants to be: what to reach, and what to reach at the latest.
 */
import * as Client from "./client.ts"
import * as Results from "./results.ts"
import type { Wire } from "./wire.ts"

export interface Goal {
  readonly what: string
  readonly workload: string
  readonly metric: string
  /** Whom it is held against; `itself`: the metric is a ratio already. */
  readonly against: string | "official" | "itself"
  readonly compare: "ratio" | "difference"
  readonly unit: string
  readonly goal: number
  readonly limit: number
}

const ratio = (
  what: string,
  workload: string,
  metric: string,
  against: Goal["against"],
  goal: number,
  limit: number
): Goal => ({ what, workload, metric, against, compare: "ratio", unit: "", goal, limit })

export const goals: ReadonlyArray<Goal> = [
  ratio("burst, CPU a chunk, against the bare loop", "burst", "cpu", "bare", 1.3, 1.7),
  ratio("burst, CPU a chunk, against the official client", "burst", "cpu", "official", 0.5, 0.7),
  ratio("burst, CPU a chunk, against the AI SDK", "burst", "cpu", "ai-sdk", 0.1, 0.15),
  ratio("burst, CPU a chunk, against @effect/ai", "burst", "cpu", "effect-ai", 0.01, 0.03),
  ratio("trickle, CPU a chunk, against the bare loop", "trickle", "cpu", "bare", 1.15, 1.3),
  ratio("trickle, CPU a chunk, against the official client", "trickle", "cpu", "official", 0.95, 1.1),
  ratio("many, heap a stream, against the bare loop", "many", "heap", "bare", 1.3, 2),
  {
    ...ratio("first token, CPU added to the bare loop", "first", "cpu", "bare", 0.3, 1),
    compare: "difference",
    unit: " ms"
  },
  ratio("relay, CPU a chunk, against the bare pipe", "relay", "cpu", "bare", 1.5, 2),
  ratio("tools, CPU of 4 MiB against that of 1 MiB", "tools", "growth", "itself", 4.2, 5),
  ratio("cold import, against `effect` and the HttpClient alone", "cold", "wall", "effect", 1.15, 1.3)
]

export interface Verdict {
  readonly measured: Results.Spread
  readonly verdict: "reached" | "within the limit" | "MISSED"
}

export interface Judged {
  readonly goal: Goal
  readonly wire: Wire
  /** Over fetch, which is what the others use. */
  readonly fetch: Verdict | undefined
  /** Over the client of the README's first program. */
  readonly undici: Verdict | undefined
}

const verdictOf = (outcomes: Results.Outcomes, goal: Goal, wire: Wire, client: string): Verdict | undefined => {
  const of = (name: string) => Results.find(outcomes, goal.workload, wire, name)
  const other = goal.against === "official" ? Client.official[wire] : goal.against
  const measured = goal.against === "itself"
    ? Results.spread(Results.values(of(client), goal.metric))
    : Results.against(of(client), of(other), goal.metric, goal.compare)
  if (measured === undefined) return undefined
  const { median } = measured
  return { measured, verdict: median <= goal.goal ? "reached" : median <= goal.limit ? "within the limit" : "MISSED" }
}

/** How this package did. */
export const judge = (outcomes: Results.Outcomes, wires: ReadonlyArray<Wire>): ReadonlyArray<Judged> =>
  goals.flatMap((goal) =>
    wires.flatMap((wire) => {
      const judged = {
        goal,
        wire,
        fetch: verdictOf(outcomes, goal, wire, "ours"),
        undici: verdictOf(outcomes, goal, wire, "ours-undici")
      }
      return judged.fetch === undefined && judged.undici === undefined ? [] : [judged]
    })
  )
