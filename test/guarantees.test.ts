import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Guarantees from "./kit/guarantees.ts"
import * as Markdown from "./kit/markdown.ts"

const named = Guarantees.proofs(Markdown.read(Guarantees.page))

const proof = { promise: "It holds.", file: "test/a.test.ts", name: "the end" }

describe("the page of guarantees", () => {
  it("has promises", () => assert.isAbove(named.length, 40))

  it("names files that are there", () => {
    const missing = named.filter(({ file }) => !fs.existsSync(path.join(Markdown.root, file)))
    assert.deepStrictEqual(missing, [])
  })

  it("is linked from the README", () => assert.include(Markdown.read("README.md"), `](${Guarantees.page})`))
})

describe("what a run proves", () => {
  it("a test that passed", () =>
    assert.deepStrictEqual(
      Guarantees.unproved([proof], [{ file: proof.file, name: "openai the end comes", passed: true }]),
      []
    ))

  it("not a test that failed, beside others that passed", () =>
    assert.deepStrictEqual(
      Guarantees.unproved([proof], [
        { file: proof.file, name: "the end 1", passed: true },
        { file: proof.file, name: "the end 2", passed: false }
      ]),
      ["It holds. (test/a.test.ts: the end): it failed"]
    ))

  it("not a test that is not there", () =>
    assert.deepStrictEqual(
      Guarantees.unproved([proof], [{ file: proof.file, name: "another", passed: true }]),
      ["It holds. (test/a.test.ts: the end): no such test ran"]
    ))

  it("nothing of a file that was left out", () =>
    assert.deepStrictEqual(Guarantees.unproved([proof], [{ file: "test/b.test.ts", name: "x", passed: true }]), []))
})
