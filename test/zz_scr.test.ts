import { assert, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Arbitrary from "effect/Arbitrary"
import * as FastCheck from "effect/FastCheck"
import * as JSONSchema from "effect/JSONSchema"
import * as C from "../src/ChatCompletion.ts"
import * as P from "../src/CompletionParams.ts"
const rt = (name: string, schema: Schema.Schema<any, any>, n = 100) => it(name, () => {
  const t0 = Date.now()
  FastCheck.assert(FastCheck.property(Arbitrary.make(Schema.typeSchema(schema)), (c) => {
    const w = JSON.parse(JSON.stringify(Schema.encodeSync(schema)(c)))
    assert.deepStrictEqual(Schema.decodeUnknownSync(schema)(w), c)
    assert.deepStrictEqual(Schema.decodeUnknownSync(schema, {onExcessProperty: "error"})(w), c)
    assert.deepStrictEqual(Schema.decodeUnknownSync(schema)(Schema.encodeSync(schema)(c)), c)
  }), {numRuns: n})
  JSONSchema.make(schema)
  console.log(name, Date.now() - t0)
}, 30000)
rt("completion", C.ChatCompletion)
for (const k of ["Extra","Source","TextPart","ImagePart","FilePart","AudioPart","Part","SystemMessage","UserMessage","AssistantMessage","ToolMessage","Message","ToolDefinition","ToolChoice","ResponseFormat","CompletionParams"] as const) rt(k, P[k] as any)
it("ex", () => {
  const d = Schema.decodeUnknownSync(P.CompletionParams)
  const body = {model:"m",stream:true,stream_options:{include_usage:false,include_obfuscation:true},max_tokens:5,store:true,messages:[{role:"developer",content:"x"},{role:"user",content:[{type:"text",text:"a",cache_control:{type:"x"}},{type:"image_url",image_url:{url:"data:image/png;base64,AAEC",detail:"high",foo:1}}]},
   {role:"assistant",content:[{type:"refusal",refusal:"no"},{type:"text",text:"yes"}],reasoning_content:"r",audio:{id:"a"},function_call:null}],
   tools:[{type:"function",function:{name:"f",description:null,parameters:{type:"object"},strict:true,bar:2},cache:1}],tool_choice:{type:"function",function:{name:"f"}},response_format:{type:"json_schema",json_schema:{name:"n",schema:{},strict:true}}}
  const p = d(body)
  console.log(JSON.stringify(p,null,1)); console.log(JSON.stringify(Schema.encodeSync(P.CompletionParams)(p)))
  for (const bad of [{messages:[{role:"user",content:[{type:"image_url",image_url:{}}]}]},{messages:[{role:"usr",content:"x"}]},{messages:[{role:"user",content:[{type:"video",x:1}]}]}, {messages:[{role:"tool",content:"x"}]}])
  try { d(bad) } catch (e) { console.log(String(e)) }
})
