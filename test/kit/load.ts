/**
 * What framings load, for tests that read bytes without the engine, which would have done it.
 */
import * as Effect from "effect/Effect"
import * as Framing from "../../src/Framing.ts"

export const load = (): Promise<void> => Effect.runPromise(Effect.orDie(Framing.awsEventStream.load ?? Effect.void))
