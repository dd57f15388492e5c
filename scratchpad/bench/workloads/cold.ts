/**
 * What a program pays before it does anything.
 */
import * as Meter from "../meter.ts"
import { modules } from "../program.ts"
import { only, type Workload } from "../workload.ts"

export const cold: Workload = {
  name: "cold",
  title: "Cold",
  about:
    "Importing what a program needs that streams from one provider, in a new process. The row `effect` is the six " +
    "modules of it that this package imports most, and platform's HttpClient.",
  metrics: [
    { name: "wall", label: "time", unit: "ms", compare: "ratio" },
    { name: "cpu", label: "CPU", unit: "ms", compare: "ratio" }
  ],
  plot: "wall",
  base: "effect",
  steps: only,
  limit: 40_000,
  fresh: true,
  together: 1,
  start: ({ client, wire }) =>
    Promise.resolve({
      warm: () => Promise.resolve(),
      measure: async () => ({
        ...await Meter.spent(() => Promise.all(modules(client, wire).map((name) => import(name))))
      })
    })
}
