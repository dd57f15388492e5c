/**
 * Prints what all properties together came to.
 */
import type { Reporter, TestModule } from "vitest/node"
import type { Figures } from "./gauge.ts"

const none: Figures = { cases: 0, defects: 0, lost: 0 }

const plus = (a: Figures, b: Figures): Figures => ({
  cases: a.cases + b.cases,
  defects: a.defects + b.defects,
  lost: a.lost + b.lost
})

const sum = (modules: ReadonlyArray<TestModule>): Figures =>
  modules
    .flatMap((module) => [...module.children.allTests()])
    .map((test) => test.meta().fuzz ?? none)
    .reduce(plus, none)

export default class FiguresReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    const { cases, defects, lost } = sum(modules)
    process.stdout.write(`\nfuzz: ${cases} cases, ${defects} defects, ${lost} lost texts\n`)
  }
}
