/**
 * The server that the scripts talk to when there is no key: aimock, in this process, on a free port of the loopback
 * device. It is spoken to over real HTTP, in OpenAI's dialect and in Anthropic's, and answers at the pace of a model.
 */
import { createServer, type Fixture, type ServerInstance } from "@copilotkit/aimock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as http from "node:http"

export class Embedded extends Context.Tag("scratchpad/Embedded")<Embedded, {
  readonly url: string
  /** How the answers since the last look ended, seen from the server. */
  readonly saw: Effect.Effect<string>
}>() {}

/** 0.4 s to the first event, then 40 a second. */
const pace = { streamingProfile: { ttft: 400, tps: 40 }, chunkSize: 5 }

const answers = (question: string, response: Fixture["response"], match?: Fixture["match"]): Fixture => ({
  match: { userMessage: question, ...match },
  response,
  ...pace
})

const usage = (prompt_tokens: number, completion_tokens: number) => ({ usage: { prompt_tokens, completion_tokens } })

const fixtures: Array<Fixture> = [
  answers("Why is the sky blue?", {
    reasoning:
      "Sunlight is white, so something must sort its colours. The air does: scattering grows with the fourth " +
      "power of the frequency.",
    content: "Sunlight holds every colour. On its way through the air it meets molecules far smaller than its waves, " +
      "and these scatter short waves much more than long ones: blue about four times as much as red. So blue light " +
      "reaches your eyes from every part of the sky, while the rest comes straight from the sun.",
    ...usage(14, 92)
  }),
  answers("Name three rivers.", { content: "The Nile, the Amazon and the Danube.", ...usage(11, 11) }),
  answers("Is 9.11 greater than 9.9?", {
    reasoning: "Compare 9.11 with 9.90: the tenths decide, and 1 is less than 9.",
    content: "No: 9.9 is greater, because 9.9 is 9.90.",
    ...usage(18, 40)
  }),
  answers("And 9.09?", { content: "Smaller than both.", ...usage(71, 6) }),
  answers("What is the weather in Paris and in Rome?", {
    content: "In Paris it is 18 degrees and cloudy, in Rome 27 degrees and sunny.",
    ...usage(160, 21)
  }, { hasToolResult: true }),
  answers("What is the weather in Paris and in Rome?", {
    toolCalls: [
      { id: "call_paris", name: "weather", arguments: "{\"city\":\"Paris\"}" },
      { id: "call_rome", name: "weather", arguments: "{\"city\":\"Rome\"}" }
    ],
    ...usage(88, 34)
  }, { hasToolResult: false }),
  answers("Tidy up my notes.", {
    toolCalls: [
      { id: "call_list", name: "list_files", arguments: "{\"folder\":\"notes\"}" },
      { id: "call_delete", name: "delete_file", arguments: "{\"path\":\"notes/old.txt\"}" }
    ],
    ...usage(70, 30)
  }, { hasToolResult: false }),
  answers("Tidy up my notes.", { content: "Only notes.txt is there; I have deleted nothing.", ...usage(140, 14) }, {
    hasToolResult: true
  }),
  answers("Give me a recipe for pancakes, as data.", {
    content: "{\"dish\":\"Pancakes\",\"minutes\":20,\"ingredients\":[\"flour\",\"milk\",\"eggs\"]}",
    ...usage(60, 25)
  }),
  answers("Tell me a long story.", {
    content: "Once upon a time there was a stream that nobody had told how to end. ".repeat(20),
    ...usage(12, 340)
  }),
  answers("Write a haiku about rain.", {
    content: "Rain on the tin roof,\neach drop a small messenger:\nthe garden listens.",
    ...usage(14, 20)
  }),
  answers("How good is this haiku?", { content: "8 of 10: the last line earns it.", ...usage(40, 11) })
]

/** The server, and a note of each answer: whether the client took it whole. */
const start = Effect.acquireRelease(
  Effect.promise(async () => {
    const instance = await createServer(fixtures, { port: 0 })
    const endings: Array<Promise<string>> = []
    instance.server.prependListener("request", (_: http.IncomingMessage, response: http.ServerResponse) => {
      endings.push(endingOf(response))
    })
    return { instance, endings }
  }),
  ({ instance }) => Effect.promise(() => stop(instance))
)

const endingOf = (response: http.ServerResponse): Promise<string> =>
  new Promise((resolve) => {
    const begun = performance.now()
    response.once("close", () => {
      const seconds = ((performance.now() - begun) / 1000).toFixed(1)
      resolve(
        response.writableFinished
          ? `the answer was taken whole, after ${seconds} s`
          : `the connection closed after ${seconds} s, the answer unfinished`
      )
    })
  })

const stop = ({ server }: ServerInstance): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

export const layer: Layer.Layer<Embedded> = Layer.scoped(
  Embedded,
  Effect.map(start, ({ endings, instance }) => ({
    url: instance.url,
    saw: Effect.map(
      Effect.promise(() => Promise.all(endings.splice(0))),
      (ended) => ended.length === 0 ? "nothing" : ended.join(", ")
    )
  }))
)
