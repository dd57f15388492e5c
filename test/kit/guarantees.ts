/**
 * What `docs/guarantees.md` promises, and what a run says of it.
 */
import * as Markdown from "./markdown.ts"

export const page = "docs/guarantees.md"

/** A test that the page names. */
export interface Proof {
  readonly promise: string
  readonly file: string
  /** Part of the full names of the tests that are meant. */
  readonly name: string
}

/** A test of a run. */
export interface Ran {
  readonly file: string
  readonly name: string
  readonly passed: boolean
}

const proofsOf = (promise: string, cell: string): ReadonlyArray<Proof> =>
  cell.split("; ").map((each) => {
    const [, file, name] = /^`([^`]+)`: (.+)$/.exec(each) ?? []
    if (file === undefined || name === undefined) throw new Error(`${page}: "${each}" names no test`)
    return { promise, file, name }
  })

export const proofs = (text: string): ReadonlyArray<Proof> =>
  ["Streams", "Chunks", "Ends", "Tools and typed answers", "Vectors and models", "Secrets"].flatMap((heading) =>
    Markdown.table(text, heading).flatMap(([promise = "", cell = ""]) => proofsOf(promise, cell))
  )

/** Promises without a proof in this run. Files that it left out say nothing. */
export const unproved = (named: ReadonlyArray<Proof>, ran: ReadonlyArray<Ran>): ReadonlyArray<string> => {
  const files = new Set(ran.map((test) => test.file))
  return named.filter((proof) => files.has(proof.file)).flatMap((proof) => {
    const meant = ran.filter((test) => test.file === proof.file && test.name.includes(proof.name))
    const what = meant.length === 0 ? "no such test ran" : meant.every((test) => test.passed) ? undefined : "it failed"
    return what === undefined ? [] : [`${proof.promise} (${proof.file}: ${proof.name}): ${what}`]
  })
}
