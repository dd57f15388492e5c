/**
 * Every fault of a response body, without a network: whole, as it was written, byte by byte, with other line breaks, and
 * at 200 random places.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bytes from "../kit/bytes.ts"
import * as All from "./all.ts"
import type { Fault } from "./fault.ts"
import * as Runner from "./runner.ts"

const seeds = 200

/** What must be the same however the bytes are cut. */
const essence = ({ chunks, outcome, unknownEvents }: Runner.Pass): string =>
  JSON.stringify([chunks, outcome, unknownEvents])

const isFailure = (outcome: Runner.Pass["outcome"]): boolean => outcome?._tag === "Failed"

describe("however the bytes are cut", () => {
  for (const fault of All.bodies) {
    it(All.titleOf(fault), () => {
      const bytes = Runner.whole(fault)
      const expected = Runner.pass(fault, [bytes])
      Runner.checkChunks(fault, expected.chunks, "whole")
      assert.strictEqual(isFailure(expected.outcome), fault.end !== "success")
      assert.strictEqual(expected.unknownEvents, fault.unknownEvents ?? 0, "unknown events")
      const same = (pieces: ReadonlyArray<Uint8Array>, way: string): void =>
        assert.strictEqual(essence(Runner.pass(fault, pieces)), essence(expected), way)
      same(Runner.pieces(fault), "as it was written")
      same(Bytes.byteByByte(bytes), "byte by byte")
      for (let seed = 0; seed < seeds; seed++) same(Bytes.randomCuts(bytes, seed, 1 + seed % 12), `seed ${seed}`)
      if (fault.everyCut === true) {
        for (let at = 1; at < bytes.length; at++) same(Bytes.cut(bytes, [at]), `cut at ${at}`)
      }
    })
  }
})

/** Carriage returns of its own make other lines. */
const waysOf = (fault: Fault): ReadonlyArray<readonly [string, ReadonlyArray<Uint8Array>]> => {
  const bytes = Runner.whole(fault)
  return [
    ["whole", [bytes]],
    ["byte by byte", Bytes.byteByByte(bytes)],
    ...(bytes.includes(0x0D) ? [] : [["CRLF", [Bytes.crlf(bytes)]] as const])
  ]
}

describe("through a provider", () => {
  for (const fault of All.bodies) {
    it.live(All.titleOf(fault), () =>
      Effect.gen(function*() {
        for (const [way, pieces] of waysOf(fault)) {
          const { endsItself } = Runner.pass(fault, pieces)
          const played = yield* Runner.inMemory(fault, pieces, endsItself)
          yield* Runner.check(fault, played, way)
          assert.strictEqual(played.requests, 1)
        }
      }))
  }
})
