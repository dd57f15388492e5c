/**
 * No known failure is left out: each is in a table, named where it is tested, or named with the reason why not yet.
 */
import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as All from "./all.ts"
import * as Calls from "./calls.ts"
import * as Numbers from "./numbers.ts"

const known = new Set(Numbers.all)

const rows = [...All.bodies, ...Calls.calls]

const tested = new Set([...rows.flatMap(({ covers }) => covers), ...Numbers.elsewhere.map(([number]) => number)])

describe("the list of failures", () => {
  it("has each number once", () => {
    assert.strictEqual(known.size, Numbers.all.length)
    assert.lengthOf(
      Numbers.all.filter((number) => number.startsWith("19.")),
      49,
      "48 fixtures, one of them in two halves"
    )
  })

  it("is tested, but for what is not there yet", () => {
    assert.deepStrictEqual(Numbers.all.filter((number) => !tested.has(number)), [...Numbers.notYet.keys()])
  })

  it("is what tests refer to", () => {
    assert.deepStrictEqual([...tested].filter((number) => !known.has(number)), [])
    assert.deepStrictEqual(rows.filter(({ covers }) => covers.length === 0), [])
  })

  it("has no two faults of one name", () => {
    const titles = rows.map((row) => `${row.dialect} ${row.name} ${row.covers.join(" ")}`)
    assert.deepStrictEqual(titles.filter((title, index) => titles.indexOf(title) !== index), [])
  })

  for (const [number, file, title] of Numbers.elsewhere) {
    it(`${number} is in ${file}`, () => {
      assert.include(fs.readFileSync(new URL(`../../${file}`, import.meta.url), "utf8"), title)
    })
  }

  it("is tested in both dialects, where both have the fault", () => {
    const of = (dialect: string) =>
      new Set(rows.filter((row) => row.dialect === dialect).flatMap(({ covers }) => covers))
    const openAi = of("openai")
    const anthropic = of("anthropic")
    assert.deepStrictEqual(
      Numbers.all.filter((number) => openAi.has(number) !== anthropic.has(number)),
      [...Numbers.oneDialect.keys()]
    )
  })
})
