import type * as Config from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import { describe, expect, test } from "tstyche"
import type { ChatCompletion, CompletionParams, OutputError, ToolError } from "../../src/index.ts"
import { Provider, Tool, Toolkit } from "../../src/index.ts"

declare const params: CompletionParams.CompletionParams
declare const event: Provider.ObjectEvent<string, string>

class Failed extends Schema.TaggedError<Failed>()("Failed", {}) {}

class Db extends Context.Tag("Db")<Db, string>() {}

const find = Tool.make("find", {
  parameters: Schema.Struct({ id: Schema.NumberFromString }),
  success: Schema.Struct({ name: Schema.String }),
  failure: Failed
})

const now = Tool.make("now")

const toolkit = Toolkit.make(find, now)

type Tools = typeof find | typeof now

declare const outcome: Toolkit.Outcome<Tools>

declare const make: Effect.Effect<
  { find: () => Effect.Effect<{ name: string }>; now: () => Effect.Effect<string> },
  Config.ConfigError,
  Db
>

type Handlers = Toolkit.Handler<"find"> | Toolkit.Handler<"now">

describe("toLayer", () => {
  test("takes what each tool decodes, and has the requirements of its handlers", () => {
    const layer = toolkit.toLayer({
      find: ({ id }) => {
        expect(id).type.toBe<number>()
        return Effect.map(Db, (name) => ({ name }))
      },
      now: () => Effect.succeed("noon")
    })
    expect(layer).type.toBe<Layer.Layer<Handlers, never, Db>>()
  })

  test("takes an Effect that makes them", () => {
    expect(toolkit.toLayer(make)).type.toBe<Layer.Layer<Handlers, Config.ConfigError, Db>>()
  })

  test("refuses a handler that gives something else, and one that is missing", () => {
    expect(toolkit.toLayer).type.not.toBeCallableWith({
      find: () => Effect.succeed({ name: 1 }),
      now: () => Effect.succeed("noon")
    })
    expect(toolkit.toLayer).type.not.toBeCallableWith({ now: () => Effect.succeed("noon") })
  })
})

describe("stream", () => {
  type Loop<E, R> = Stream.Stream<Toolkit.ToolEvent<Tools>, E, R>
  type Errors = Provider.CallError | ToolError.ToolError

  test("needs the provider and the handlers", () => {
    expect(Toolkit.stream(toolkit, params)).type.toBe<Loop<Errors, Provider.Provider | Handlers>>()
  })

  test("fails as a handler does where it is to fail", () => {
    const loop = Toolkit.stream(toolkit, params, { onToolFailure: "fail" })
    expect(loop).type.toBe<Loop<Errors | Failed, Provider.Provider | Handlers>>()
  })

  test("fails and needs as approve does", () => {
    const loop = Toolkit.stream(toolkit, params, {
      approve: () => Effect.zipRight(Effect.fail("no" as const), Effect.as(Db, true))
    })
    expect(loop).type.toBe<Loop<Errors | "no", Provider.Provider | Handlers | Db>>()
  })

  test("a result is known by the name of its tool", () => {
    if (outcome._tag === "Success" && outcome.name === "find") {
      expect(outcome.value).type.toBe<{ readonly name: string }>()
    }
    if (outcome._tag === "Failure" && outcome.name === "find") expect(outcome.error).type.toBe<Failed>()
  })
})

describe("typed answers", () => {
  const City = Schema.Struct({ name: Schema.String, founded: Schema.optionalWith(Schema.Date, { exact: true }) })

  test("a value has the Schema's type", () => {
    expect(Provider.completionObject(City, params)).type.toBe<
      Effect.Effect<
        Provider.Answered<{ readonly name: string; readonly founded?: Date }>,
        Provider.CallError | OutputError.OutputError,
        Provider.Provider
      >
    >()
  })

  test("a partial one is what there is of its encoded side", () => {
    expect<Provider.Partly<{ readonly a: ReadonlyArray<{ readonly b: string }>; readonly c?: number }>>().type.toBe<{
      readonly a?: ReadonlyArray<{ readonly b?: string }>
      readonly c?: number | null
    }>()
  })

  test("last comes the value", () => {
    if (!("partial" in event)) expect(event.completion).type.toBe<ChatCompletion.ChatCompletion>()
  })
})
