/**
 * A client's process: one client, one workload, one wire. It does what its parent asks for, and nothing in between.
 */
import * as Client from "./client.ts"
import type { Wire } from "./wire.ts"
import type { Run, Sample } from "./workload.ts"
import { workloads } from "./workloads.ts"

export interface Assignment {
  readonly workload: string
  readonly client: string
  readonly wire: Wire
  readonly origin: string
  readonly quick: boolean
}

/** `undefined`: warm up. */
export interface Order {
  readonly step: string | undefined
}

export type Reply = { readonly sample: Sample } | { readonly error: string }

const { client, origin, quick, wire, workload } = JSON.parse(process.argv[2] ?? "") as Assignment

const begin = async (): Promise<Run> => {
  const load = Client.all.find(({ name }) => name === client)?.load[wire] ??
    (() => Promise.reject(new Error(`${client} does not speak ${wire}`)))
  const found = workloads.find(({ name }) => name === workload)
  if (found === undefined) throw new Error(`no workload ${workload}`)
  return found.start({ client, wire, origin, quick, load })
}

let begun: Promise<Run> | undefined

const answer = async ({ step }: Order): Promise<Reply> => {
  try {
    const run = await (begun ??= begin())
    if (step !== undefined) return { sample: await run.measure(step) }
    await run.warm()
    return { sample: {} }
  } catch (error) {
    return { error: error instanceof Error ? error.stack ?? error.message : String(error) }
  }
}

process.on("message", (order: Order) => {
  void answer(order).then((reply) => process.send?.(reply))
})
process.once("disconnect", () => process.exit())
