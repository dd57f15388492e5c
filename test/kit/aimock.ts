/**
 * aimock: a server of other people's making that plays providers over HTTP.
 */
import { LLMock } from "@copilotkit/aimock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Targets from "./targets.ts"

/** A server with a script, which takes the key of the targets. */
export const start = (script: (mock: LLMock) => LLMock): Effect.Effect<LLMock, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const mock = script(new LLMock({ port: 0, auth: { apiKeys: [Redacted.value(Targets.apiKey)] } }))
      await mock.start()
      return mock
    }),
    (mock) => Effect.promise(() => mock.stop())
  )
