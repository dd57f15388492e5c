/**
 * The list of known failures, by number: `5.3` is a section, `15.8` a row of the conformance table of section 15 with a
 * letter for each of its cases, `19.17` a fixture of section 19.
 */

const letters = (number: string, cases: string): ReadonlyArray<string> =>
  [...cases].map((letter) => `${number}${letter}`)

const numbered = (section: number, last: number): ReadonlyArray<string> =>
  Array.from({ length: last }, (_, index) => `${section}.${index + 1}`)

/** What has to be tested: each exactly once, here or as `notYet`. */
export const all: ReadonlyArray<string> = [
  // Sections 1 to 13, those of their entries that name a test or a behaviour.
  ...numbered(1, 6),
  ...numbered(2, 7),
  ...numbered(3, 6),
  ...numbered(4, 5),
  ...numbered(5, 10),
  ...numbered(6, 4),
  ...letters("7.1", "abcdef"),
  ...numbered(7, 7).slice(1),
  "7.3 split",
  // Shapes of usage, a to g; then bad numbers, usage on an error, and the arithmetic of caches.
  ...letters("8", "abcdefghij"),
  "9",
  "9 replay",
  "9 tags",
  "10",
  "11",
  "12 memory",
  "12 slow consumer",
  "13",
  "13 secrets",
  // Rows of section 15.
  "15.1", // EOF without finish
  ...letters("15.2", "abcd"), // empty, JSON error, HTML, unframed JSON
  "15.3", // retry
  "15.4", // last event without blank line
  "15.5", // CRLF split
  "15.6", // error beside choices
  "15.7", // bare error, event: error, vLLM's
  ...letters("15.8", "abcdefg"), // eos, "", role "", created null, data: null, content array, billing
  ...letters("15.9", "abcdefg"), // unknown fields, role, tool_calls and id null, no delta, no finish key, usage only
  "15.10", // model not x/y
  ...letters("15.11", "ab"), // 401, 429
  "15.12", // reset
  "15.13", // stall
  "15.14", // 11 MiB
  "15.15", // interrupt
  // Fixtures of section 19.
  ...numbered(19, 46),
  "19.47 off",
  "19.47 on",
  "19.48"
]

/** What cannot be tested before there is something to test. */
export const notYet: ReadonlyMap<string, string> = new Map([
  ["7.3 split", "names in pieces are a habit of one server: there is no endpoint with that switch"],
  ["9 tags", "no endpoint splits <think> tags out of the text"],
  ["19.47 on", "no endpoint splits <think> tags out of the text"]
])

/** Tests that are no rows of a table: the number, the file, and what the file says there. */
export const elsewhere: ReadonlyArray<readonly [number: string, file: string, title: string]> = [
  ["1.6", "test/loopback/lifecycle.test.ts", "calls use at most two"],
  ["2.1", "test/loopback/lifecycle.test.ts", "a call that is stopped"],
  ["2.2", "test/loopback/lifecycle.test.ts", "check: isCancelled"],
  ["2.3", "test/loopback/lifecycle.test.ts", "stopping at any moment"],
  ["2.4", "test/loopback/lifecycle.test.ts", "a completion is stopped before its headers and in its body"],
  ["2.5", "test/loopback/lifecycle.test.ts", "errors with large bodies leave at most one open"],
  ["2.6", "test/Call.test.ts", "one signal for many calls keeps no listener"],
  ["2.7", "test/loopback/lifecycle.test.ts", "cancelling a ReadableStream made of it closes the socket"],
  ["5.8", "test/faults/calls.test.ts", "lines of data without a blank one"],
  ["5.9", "test/faults/sockets.test.ts", "piece by piece, each flushed"],
  ["9 replay", "test/faults/replay.test.ts", "go back as they came"],
  ["12 memory", "test/soak/run.ts", "name: \"big\""],
  ["12 slow consumer", "test/loopback/lifecycle.test.ts", "it holds the server up, and no clock blames the server"],
  ["13 secrets", "test/secrets.test.ts", "a frame that is not JSON, cut in the middle of the key"],
  ["15.14", "test/faults/calls.test.ts", "an event of 11 MiB"],
  ["15.15", "test/loopback/lifecycle.test.ts", "a call that is stopped"],
  ["19.43", "test/faults/calls.test.ts", "to another origin"],
  ["19.45", "test/faults/calls.test.ts", "1 MiB of content in pieces of 16 bytes"]
]

/** Faults that one of the dialects cannot have. */
export const oneDialect: ReadonlyMap<string, string> = new Map([
  ["7.1e", "OpenAI's: an event of Anthropic's is about one call"],
  ["8e", "OpenAI's: an event of Anthropic's has no choices"],
  ["15.8a", "OpenAI's: a word for the end of a server that imitates it"],
  ["15.8c", "OpenAI's: a delta of Anthropic's has no role"],
  ["15.8d", "OpenAI's: an event of Anthropic's says nothing of its time"],
  ["15.8f", "OpenAI's: a delta of Anthropic's says its type"],
  ["15.9c", "OpenAI's: a delta of Anthropic's has no list of calls"],
  ["19.23", "OpenAI's: Azure's filters"],
  ["19.24", "OpenAI's: the fields of its delta"],
  ["19.25", "OpenAI's: a delta of Anthropic's says its type"],
  ["19.37", "Anthropic's: its arithmetic of caches"],
  ["19.38", "Anthropic's: its events"],
  ["19.39", "Anthropic's: its blocks"],
  ["19.48", "OpenAI's: the names of a field that it does not define"]
])
