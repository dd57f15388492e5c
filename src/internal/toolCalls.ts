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
  /** Our own index, dense, in order of appearance. */
  readonly index: number
  id: string
  /** Whether the server named the id. */
  idIsServers: boolean
  name: string
  /** Whether the first delta, which carries id and name, is out. */
  told: boolean
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

  constructor(makeId: (index: number) => string) {
    this.makeId = makeId
  }

  get size(): number {
    return this.calls.length
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
    return call.told ? this.continued(call, fragment) : this.opened(call, fragment)
  }

  /**
   * What is still owed when the choice has ended: calls that never got a name, and `"{}"` for those that got no
   * arguments, if the answer is `whole`.
   */
  close(whole: boolean): ReadonlyArray<ToolCallDelta> {
    const owed: Array<ToolCallDelta> = []
    for (const call of this.calls) {
      if (!call.told) owed.push(this.opened(call, ""))
      if (whole && !call.hasArguments) owed.push({ index: call.index, function: { arguments: "{}" } })
    }
    return owed
  }

  private opened(call: Call, fragment: string): ToolCallDelta {
    const text = call.waiting + fragment
    call.told = true
    call.waiting = ""
    call.hasArguments = text.trim() !== ""
    return { index: call.index, id: call.id, type: "function", function: { name: call.name, arguments: text } }
  }

  private continued(call: Call, fragment: string): ToolCallDelta | undefined {
    if (fragment === "") return undefined
    if (!call.hasArguments) call.hasArguments = fragment.trim() !== ""
    return { index: call.index, function: { arguments: fragment } }
  }

  private find(piece: Piece): Call {
    const id = idOf(piece.id)
    const known = id === undefined ? this.byPlace(piece) : this.byId.get(id) ?? this.unnamedAt(piece)
    const call = known ?? this.begin(id)
    if (id !== undefined && !call.idIsServers) {
      // An id that comes after the call was told stays ours outside, and is understood inside.
      if (!call.told) call.id = id
      call.idIsServers = true
      this.byId.set(id, call)
    }
    if (piece.index !== undefined) this.byIndex.set(piece.index, call)
    return call
  }

  /** By index, else the latest; another name after arguments is another call. */
  private byPlace(piece: Piece): Call | undefined {
    const call = piece.index === undefined ? this.calls.at(-1) : this.byIndex.get(piece.index)
    const isAnother = call !== undefined && call.hasArguments && piece.name !== undefined && piece.name !== "" &&
      piece.name !== call.name
    return isAnother ? undefined : call
  }

  /** The call at this index that waits for its id. */
  private unnamedAt(piece: Piece): Call | undefined {
    const call = piece.index === undefined ? undefined : this.byPlace(piece)
    return call?.idIsServers === false ? call : undefined
  }

  private begin(id: string | undefined): Call {
    const index = this.calls.length
    const call: Call = {
      index,
      id: id ?? this.makeId(index),
      idIsServers: id !== undefined,
      name: "",
      told: false,
      waiting: "",
      hasArguments: false
    }
    this.calls.push(call)
    if (id !== undefined) this.byId.set(id, call)
    return call
  }
}
