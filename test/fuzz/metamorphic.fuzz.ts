/**
 * What says nothing changes nothing: every transcript with noise in it, written and cut in any way, gives the chunks
 * that it gives as it was recorded.
 */
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Bytes from "../kit/bytes.ts"
import * as Play from "../kit/play.ts"
import { plain, print, seeds } from "./events.ts"
import { check, timeout } from "./gauge.ts"
import { edits, layout, noisy } from "./noise.ts"
import { endpointOf, read, violations } from "./read.ts"

const clean = new Map(seeds.map((seed) => [seed, read(endpointOf(seed.provider), [seed.bytes])]))
const cuts = FastCheck.array(FastCheck.nat(4000), { maxLength: 20 })

describe("noise", () => {
  it("a transcript can be taken apart and written down again", () => {
    for (const seed of seeds) {
      const again = read(endpointOf(seed.provider), [print(seed.blocks)])
      assert.deepStrictEqual(again, clean.get(seed), seed.name)
      assert.strictEqual(again.outcome, "ok", seed.name)
    }
  })

  for (const provider of ["openai", "anthropic", "cohere"]) {
    const own = FastCheck.constantFrom(...seeds.filter((seed) => seed.provider === provider))
    const endpoint = endpointOf(provider)

    it(
      `${provider}: comments, pings, unknown events, unknown fields and nulls change nothing`,
      { timeout },
      (context) =>
        check(
          context,
          FastCheck.property(own, edits, layout, cuts, (seed, edits, layout, cuts) => {
            const again = read(endpoint, Bytes.cut(print(noisy(seed, edits), layout), cuts))
            assert.deepStrictEqual(again, clean.get(seed))
            assert.deepStrictEqual(violations(again, true), [])
            assert.deepStrictEqual(Play.pollution(), [])
          }),
          { quick: 200, full: 3000 }
        )
    )

    it(`${provider}: a part of the stream is the beginning of the whole`, { timeout }, (context) =>
      check(
        context,
        FastCheck.property(own, FastCheck.nat(4000), edits, cuts, (seed, length, edits, cuts) => {
          const bytes = print(noisy(seed, edits), plain)
          const part = read(endpoint, Bytes.cut(bytes.subarray(0, length % (bytes.length + 1)), cuts))
          assert.deepStrictEqual(violations(part, false), [])
          if (part.outcome === "ok") return
          assert.strictEqual(part.outcome, "TruncatedStream")
          // What came before the cut is there; what the head had not said by then was not made up differently.
          assert.deepStrictEqual(part.chunks, clean.get(seed)?.chunks.slice(0, part.chunks.length))
        }),
        { quick: 100, full: 1000 }
      ))
  }
})
