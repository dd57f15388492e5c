/**
 * What the server of a test does with one request: the steps of an answer as waits and reads.
 */
import * as Duration from "effect/Duration"
import type { Usage } from "../ChatCompletionChunk.ts"
import type { Fault, Output } from "../Dialect.ts"
import type * as ProviderError from "../ProviderError.ts"
import type { Json, JsonObject } from "./json.ts"

/** What a failure says beside its reason. */
export type FaultFacts = Omit<Fault, "reason">

export type Step =
  | { readonly _tag: "Text" | "Reasoning" | "Refusal"; readonly pieces: ReadonlyArray<string> }
  | {
    readonly _tag: "ToolCall"
    readonly name: string
    readonly arguments?: string | ReadonlyArray<string> | JsonObject | undefined
    readonly id?: string | undefined
  }
  | { readonly _tag: "Native"; readonly block: Json }
  | { readonly _tag: "Usage"; readonly usage: Partial<Usage> }
  | { readonly _tag: "Finish"; readonly reason: string; readonly native: string }
  | {
    readonly _tag: "Headers"
    readonly requestId?: string | undefined
    readonly headers: { readonly [name: string]: string }
  }
  | {
    readonly _tag: "Fail"
    readonly error: ProviderError.Reason | ProviderError.CallError
    readonly facts: FaultFacts
  }
  | { readonly _tag: "Truncate" }
  | { readonly _tag: "Pause"; readonly duration: Duration.DurationInput }

/** One network read, after a wait. */
export interface Read {
  readonly after: Duration.Duration
  readonly outputs: ReadonlyArray<Output>
}

export interface Plan {
  /** Before the response's headers. */
  readonly wait: Duration.Duration
  readonly requestId: string | undefined
  readonly headers: { readonly [name: string]: string }
  /** The request fails in place of a response. */
  readonly refused: Fault | undefined
  readonly reads: ReadonlyArray<Read>
  /** Whether the body stops before its end. */
  readonly truncated: boolean
}

type Saying = Exclude<Step, { readonly _tag: "Headers" | "Fail" | "Truncate" | "Pause" }>

const fragments = (given: Extract<Step, { readonly _tag: "ToolCall" }>["arguments"]): ReadonlyArray<string> => {
  if (given === undefined) return [""]
  if (typeof given === "string") return [given]
  return isList(given) ? given : [JSON.stringify(given)]
}

// `Array.isArray` does not narrow to a ReadonlyArray.
const isList = (u: ReadonlyArray<string> | JsonObject): u is ReadonlyArray<string> => Array.isArray(u)

/** `index` is the step's own: two calls without an id are two calls, also of one name. */
const outputsOf = (step: Saying, index: number): ReadonlyArray<Output> => {
  switch (step._tag) {
    case "Text":
    case "Reasoning":
    case "Refusal":
      return step.pieces.map((text) => ({ _tag: step._tag, choice: 0, text }))
    case "ToolCall": {
      const { id, name } = step
      const of = id === undefined ? { index } : { id }
      return fragments(step.arguments).map((text) => ({ _tag: "ToolCall", choice: 0, ...of, name, arguments: text }))
    }
    case "Native":
      return [{ _tag: "Native", choice: 0, block: step.block }]
    case "Usage":
      return [{ _tag: "Usage", usage: step.usage }]
    case "Finish":
      return [{ _tag: "Finish", choice: 0, reason: step.reason, native: step.native }]
  }
}

/** `faultOf` gives a failure the form that the engine knows. */
export const plan = (
  steps: ReadonlyArray<Step>,
  faultOf: (step: Extract<Step, { readonly _tag: "Fail" }>) => Fault
): Plan => {
  const reads: Array<Read> = []
  let wait = Duration.zero
  let head: Pick<Plan, "wait" | "requestId" | "headers"> | undefined = undefined
  const finished = (end: Partial<Plan>): Plan => ({
    ...(head ?? { wait, requestId: undefined, headers: {} }),
    refused: undefined,
    reads,
    truncated: false,
    ...end
  })
  const read = (output: Output) => {
    reads.push({ after: wait, outputs: [output] })
    wait = Duration.zero
  }
  for (const [index, step] of steps.entries()) {
    if (step._tag === "Pause") {
      wait = Duration.sum(wait, step.duration)
      continue
    }
    if (step._tag === "Fail" && head === undefined) return finished({ refused: faultOf(step) })
    if (head === undefined) {
      const { headers = {}, requestId }: Partial<Plan> = step._tag === "Headers" ? step : {}
      head = { wait, requestId, headers }
      wait = Duration.zero
    }
    if (step._tag === "Headers") continue
    if (step._tag === "Truncate") return finished({ truncated: true })
    if (step._tag === "Fail") {
      read({ _tag: "Failure", fault: faultOf(step) })
      return finished({})
    }
    for (const output of outputsOf(step, index)) read(output)
  }
  read({ _tag: "End" })
  return finished({})
}

/** The same answer when no stream was asked for: one read when all is said, or the failure alone. */
export const whole = (of: Plan): Plan => {
  const outputs = of.reads.flatMap((read) => read.outputs)
  const failure = outputs.findLast((output) => output._tag === "Failure")
  const after = of.reads.reduce((sum, read) => Duration.sum(sum, read.after), Duration.zero)
  return {
    ...of,
    reads: of.refused === undefined ? [{ after, outputs: failure === undefined ? outputs : [failure] }] : []
  }
}
