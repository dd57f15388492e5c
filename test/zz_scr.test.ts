import { createRequire } from "node:module"
const require = createRequire(import.meta.url)
import { it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Arbitrary from "effect/Arbitrary"
import * as FastCheck from "effect/FastCheck"
import * as JSONSchema from "effect/JSONSchema"
import * as C from "../src/ChatCompletionChunk.ts"
it("x", () => {
  const d = Schema.decodeUnknownSync(C.ChatCompletionChunk)
  console.log(JSON.stringify(d({id:"x",object:"chat.completion.chunk",created:1,model:"m",service_tier:null,usage:null,obfuscation:"zz",
   choices:[{index:0,delta:{role:"assistant",content:"",refusal:null,reasoning_content:"r",tool_calls:[{index:0,id:"a",type:"function",function:{name:"f",arguments:""}}]},logprobs:null,finish_reason:null}]})))
  console.log(JSON.stringify(FastCheck.sample(Arbitrary.make(Schema.typeSchema(C.ChatCompletionChunk)),3)).slice(0,3000))
  console.log(JSON.stringify(JSONSchema.make(C.ChatCompletionChunk)).slice(0,500))
  console.log(String(d))
  try { d({error:{message:"x"}}) } catch (e) { console.log(String(e)) }
  FastCheck.assert(FastCheck.property(Arbitrary.make(Schema.typeSchema(C.ChatCompletionChunk)), (c) => {
    const {raw, ...rest} = c
    const w = JSON.parse(JSON.stringify(Schema.encodeSync(C.ChatCompletionChunk)(c)))
    const back = d(w)
    if (JSON.stringify(Object.keys(w)).includes("raw")) throw new Error("raw")
    ;(globalThis as any).assertEq?.(1)
    require("node:assert").deepStrictEqual(back, rest)
  }), {numRuns: 300})
})
