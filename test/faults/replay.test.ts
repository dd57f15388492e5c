/**
 * What a server sent in blocks goes back to it, in the next turn, as it came.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as ChatCompletion from "../../src/ChatCompletion.ts"
import * as All from "./all.ts"
import * as Runner from "./runner.ts"

describe("blocks of an answer", () => {
  const answers = All.bodies.filter(({ told }) => told.some((one) => "block" in one))
  for (const fault of answers) {
    it(`9 replay ${fault.name}: go back as they came`, () => {
      const { chunks } = Runner.pass(fault, [Runner.whole(fault)])
      const message = ChatCompletion.toMessage(ChatCompletion.fromChunks(chunks))
      // A message is kept as JSON between two turns.
      const stored: typeof message = JSON.parse(JSON.stringify(message))
      const endpoint = Runner.endpointOf(fault)
      const encoded = endpoint.dialect.encode(
        { model: "m", messages: [{ role: "user", content: "hi" }, stored, { role: "user", content: "go on" }] },
        { endpoint, model: "m", stream: true }
      )
      const { messages } = Either.getOrThrow(encoded).body
      const blocks = fault.told.flatMap((one) => "block" in one ? [one.block] : [])
      assert.deepStrictEqual(Array.isArray(messages) ? messages[1] : undefined, { role: "assistant", content: blocks })
    })
  }

  it("there are such answers", () => assert.isAtLeast(answers.length, 3))
})
