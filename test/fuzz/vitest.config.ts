import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import type { Reporter, TestModule } from "vitest/node"
import type { Figures } from "./gauge.ts"

const none: Figures = { cases: 0, defects: 0, lost: 0 }

const plus = (a: Figures, b: Figures): Figures => ({
  cases: a.cases + b.cases,
  defects: a.defects + b.defects,
  lost: a.lost + b.lost
})

/** Prints what all properties together came to. */
const figures: Reporter = {
  onTestRunEnd: (modules: ReadonlyArray<TestModule>) => {
    const { cases, defects, lost } = modules
      .flatMap((module) => [...module.children.allTests()])
      .map((test) => test.meta().fuzz ?? none)
      .reduce(plus, none)
    process.stdout.write(`\nfuzz: ${cases} cases, ${defects} defects, ${lost} lost texts\n`)
  }
}

/** All cases, from a seed of their own; `npm test` has a part of them. */
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: { include: ["test/fuzz/*.fuzz.ts"], env: { FUZZ: "full" }, reporters: ["default", figures] }
})
