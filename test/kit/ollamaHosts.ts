/**
 * What `OLLAMA_HOST` can be, where that is, and why Ollama's JavaScript client has it otherwise where it does.
 */
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import { folderOf } from "./transcript.ts"

const Host = Schema.Struct({ given: Schema.String, url: Schema.String, why: Schema.optional(Schema.String) })
export type Host = typeof Host.Type

export const hosts: ReadonlyArray<Host> = Schema.decodeUnknownSync(Schema.Array(Host), { onExcessProperty: "error" })(
  JSON.parse(fs.readFileSync(new URL("hosts.json", folderOf("ollama")), "utf8"))
)
