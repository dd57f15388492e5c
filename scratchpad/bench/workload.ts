/**
 * What is measured of each client, and how it is told.
 */
import type { Module } from "./client.ts"
import type { Wire } from "./wire.ts"

/** What one round gave: a number for each metric. */
export type Sample = { readonly [metric: string]: number }

export interface Metric {
  readonly name: string
  readonly label: string
  readonly unit: string
  /** How it is held against the base. */
  readonly compare: "ratio" | "difference" | "none"
}

export interface Task {
  readonly client: string
  readonly wire: Wire
  /** Where the server is. */
  readonly origin: string
  readonly quick: boolean
  readonly load: () => Promise<Module>
}

/** A workload within one process. */
export interface Run {
  readonly warm: () => Promise<void>
  readonly measure: (step: string) => Promise<Sample>
}

export interface Workload {
  readonly name: string
  readonly title: string
  readonly about: string
  readonly metrics: ReadonlyArray<Metric>
  /** The metric that is plotted. */
  readonly plot: string
  /** Whom all are held against. */
  readonly base: string
  /** The parts of a round; whoever exceeds the time limit of one has no part in those that follow. */
  readonly steps: (quick: boolean) => ReadonlyArray<string>
  /** Milliseconds for each step. */
  readonly limit: number
  /** A process for each round: what is measured happens once in the life of one. */
  readonly fresh: boolean
  /** How many processes may be at it at the same time: only where no time is measured. */
  readonly together: number
  readonly start: (task: Task) => Promise<Run>
}

export const only: Workload["steps"] = () => ["all"]
