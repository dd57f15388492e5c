/**
 * What is kept from one event to the next, for servers whose answers cannot be told event by event: text that may be
 * the beginning of a tag, and blocks of reasoning that are not whole yet.
 */
import type { Addition, Output } from "../Dialect.ts"
import type { Switches } from "../Endpoint.ts"
import { Details } from "./openAiDetails.ts"
import { Thoughts } from "./openAiThoughts.ts"
import { type Piece, Splitter } from "./think.ts"

interface Kept {
  readonly splitter: Splitter | undefined
  readonly details: Details | undefined
  readonly thoughts: Thoughts | undefined
}

const tell = (choice: number, pieces: ReadonlyArray<Piece>, outputs: Array<Output>): void => {
  for (const { isReasoning, text } of pieces) outputs.push({ _tag: isReasoning ? "Reasoning" : "Text", choice, text })
}

export class Keeper {
  private readonly switches: Switches
  private readonly choices = new Map<number, Kept>()

  constructor(switches: Switches) {
    this.switches = switches
  }

  /** Text of the choice, some of which may be reasoning. */
  text(choice: number, text: string, outputs: Array<Output>): void {
    const { splitter } = this.kept(choice)
    tell(choice, splitter === undefined ? [{ isReasoning: false, text }] : splitter.push(text), outputs)
  }

  /** The server tells reasoning by itself. */
  reasoned(choice: number, outputs: Array<Output>): void {
    tell(choice, this.kept(choice).splitter?.apart() ?? [], outputs)
  }

  details(choice: number, details: unknown): void {
    this.kept(choice).details?.add(details)
  }

  /** Content that is a list of parts. */
  parts(choice: number, content: unknown): void {
    this.kept(choice).thoughts?.add(content)
  }

  /** The choice is at its end: nothing is kept any longer. */
  end(choice: number, outputs: Array<Output>): void {
    const kept = this.choices.get(choice)
    if (kept === undefined) return
    tell(choice, kept.splitter?.end() ?? [], outputs)
    const blocks = kept.details?.take() ?? kept.thoughts?.take() ?? []
    for (const block of blocks) outputs.push({ _tag: "Native", choice, block })
  }

  /** All choices are. */
  endAll(): ReadonlyArray<Addition> {
    const outputs: Array<Addition> = []
    for (const choice of this.choices.keys()) this.end(choice, outputs)
    return outputs
  }

  private kept(choice: number): Kept {
    const present = this.choices.get(choice)
    if (present !== undefined) return present
    const { replay, thinkTags } = this.switches
    const kept = {
      splitter: thinkTags === undefined ? undefined : new Splitter(thinkTags === "missingOpener"),
      details: replay === "reasoning_details" ? new Details() : undefined,
      thoughts: replay === "thinking" ? new Thoughts() : undefined
    }
    this.choices.set(choice, kept)
    return kept
  }
}

/** `undefined` where nothing has to be kept, which is almost everywhere. */
export const keeperOf = (switches: Switches | undefined): Keeper | undefined =>
  switches !== undefined &&
    (switches.thinkTags !== undefined || switches.replay === "reasoning_details" || switches.replay === "thinking")
    ? new Keeper(switches)
    : undefined
