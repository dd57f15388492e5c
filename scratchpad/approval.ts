/**
 * A question before each call: whoever runs the program decides, and the model is told of a no.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type ChatCompletion, ChatCompletionChunk, CompletionParams, Tool, Toolkit } from "../src/index.ts"
import * as Kit from "./kit.ts"

const toolkit = Toolkit.make(
  Tool.make("list_files", {
    description: "The files of a folder",
    parameters: Schema.Struct({ folder: Schema.String })
  }),
  Tool.make("delete_file", {
    description: "Deletes a file, for good",
    parameters: Schema.Struct({ path: Schema.String })
  })
)

const Handlers = toolkit.toLayer({
  list_files: ({ folder }) => Effect.succeed(`${folder}/notes.txt`),
  delete_file: ({ path }) => Effect.dieMessage(`${path} would be gone`)
})

/** Asked for one call at a time. A real one would ask a person. */
const approve = ({ function: { arguments: text, name } }: ChatCompletion.CompletedToolCall): Effect.Effect<boolean> => {
  const yes = name !== "delete_file"
  return Effect.as(Kit.write(`${name} ${text}? ${yes ? "yes" : "no"}\n`), yes)
}

const question = CompletionParams.make("Tidy up my notes.")

const program = Toolkit.stream(toolkit, question, { approve }).pipe(
  Stream.runForEach((event) => event._tag === "Chunk" ? Kit.write(ChatCompletionChunk.text(event.chunk)) : Effect.void),
  Effect.zipRight(Kit.write("\n"))
)

Kit.main(Effect.provide(program, Layer.merge(Kit.provider, Handlers)))
