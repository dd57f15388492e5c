import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { Secrets } from "../../src/internal/scrub.ts"

const scrub = (text: string, ...values: ReadonlyArray<string>): string => {
  const secrets = new Secrets()
  for (const value of values) secrets.add(value)
  return secrets.scrub(text)
}

const hidden = "<redacted>"

describe("scrub", () => {
  const cases: ReadonlyArray<readonly [name: string, text: string, values: ReadonlyArray<string>, clean: string]> = [
    ["nothing to hide", "wrong model", [], "wrong model"],
    ["a value, wherever it is", "abcd1234, abcd1234!", ["abcd1234"], `${hidden}, ${hidden}!`],
    ["a value within white space", "was abcd1234", [" abcd1234\n"], `was ${hidden}`],
    ["a value in a URL", "?key=a%2Fb%2Bc%3D", ["a/b+c="], `?key=${hidden}`],
    ["a value in JSON", String.raw`{"k":"a\"b\\c"}`, [String.raw`a"b\c`], `{"k":"${hidden}"}`],
    ["a value that holds another", "xx-abcd-xx abcd", ["abcd", "xx-abcd-xx"], `${hidden} ${hidden}`],
    ["short values are words", "a bad key", ["bad", "key"], "a bad key"],
    ["a token without its scheme", "not dXNlcjpwYXNz", ["Basic dXNlcjpwYXNz"], `not ${hidden}`],
    ["a value with characters of a pattern", "a.b*c+d? axbxcxd", ["a.b*c+d?"], `${hidden} axbxcxd`],
    ["a value that the end cuts", "you sent abcd12", ["abcd1234"], `you sent ${hidden}`],
    ["a value that an excerpt cuts", "you sent abcd12…", ["abcd1234"], `you sent ${hidden}`],
    ["half a surrogate pair", "was \ud800abcd", ["\ud800abcd"], `was ${hidden}`],
    [
      "a key of OpenAI's, whoever's it is",
      "Incorrect API key provided: sk-proj-ab****cd.",
      [],
      `Incorrect API key provided: ${hidden}`
    ],
    ["a bearer token", "header Bearer abcdefgh,", [], `header ${hidden},`],
    ["a key of Google's", "API key AIzaSyA1234567890 not valid", [], `API key ${hidden} not valid`],
    ["what only looks a little like a key", "the task-force and sk-1", [], "the task-force and sk-1"]
  ]
  for (const [name, text, values, clean] of cases) {
    it(name, () => {
      assert.strictEqual(scrub(text, ...values), clean)
    })
  }

  it("no text holds a value, however it is put together", () => {
    const value = FastCheck.string({ unit: "binary", minLength: 4, maxLength: 12 })
      .filter((text) => text.trim().length >= 4 && !hidden.includes(text.trim()))
    FastCheck.assert(FastCheck.property(value, FastCheck.array(FastCheck.string()), (secret, parts) => {
      assert.notInclude(scrub(parts.join(secret), secret).replaceAll(hidden, ""), secret.trim())
    }))
  })
})
