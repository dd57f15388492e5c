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

Runner.watchRejections()

const seeds = 200

type Cut = readonly [way: string, pieces: ReadonlyArray<Uint8Array>]

const cutsOf = (fault: Fault, bytes: Uint8Array): ReadonlyArray<Cut> => [
  ["as it was written", Runner.pieces(fault)],
  ["byte by byte", Bytes.byteByByte(bytes)],
  ...Array.from({ length: seeds }, (_, seed): Cut => [`seed ${seed}`, Bytes.randomCuts(bytes, seed, 1 + seed % 12)]),
  ...(fault.everyCut === true ? Array.from(bytes, (_, at): Cut => [`cut at ${at}`, Bytes.cut(bytes, [at])]) : [])
]

/** What must be the same however the bytes are cut. */
const essence = ({ chunks, outcome, unknownEvents }: Runner.Pass): string =>
  JSON.stringify([chunks, outcome, unknownEvents])

/** The pass over the bytes makes the same of every cut. */
const isCutProof = (fault: Fault, bytes: Uint8Array): void => {
  const expected = Runner.pass(fault, [bytes])
  Runner.checkChunks(fault, expected.chunks, "whole")
  assert.strictEqual(expected.outcome?._tag, fault.end === "success" ? "Done" : "Failed")
  assert.strictEqual(expected.unknownEvents, fault.unknownEvents ?? 0, "unknown events")
  const essential = essence(expected)
  const differs = ([, pieces]: Cut): boolean => essence(Runner.pass(fault, pieces)) !== essential
  assert.deepStrictEqual(cutsOf(fault, bytes).filter(differs).map(([way]) => way), [])
}

/** Carriage returns of its own make other lines. */
const waysOf = (bytes: Uint8Array): ReadonlyArray<Cut> => [
  ["byte by byte", Bytes.byteByByte(bytes)],
  bytes.includes(0x0D) ? ["whole", [bytes]] : ["CRLF", [Bytes.crlf(bytes)]]
]

describe("however the bytes are cut", () => {
  for (const fault of All.bodies) {
    it.live(All.titleOf(fault), () =>
      Effect.gen(function*() {
        const bytes = Runner.whole(fault)
        isCutProof(fault, bytes)
        for (const [way, pieces] of waysOf(bytes)) {
          Runner.check(fault, yield* Runner.inMemory(fault, pieces), way)
        }
      }))
  }
})
