/**
 * Every endpoint's own transcripts (`test/fixtures/<id>`) over a real socket, each endpoint on one of the clients. Apart
 * from what is done in memory, which leaves a socket no time while it computes.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Bytes from "../kit/bytes.ts"
import * as Clients from "../kit/clients.ts"
import * as Play from "../kit/play.ts"
import * as Providers from "../kit/providers.ts"
import * as Server from "../kit/server.ts"
import * as Targets from "../kit/targets.ts"
import * as Transcript from "../kit/transcript.ts"

const params = { messages: [{ role: "user", content: "Hi" }] } as const

describe("over a socket", () => {
  for (const [place, module] of Providers.all.entries()) {
    const client = Clients.all[place % Clients.all.length] ?? assert.fail("no client")
    const transcripts = Transcript.ofProvider(module.endpoint.id)

    it.scopedLive(`${module.endpoint.id}, ${client.name}`, () =>
      Effect.gen(function*() {
        assert.isNotEmpty(transcripts)
        const server = yield* Server.make(
          transcripts.map(({ bytes, contentType }, seed) =>
            Server.stream(contentType, ...Bytes.randomCuts(bytes, seed, 10))
          )
        )
        const layer = Targets.named(module)(server.url).pipe(Layer.provide(client.layer))
        for (const transcript of transcripts) {
          Transcript.check(transcript, yield* Play.play(layer, params), transcript.name)
        }
      }))
  }
})
