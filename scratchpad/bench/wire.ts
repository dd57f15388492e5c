/**
 * The wire languages, frame by frame, as the providers send them.
 */
import * as Answer from "./answer.ts"

/** What a user would call the API; and the one that `@effect/ai-openai` speaks instead of the first. */
export type Wire = "openai" | "anthropic"

export const wires: ReadonlyArray<Wire> = ["openai", "anthropic"]

export interface Language {
  /** What a request's path ends with. */
  readonly path: string
  readonly open: string
  readonly text: (text: string) => string
  /** What follows the text; some languages say all of it once more. */
  readonly close: (text: string) => string
  readonly toolOpen: string
  readonly tool: (fragment: string) => string
  readonly toolClose: (whole: string) => string
}

const data = (json: unknown): string => `data: ${JSON.stringify(json)}\n\n`

const event = (json: { readonly type: string; readonly [key: string]: unknown }): string =>
  `event: ${json.type}\n${data(json)}`

const chunk = (choices: ReadonlyArray<unknown>, usage: unknown = null): string =>
  data({
    id: "chatcmpl-BwqK2mVvX5mS7cX1yJ2oQz3vT8hLp",
    object: "chat.completion.chunk",
    created: 1_753_900_000,
    model: "gpt-5-mini-2025-08-07",
    service_tier: "default",
    system_fingerprint: null,
    choices,
    usage
  })

const delta = (delta: unknown, finish_reason: string | null = null): string =>
  chunk([{ index: 0, delta, logprobs: null, finish_reason }])

const usage = chunk([], {
  prompt_tokens: 10,
  completion_tokens: 20,
  total_tokens: 30,
  prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 }
})

const toolCall = (call: unknown): string => delta({ tool_calls: [call] })

const chat: Language = {
  path: "/chat/completions",
  open: delta({ role: "assistant", content: "", refusal: null }),
  text: (content) => delta({ content }),
  close: () => `${delta({}, "stop")}${usage}data: [DONE]\n\n`,
  toolOpen: delta({ role: "assistant", content: null, refusal: null }) +
    toolCall({ index: 0, id: "call_1", type: "function", function: { name: "save", arguments: "" } }),
  tool: (fragment) => toolCall({ index: 0, function: { arguments: fragment } }),
  toolClose: () => `${delta({}, "tool_calls")}${usage}data: [DONE]\n\n`
}

const blockStart = (content_block: unknown): string => event({ type: "content_block_start", index: 0, content_block })

const blockDelta = (delta: unknown): string => event({ type: "content_block_delta", index: 0, delta })

const messageOpen = event({
  type: "message_start",
  message: {
    id: "msg_01XFDUDYJgAACzvnptvVoYEL",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-4-5-20250929",
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: {
      input_tokens: 10,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: 1,
      service_tier: "standard"
    }
  }
})

const messageClose = (stop_reason: string): string =>
  event({ type: "content_block_stop", index: 0 }) +
  event({ type: "message_delta", delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 20 } }) +
  event({ type: "message_stop" })

const messages: Language = {
  path: "/messages",
  open: messageOpen + blockStart({ type: "text", text: "" }) + event({ type: "ping" }),
  text: (text) => blockDelta({ type: "text_delta", text }),
  close: () => messageClose("end_turn"),
  toolOpen: messageOpen + blockStart({ type: "tool_use", id: "toolu_1", name: "save", input: {} }),
  tool: (partial_json) => blockDelta({ type: "input_json_delta", partial_json }),
  toolClose: () => messageClose("tool_use")
}

const response = (status: string, output: ReadonlyArray<unknown>) => ({
  id: "resp_1",
  object: "response",
  created_at: 1_753_900_000,
  status,
  error: null,
  incomplete_details: null,
  instructions: null,
  metadata: {},
  model: "gpt-5-mini-2025-08-07",
  output,
  parallel_tool_calls: true,
  temperature: 1,
  tool_choice: "auto",
  tools: [],
  top_p: 1,
  usage: status === "completed"
    ? {
      input_tokens: 10,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 20,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 30
    }
    : null
})

// A counter that all answers share: only its type is ever looked at.
const sequence_number = 7

const item = { item_id: "msg_1", output_index: 0, sequence_number }

const outputMessage = (status: string, content: ReadonlyArray<unknown>) => ({
  id: "msg_1",
  type: "message",
  status,
  role: "assistant",
  content
})

const outputText = (text: string) => ({ type: "output_text", text, annotations: [], logprobs: [] })

const functionCall = (status: string, whole: string) => ({
  id: "fc_1",
  type: "function_call",
  status,
  call_id: "call_1",
  name: "save",
  arguments: whole
})

const responses: Language = {
  path: "/responses",
  open: event({ type: "response.created", sequence_number, response: response("in_progress", []) }) +
    event({
      type: "response.output_item.added",
      sequence_number,
      output_index: 0,
      item: outputMessage("in_progress", [])
    }) +
    event({ type: "response.content_part.added", ...item, content_index: 0, part: outputText("") }),
  text: (delta) => event({ type: "response.output_text.delta", ...item, content_index: 0, delta, logprobs: [] }),
  close: (text) => {
    const whole = outputMessage("completed", [outputText(text)])
    return event({ type: "response.output_text.done", ...item, content_index: 0, text, logprobs: [] }) +
      event({ type: "response.content_part.done", ...item, content_index: 0, part: outputText(text) }) +
      event({ type: "response.output_item.done", sequence_number, output_index: 0, item: whole }) +
      event({ type: "response.completed", sequence_number, response: response("completed", [whole]) })
  },
  toolOpen: event({ type: "response.created", sequence_number, response: response("in_progress", []) }) +
    event({
      type: "response.output_item.added",
      sequence_number,
      output_index: 0,
      item: functionCall("in_progress", "")
    }),
  tool: (delta) => event({ type: "response.function_call_arguments.delta", ...item, item_id: "fc_1", delta }),
  toolClose: (whole) => {
    const call = functionCall("completed", whole)
    return event({ type: "response.function_call_arguments.done", ...item, item_id: "fc_1", arguments: whole }) +
      event({ type: "response.output_item.done", sequence_number, output_index: 0, item: call }) +
      event({ type: "response.completed", sequence_number, response: response("completed", [call]) })
  }
}

const languages = [chat, messages, responses]

/** The language of a request. */
export const languageOf = (url: string): Language | undefined => languages.find(({ path }) => url.endsWith(path))

/** A whole answer in `count` pieces of text. */
export const answer = (language: Language, count: number): string =>
  language.open + Array.from({ length: count }, (_, i) => language.text(Answer.piece(i))).join("") +
  language.close(Answer.text(count))

/** An answer that is one tool call, whose arguments come in fragments. */
export const toolAnswer = (language: Language, size: number): string => {
  const whole = Answer.toolArguments(size)
  let frames = language.toolOpen
  for (let at = 0; at < whole.length; at += Answer.fragment) {
    frames += language.tool(whole.slice(at, at + Answer.fragment))
  }
  return frames + language.toolClose(whole)
}
