/**
 * To interrupt a fiber and not wait for its end: what is slow to let go must not hold anything up.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

export const letGo = (fiber: Fiber.RuntimeFiber<unknown, unknown> | undefined): Effect.Effect<void> =>
  fiber === undefined ? Effect.void : Effect.fiberIdWith((id) => Fiber.interruptAsFork(fiber, id))
