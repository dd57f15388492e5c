/**
 * What a server gets wrong beside the text costs no text, and does not end the stream.
 */
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Answer from "../kit/answer.ts"
import * as Bytes from "../kit/bytes.ts"
import type { Site } from "./damage.ts"
import { damaged, damages, sites } from "./damage.ts"
import type { Seed } from "./events.ts"
import { named, plain, print, seeds } from "./events.ts"
import { check, LostText, timeout } from "./gauge.ts"
import { endpointOf, type Read, read, type Said, said, violations } from "./read.ts"

interface Subject {
  readonly seed: Seed
  readonly sites: ReadonlyArray<Site>
  readonly clean: Read
}

const subjects: ReadonlyArray<Subject> = seeds.map((seed) =>
  named(seed.name, { seed, sites: sites(seed), clean: read(endpointOf(seed.provider), [seed.bytes]) })
)

/** Which call a piece belongs to, and which choice: without them pieces may go elsewhere, but not away. */
const isIdentity = ({ shape }: Site): boolean =>
  /^(?:choices\.\*\.(?:index|delta\.tool_calls\.\*\.(?:index|id))|index)$/.test(shape)

/** What says that the answer is whole, by its kind: one of each is enough for one choice. */
const saysTheEnd = ({ shape }: Site): boolean =>
  /^(?:choices|choices\.\*\.(?:index|delta|finish_reason)|type|delta|delta\.(?:stop|finish)_reason)$/.test(shape)

const isSubsequence = (part: string, whole: string): boolean => {
  const chars = [...part]
  let at = 0
  for (const char of whole) if (char === chars[at]) at++
  return at === chars.length
}

const contains = (whole: string, part: string): boolean => {
  const counts = new Map<string, number>()
  for (const char of whole) counts.set(char, (counts.get(char) ?? 0) + 1)
  for (const char of part) {
    const left = counts.get(char) ?? 0
    if (left === 0) return false
    counts.set(char, left - 1)
  }
  return true
}

const keep = (isKept: boolean, what: string, got: unknown, sent: unknown): void => {
  if (!isKept) throw new LostText(`${what}: ${JSON.stringify(got)} of ${JSON.stringify(sent)}`)
}

const compare = (got: Said, sent: Said, hit: ReadonlyArray<Site>, what: string): void => {
  const veils = hit.some((site) => site.veils)
  for (const channel of ["text", "reasoning", "refusal"] as const) {
    keep(isSubsequence(sent[channel], got[channel]), `${channel} after ${what}`, got[channel], sent[channel])
    if (!veils) assert.strictEqual(got[channel], sent[channel], what)
  }
  if (!hit.some(isIdentity)) {
    keep(JSON.stringify(got.names) === JSON.stringify(sent.names), `names after ${what}`, got.names, sent.names)
    keep(
      JSON.stringify(got.arguments) === JSON.stringify(sent.arguments),
      `arguments after ${what}`,
      got.arguments,
      sent.arguments
    )
    return
  }
  const pieces = (said: Said) => said.arguments.filter((text) => text !== "{}").join("")
  keep(contains(got.arguments.join(""), pieces(sent)), `arguments after ${what}`, got.arguments, sent.arguments)
}

const isKilled = (subject: Subject, { outcome }: Read, hit: ReadonlyArray<Site>): boolean =>
  outcome !== "ok" && !(outcome === "TruncatedStream" && hit.some(saysTheEnd) &&
    // Anthropic says it twice.
    (subject.seed.provider !== "anthropic" || hit.length > 1))

describe("damage beside the text", () => {
  it("is possible everywhere", () => {
    for (const { clean, seed, sites } of subjects) {
      assert.isAbove(sites.length, 5, seed.name)
      assert.strictEqual(clean.outcome, "ok", seed.name)
    }
  })

  for (const provider of ["openai", "anthropic", "cohere"]) {
    const own = FastCheck.constantFrom(...subjects.filter((subject) => subject.seed.provider === provider))
    const cuts = FastCheck.array(FastCheck.nat(4000), { maxLength: 5 })

    it(`${provider}: costs no text and no stream`, { timeout }, (context) =>
      check(
        context,
        FastCheck.property(own, damages, cuts, (subject, damages, cuts) => {
          const { blocks, hit, what } = damaged(subject.seed, subject.sites, damages)
          const bytes = print(blocks, plain)
          const got = read(endpointOf(provider), Bytes.cut(bytes, cuts))
          compare(said(got.chunks), said(subject.clean.chunks), hit, what)
          assert.isFalse(isKilled(subject, got, hit), `${got.outcome} after ${what}`)
          assert.strictEqual(violations(got, !hit.some(isIdentity)).join(", "), "", what)
          assert.deepStrictEqual(Answer.accidents(said(got.chunks).text, new TextDecoder().decode(bytes)), [])
        }),
        { quick: 300, full: 4000 }
      ))
  }
})
