/**
 * An answer as a value: the request for it, and what an answer says.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { CallOptions } from "../CallOptions.ts"
import type { ChatCompletion, CompletionChoice } from "../ChatCompletion.ts"
import * as ChatCompletionChunk from "../ChatCompletionChunk.ts"
import type { CompletionParams } from "../CompletionParams.ts"
import { OutputError } from "../OutputError.ts"
import { type CallError, ProviderError } from "../ProviderError.ts"
import * as ResponseFormat from "../ResponseFormat.ts"
import * as Fold from "./completionFold.ts"
import * as Fences from "./fences.ts"
import { isWhole } from "./finish.ts"
import { isObject, type Json } from "./json.ts"
import { refusal } from "./jsonSchemaParams.ts"
import { parseJson } from "./parseJson.ts"
import { PartialJson } from "./partialJson.ts"
import * as Codec from "./schemaCodec.ts"

/** How the answer is asked for. */
export interface ObjectOptions extends CallOptions, ResponseFormat.Options {
  /** What the value is called where it has a name: 1 to 64 letters, digits, `_` or `-`. Default: `answer`. */
  readonly name?: string | undefined
}

/**
 * What there is of a value while it is written: an object may lack keys, a list elements, a text its end. Where a key may
 * be absent some servers write null.
 */
export type Partly<I> = I extends string | number | boolean | null | undefined ? I
  : I extends ReadonlyArray<infer A> ? ReadonlyArray<Partly<A>>
  : I extends object ? { readonly [K in keyof I]?: Partly<I[K]> | (undefined extends I[K] ? null : never) }
  : I

/** A value, and the answer that it was in. */
export interface Answered<A> {
  readonly value: A
  readonly completion: ChatCompletion
}

/** The service, as far as it is needed. */
interface Source {
  readonly id: string
  readonly completion: (params: CompletionParams, options?: CallOptions) => Effect.Effect<ChatCompletion, CallError>
  readonly completionStream: (
    params: CompletionParams,
    options?: CallOptions
  ) => Stream.Stream<ChatCompletionChunk.ChatCompletionChunk, CallError>
}

interface Request<A> {
  readonly name: string
  readonly codec: Codec.Codec<A>
  readonly params: CompletionParams
  readonly call: CallOptions
}

const requestOf = <A, I>(
  source: Source,
  schema: Schema.Schema<A, I>,
  params: CompletionParams,
  { description, name = "answer", strict, ...call }: ObjectOptions
): Effect.Effect<Request<A>, ProviderError> =>
  Either.match(Codec.make(schema), {
    onLeft: (fault) => {
      const { detail, ...reason } = refusal("responseFormat.schema")(fault)
      const facts = { provider: source.id, model: params.model, attempts: 0, contentEmitted: false }
      return Effect.fail(new ProviderError({ ...facts, reason, detail: `${detail}; nothing was sent` }))
    },
    onRight: (codec) => {
      const responseFormat = ResponseFormat.ofCodec(name, codec, {
        ...(description === undefined ? undefined : { description }),
        ...(strict === undefined ? undefined : { strict })
      })
      return Effect.succeed({ name, codec, params: { ...params, responseFormat }, call })
    }
  })

/** Where the value is: in the call of the tool that has its name, where the provider needs one; else in the text. */
const textOf = ({ message }: CompletionChoice, name: string): string => {
  const call = message.toolCalls?.find((call) => call.function.name === name)
  return call?.function.arguments ?? message.content ?? ""
}

const read = <A>({ codec, name }: Request<A>, completion: ChatCompletion): Either.Either<Answered<A>, OutputError> => {
  // The compiler has checked the fields.
  const fail = (kind: OutputError["kind"], text: string, issue?: string) =>
    Either.left(new OutputError({ kind, text, issue, completion }, { disableValidation: true }))
  const choice = completion.choices.find(({ index }) => index === 0)
  if (choice === undefined) return fail("notJson", "")
  const { finishReason, message: { refusal } } = choice
  const text = textOf(choice, name)
  if (refusal !== undefined && refusal !== "") return fail("refused", refusal)
  if (finishReason === "content_filter" || finishReason === "refusal") return fail("refused", text)
  if (finishReason !== undefined && !isWhole(finishReason)) return fail("cut", text)
  const json = parseJson(Fences.inside(text))
  if (json === undefined) return fail("notJson", text)
  return Either.match(codec.decode(json), {
    onLeft: (error) => fail("invalid", text, ParseResult.TreeFormatter.formatErrorSync(error)),
    onRight: (value) => Either.right({ value, completion })
  })
}

export const completion = <A, I>(
  source: Source,
  schema: Schema.Schema<A, I>,
  params: CompletionParams,
  options: ObjectOptions = {}
): Effect.Effect<Answered<A>, CallError | OutputError> =>
  Effect.gen(function*() {
    const request = yield* requestOf(source, schema, params, options)
    return yield* read(request, yield* source.completion(request.params, request.call))
  })

/** The pieces of the value in a chunk. */
class Pieces {
  private readonly name: string
  private readonly unfenced = new Fences.Unfenced()
  private readonly partial = new PartialJson()
  /** The index of the call that has the value. */
  private call: number | undefined = undefined

  constructor(name: string) {
    this.name = name
  }

  /** What the value is with this chunk; `undefined` where it says nothing new of it. */
  add(chunk: ChatCompletionChunk.ChatCompletionChunk): Json | undefined {
    return this.partial.write(this.unfenced.take(ChatCompletionChunk.text(chunk) + this.ofCalls(chunk)))
  }

  private ofCalls({ choices }: ChatCompletionChunk.ChatCompletionChunk): string {
    const calls = choices.find(({ index }) => index === 0)?.delta.toolCalls ?? []
    let text = ""
    for (const { function: { arguments: piece = "", name }, index } of calls) {
      if (name === this.name) this.call ??= index
      if (index === this.call) text += piece
    }
    return text
  }
}

const unwrapped = (json: Json | undefined, wrapped: boolean): Json | undefined =>
  wrapped ? isObject(json) ? json["value"] : undefined : json

export type ObjectEvent<A, I> = { readonly partial: Partly<I> } | Answered<A>

export const stream = <A, I>(
  source: Source,
  schema: Schema.Schema<A, I>,
  params: CompletionParams,
  options: ObjectOptions = {}
): Stream.Stream<ObjectEvent<A, I>, CallError | OutputError> =>
  Stream.unwrap(Effect.map(requestOf(source, schema, params, options), (request) => {
    const fold = Fold.make()
    const pieces = new Pieces(request.name)
    const partials = Stream.filterMap(source.completionStream(request.params, request.call), (chunk) => {
      fold.add(chunk)
      const json = unwrapped(pieces.add(chunk), request.codec.wrapped)
      // What the text says so far is a part of what the Schema encodes, as far as the model keeps to it.
      return json === undefined ? Option.none() : Option.some({ partial: json as Partly<I> })
    })
    return Stream.concat(partials, Stream.suspend(() => Stream.fromEffect(read(request, fold.snapshot()))))
  }))
