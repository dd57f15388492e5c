/**
 * Which tool call a piece belongs to, and what of it has been told. One registry per choice and attempt.
 *
 * Servers number calls from 0, from 1, from 7, all with 0 or not at all; send ids once, on every piece, as `""` or
 * `"null"`, or never. So identity is a non-empty id, else the server's index, else the latest call, and what goes out
 * has an index of our own.
 */
import type { ToolCallDelta } from "../ChatCompletionChunk.ts"
import type { Output } from "../Dialect.ts"

interface Call {
  /** The server's. */
  id: string | undefined
  /** Whether the server gave it an index. */
  placed: boolean
  name: string
  /** Our own index, dense, in the order in which the first deltas, which carry id and name, go out. */
  told: number | undefined
  /** Arguments that came before the name. */
  waiting: string
  hasArguments: boolean
}

type Piece = Extract<Output, { readonly _tag: "ToolCall" }>

const idOf = (id: string | undefined): string | undefined =>
  id === undefined || id === "" || id === "null" ? undefined : id

export class ToolCalls {
  private readonly calls: Array<Call> = []
  private readonly byId = new Map<string, Call>()
  private readonly byIndex = new Map<number, Call>()
  private readonly makeId: (index: number) => string
  private toldCalls = 0

  constructor(makeId: (index: number) => string) {
    this.makeId = makeId
  }

  /** The delta that this piece adds, if it adds one. */
  add(piece: Piece): ToolCallDelta | undefined {
    const call = this.find(piece)
    if (call.name === "" && piece.name !== undefined) call.name = piece.name
    const fragment = piece.arguments ?? ""
    if (call.name === "") {
      call.waiting += fragment
      return undefined
    }
    return call.told === undefined ? this.opened(call, fragment) : this.continued(call, call.told, fragment)
  }

  /**
   * What is still owed when the choice has ended: calls that never got a name, and `"{}"` for those that got no
   * arguments, if the answer is `whole`.
   */
  close(whole: boolean): ReadonlyArray<ToolCallDelta> {
    const owed: Array<ToolCallDelta> = []
    for (const call of this.calls) {
      if (call.told === undefined) owed.push(this.opened(call, ""))
      if (whole && !call.hasArguments) owed.push({ index: call.told ?? 0, function: { arguments: "{}" } })
    }
    return owed
  }

  private opened(call: Call, fragment: string): ToolCallDelta {
    const index = this.toldCalls++
    const text = call.waiting + fragment
    call.told = index
    call.waiting = ""
    call.hasArguments = text.trim() !== ""
    return {
      index,
      id: call.id ?? this.makeId(index),
      type: "function",
      function: { name: call.name, arguments: text }
    }
  }

  private continued(call: Call, index: number, fragment: string): ToolCallDelta | undefined {
    if (fragment === "") return undefined
    if (!call.hasArguments) call.hasArguments = fragment.trim() !== ""
    return { index, function: { arguments: fragment } }
  }

  private find(piece: Piece): Call {
    const id = idOf(piece.id)
    const known = id === undefined ? this.byPlace(piece) : this.byId.get(id) ?? this.unnamedAt(piece)
    const call = known ?? this.begin(id)
    if (id !== undefined && call.id === undefined) {
      // An id that comes after the call was told stays ours outside, and is understood inside.
      call.id = id
      this.byId.set(id, call)
    }
    if (piece.index !== undefined) {
      call.placed = true
      this.byIndex.set(piece.index, call)
    }
    return call
  }

  /** By index, else the latest; another name after arguments is another call. */
  private byPlace(piece: Piece): Call | undefined {
    const call = piece.index === undefined ? this.calls.at(-1) : this.byIndex.get(piece.index) ?? this.unplaced(piece)
    const isAnother = call !== undefined && call.hasArguments && piece.name !== undefined && piece.name !== "" &&
      piece.name !== call.name
    return isAnother ? undefined : call
  }

  /** More arguments at an index that nobody knows: of the latest call, if that came without one. */
  private unplaced(piece: Piece): Call | undefined {
    const latest = this.calls.at(-1)
    return latest?.placed === false && !piece.name ? latest : undefined
  }

  /** The call at this index that waits for its id. */
  private unnamedAt(piece: Piece): Call | undefined {
    const call = piece.index === undefined ? undefined : this.byPlace(piece)
    return call?.id === undefined ? call : undefined
  }

  private begin(id: string | undefined): Call {
    const call: Call = { id, placed: false, name: "", told: undefined, waiting: "", hasArguments: false }
    this.calls.push(call)
    if (id !== undefined) this.byId.set(id, call)
    return call
  }
}
