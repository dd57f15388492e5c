/**
 * The clocks of one attempt. The pump tells it what happened, which costs nothing but a few assignments; somebody
 * sleeps towards the next deadline and looks again, so that there is no timer for each chunk.
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type { Timeout } from "../ProviderError.ts"

/** In milliseconds; `Infinity` is off. */
export interface Limits {
  readonly headers: number
  readonly firstContent: number
  readonly idle: number
  /** The limit for the first content is for all of it: nobody sees any before the end. */
  readonly isWhole: boolean
}

/** Milliseconds since the epoch; `silence` after the answer is whole is no fault. */
export interface Deadline {
  readonly phase: Exclude<Timeout["phase"], "total"> | "silence"
  readonly after: number
  readonly at: number
}

/** Milliseconds without a byte after which an answer that is whole is over, though the server keeps the line open. */
const silence = 10_000

/** Milliseconds by which a timer is not late while the process has time for it. */
const stall = 25

export class Watchdog {
  /** When the attempt began, in milliseconds since the epoch. */
  readonly sent: number
  /** The fiber that sleeps. */
  sleeper: Fiber.RuntimeFiber<void> | undefined = undefined
  /** A deadline was reached: nobody waits for the attempt any more. */
  isOver = false

  private readonly clock: Clock.Clock
  private readonly limits: Limits
  private phase: "headers" | "firstContent" | "idle" | "silence" | "off" = "headers"
  /** The last thing that feeds the clock of the phase. */
  private last: number
  /** Time for which the consumer held the pump up. */
  private held = 0
  private heldSince: number | undefined = undefined
  private wakeAt = Infinity

  constructor(clock: Clock.Clock, limits: Limits) {
    this.clock = clock
    this.limits = limits
    this.sent = clock.unsafeCurrentTimeMillis()
    this.last = this.sent
  }

  /** The response's headers are there. */
  headers(): void {
    if (this.phase === "headers") this.phase = "firstContent"
  }

  /** Content came: text, reasoning, refusal or a piece of a tool call. */
  content(): void {
    if (this.limits.isWhole) return
    this.last = this.clock.unsafeCurrentTimeMillis()
    this.held = 0
    this.phase = "idle"
  }

  /** The answer is whole; what else it says starts the silence anew, pings do not. */
  whole(isNews: boolean): void {
    if (this.phase === "silence" && !isNews) return
    this.last = this.clock.unsafeCurrentTimeMillis()
    this.held = 0
    this.phase = "silence"
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
  }

  /** Milliseconds since the attempt was sent. */
  elapsed(): number {
    return this.clock.unsafeCurrentTimeMillis() - this.sent
  }

  /** Whether a deadline has come closer than the one that somebody sleeps towards, or is over though nobody woke up. */
  get isLate(): boolean {
    const deadline = this.next()
    // Reads that never wait leave no turn to a timer.
    return deadline !== undefined && (deadline.at < this.wakeAt || deadline.at <= this.clock.unsafeCurrentTimeMillis())
  }

  /** Ends at the deadline that is reached; without one when there is none to wait for, until `isLate` says so. */
  reached(): Effect.Effect<Deadline | undefined> {
    return Effect.suspend(() => {
      const deadline = this.next()
      this.wakeAt = deadline?.at ?? Infinity
      const left = this.wakeAt - this.clock.unsafeCurrentTimeMillis()
      return deadline === undefined || left <= 0
        ? Effect.succeed(deadline)
        : Effect.flatMap(
          this.clock.sleep(Duration.millis(left)),
          () =>
            this.clock.unsafeCurrentTimeMillis() - this.wakeAt < stall
              ? this.reached()
              // The process was held up, and timers come before what waits in the sockets: that has to be seen first.
              : Effect.flatMap(this.clock.sleep(Duration.millis(1)), () => this.reached())
        )
    })
  }

  private next(): Deadline | undefined {
    return this.heldSince === undefined ? this.deadline() : undefined
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

  private at(phase: Deadline["phase"], from: number, after: number): Deadline | undefined {
    return after === Infinity ? undefined : { phase, after, at: from + this.held + after }
  }
}
