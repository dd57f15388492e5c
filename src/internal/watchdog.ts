/**
 * The clocks of one attempt. The pump tells it what happened, which costs nothing but a few assignments; the watchdog
 * sleeps towards the next deadline and looks again, so that there is no timer for each chunk.
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type { Timeout } from "../ProviderError.ts"

/** In milliseconds; `Infinity` is off. */
export interface Limits {
  readonly headers: number
  readonly firstContent: number
  readonly idle: number
  /** The limit for the first content is for all of it: nobody sees any before the end. */
  readonly isWhole: boolean
}

/** A deadline that was reached; `silence` after the answer is whole is no fault, and `released` is no deadline. */
export interface Expired {
  readonly phase: Exclude<Timeout["phase"], "total"> | "silence" | "released"
  readonly after: number
}

/** Milliseconds without a byte after which an answer that is whole is over, though the server keeps the line open. */
const silence = 10_000

interface Deadline extends Expired {
  readonly at: number
}

export class Watchdog {
  private readonly clock: Clock.Clock
  private readonly limits: Limits
  private phase: "headers" | "firstContent" | "idle" | "silence" | "off" = "headers"
  private readonly sent: number
  /** The last thing that feeds the clock of the phase. */
  private last: number
  /** Time for which the consumer held the pump up. */
  private held = 0
  private heldSince: number | undefined = undefined
  private wakeAt = 0
  private wake: (() => void) | undefined = undefined
  private isPoked = false
  private released = false

  constructor(clock: Clock.Clock, limits: Limits) {
    this.clock = clock
    this.limits = limits
    this.sent = clock.unsafeCurrentTimeMillis()
    this.last = this.sent
  }

  /** The response's headers are there. */
  headers(): void {
    if (this.phase === "headers") this.enter("firstContent")
  }

  /** Content came: text, reasoning, refusal or a piece of a tool call. */
  content(): void {
    if (this.limits.isWhole) return
    this.last = this.clock.unsafeCurrentTimeMillis()
    this.held = 0
    if (this.phase !== "idle") this.enter("idle")
  }

  /** The answer is whole; what else it says starts the silence anew, pings do not. */
  whole(isNews: boolean): void {
    if (this.phase === "silence" && !isNews) return
    this.last = this.clock.unsafeCurrentTimeMillis()
    this.held = 0
    if (this.phase !== "silence") this.enter("silence")
  }

  /** The attempt is over. */
  off(): void {
    this.phase = "off"
  }

  /** The consumer is behind: the provider is not to blame. */
  hold(): void {
    this.heldSince = this.clock.unsafeCurrentTimeMillis()
  }

  resume(): void {
    if (this.heldSince === undefined) return
    this.held += this.clock.unsafeCurrentTimeMillis() - this.heldSince
    this.heldSince = undefined
    this.poke()
  }

  /** Milliseconds since the attempt was sent. */
  elapsed(): number {
    return this.clock.unsafeCurrentTimeMillis() - this.sent
  }

  /** There is nothing left to watch. */
  release(): void {
    this.released = true
    this.poke()
  }

  /** Ends when a deadline is reached, at the deadline. One fiber sleeps, and not the three of a race: streams are many. */
  readonly expired: Effect.Effect<Expired> = Effect.suspend(() => {
    if (this.released) return Effect.succeed<Expired>({ phase: "released", after: 0 })
    const deadline = this.heldSince === undefined ? this.deadline() : undefined
    const left = deadline === undefined ? Infinity : deadline.at - this.clock.unsafeCurrentTimeMillis()
    if (deadline !== undefined && left <= 0) {
      return Effect.succeed<Expired>({ phase: deadline.phase, after: deadline.after })
    }
    this.wakeAt = deadline?.at ?? Infinity
    if (left === Infinity) return Effect.zipRight(this.poked, this.expired)
    return Effect.flatMap(Effect.fork(Effect.sleep(Duration.millis(left))), (sleeper) => {
      sleeper.addObserver((exit) => {
        if (Exit.isSuccess(exit)) this.poke()
      })
      return Effect.zipRight(this.poked, Effect.zipRight(Fiber.interruptFork(sleeper), this.expired))
    })
  })

  private readonly poked: Effect.Effect<void> = Effect.async<void>((resume) => {
    this.wake = () => resume(Effect.void)
    if (this.isPoked) this.poke()
    return Effect.sync(() => {
      this.wake = undefined
    })
  })

  /** Looks again, now or when it next waits. */
  private poke(): void {
    const { wake } = this
    this.wake = undefined
    this.isPoked = wake === undefined
    wake?.()
  }

  private enter(phase: Watchdog["phase"]): void {
    this.phase = phase
    // A sleep towards a later deadline would miss this one.
    if ((this.deadline()?.at ?? Infinity) < this.wakeAt) this.poke()
  }

  private deadline(): Deadline | undefined {
    const { firstContent, headers, idle } = this.limits
    switch (this.phase) {
      case "headers":
        return headers <= firstContent
          ? this.at("headers", this.sent, headers)
          : this.at("firstContent", this.sent, firstContent)
      case "firstContent":
        return this.at("firstContent", this.sent, firstContent)
      case "idle":
        return this.at("idle", this.last, idle)
      case "silence":
        return this.at("silence", this.last, silence)
      case "off":
        return undefined
    }
  }

  private at(phase: Expired["phase"], from: number, after: number): Deadline | undefined {
    return after === Infinity ? undefined : { phase, after, at: from + this.held + after }
  }
}
