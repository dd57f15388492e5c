/**
 * Holds `docs/guarantees.md` to the run of the tests.
 */
import * as path from "node:path"
import type { Reporter, TestModule, Vitest } from "vitest/node"
import * as Guarantees from "./guarantees.ts"
import * as Markdown from "./markdown.ts"

const ranOf = (modules: ReadonlyArray<TestModule>): ReadonlyArray<Guarantees.Ran> =>
  modules.flatMap((module) =>
    [...module.children.allTests()].map((test) => ({
      file: path.relative(Markdown.root, module.moduleId),
      name: test.fullName.replaceAll(" > ", " "),
      passed: test.result().state === "passed"
    }))
  )

export class GuaranteesReporter implements Reporter {
  private isPart = false

  onInit(vitest: Vitest): void {
    // A run of some tests of a file proves nothing about the others.
    this.isPart = vitest.config.testNamePattern !== undefined
  }

  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    if (this.isPart) return
    const missing = Guarantees.unproved(Guarantees.proofs(Markdown.read(Guarantees.page)), ranOf(modules))
    if (missing.length === 0) return
    process.exitCode = 1
    console.error(`\n${Guarantees.page} promises what this run has not proved:\n  ${missing.join("\n  ")}\n`)
  }
}
