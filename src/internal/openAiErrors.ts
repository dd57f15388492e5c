/**
 * What the errors of OpenAI's API mean, and of the servers that imitate it.
 *
 * @see https://platform.openai.com/docs/guides/error-codes
 */
import * as Classify from "./classify.ts"

/** Codes and types that mean one thing only, whatever the status. */
const specific: ReadonlyMap<string, Classify.Kind> = new Map<string, Classify.Kind>([
  // OpenAI: these come with 429, and waiting does not help. Of some the type is `insufficient_quota`, of some not.
  ["insufficient_quota", "QuotaExceeded"],
  ["billing_hard_limit_reached", "QuotaExceeded"],
  ["billing_not_active", "QuotaExceeded"],
  ["credit_balance_exhausted", "QuotaExceeded"],
  ["organization_spend_limit_exceeded", "QuotaExceeded"],
  ["organization_usage_limit_exceeded", "QuotaExceeded"],
  ["project_spend_limit_exceeded", "QuotaExceeded"],
  // Moonshot, DashScope, one-api.
  ["exceeded_current_quota_error", "QuotaExceeded"],
  ["Arrearage", "QuotaExceeded"],
  ["insufficient_user_quota", "QuotaExceeded"],
  // MiniMax, with 402, 429 or 500.
  ["insufficient_balance_error", "QuotaExceeded"],

  ["invalid_api_key", "Authentication"],
  ["InvalidApiKey", "Authentication"],
  ["invalid_authentication_error", "Authentication"],

  ["context_length_exceeded", "ContextLength"],
  // llama.cpp, Perplexity, GitHub Models, Copilot.
  ["exceed_context_size_error", "ContextLength"],
  ["too_many_prompt_tokens", "ContextLength"],
  ["tokens_limit_reached", "ContextLength"],
  ["model_max_prompt_tokens_exceeded", "ContextLength"],

  ["content_filter", "ContentFilter"],
  ["content_policy_violation", "ContentFilter"],
  ["ResponsibleAIPolicyViolation", "ContentFilter"],
  // DashScope.
  ["data_inspection_failed", "ContentFilter"],
  ["DataInspectionFailed", "ContentFilter"],
  // Portkey's guardrails, with a status of their own: 446.
  ["hooks_failed", "ContentFilter"],

  ["model_not_found", "ModelNotFound"],
  ["DeploymentNotFound", "ModelNotFound"],
  // Groq, Together, Mistral and Perplexity, Hugging Face, GitHub Models.
  ["model_decommissioned", "ModelNotFound"],
  ["model_not_available", "ModelNotFound"],
  ["invalid_model", "ModelNotFound"],
  ["model_not_supported", "ModelNotFound"],
  ["unknown_model", "ModelNotFound"],

  ["server_is_overloaded", "Overloaded"],
  ["overloaded_error", "Overloaded"],
  ["engine_overloaded", "Overloaded"],
  ["engine_overloaded_error", "Overloaded"],
  ["model_overloaded", "Overloaded"],
  // OpenRouter; Text Generation Inference, with 429.
  ["provider_overloaded", "Overloaded"],
  ["overloaded", "Overloaded"],
  // Groq's flex tier, with a status of its own: 498.
  ["capacity_exceeded", "Overloaded"]
])

/**
 * What counts where no status came with it. `server_error`, `api_error` and their like are not here: the server is at
 * fault when nothing says otherwise, and a code beside such a type can say more.
 */
const generic: ReadonlyMap<string, Classify.Kind> = new Map<string, Classify.Kind>([
  ["invalid_request_error", "InvalidRequest"],
  ["invalid_request", "InvalidRequest"],
  ["bad_request_error", "InvalidRequest"],
  ["BadRequestError", "InvalidRequest"],
  ["unsupported_value", "InvalidRequest"],
  ["tool_use_failed", "InvalidRequest"],
  ["json_validate_failed", "InvalidRequest"],
  ["not_supported_error", "InvalidRequest"],
  ["not_found_error", "InvalidRequest"],
  ["NotFoundError", "InvalidRequest"],
  // MiniMax: invalid parameters, and a prompt that is too long.
  ["2013", "InvalidRequest"],

  ["authentication_error", "Authentication"],
  ["AuthenticationError", "Authentication"],
  ["authorized_error", "Authentication"],
  ["permission_error", "PermissionDenied"],
  ["permission_denied_error", "PermissionDenied"],
  ["PermissionDeniedError", "PermissionDenied"],
  ["request_forbidden", "PermissionDenied"],
  ["unsupported_country_region_territory", "PermissionDenied"],

  // Not above the status: with 413 it is a request that is larger than the limit, which waiting does not help (Groq).
  ["rate_limit_exceeded", "RateLimit"],
  ["rate_limit_error", "RateLimit"],
  ["rate_limit_reached_error", "RateLimit"],
  ["RateLimitError", "RateLimit"],
  ["RateLimitReached", "RateLimit"],
  ["too_many_requests", "RateLimit"],
  ["too_many_requests_error", "RateLimit"],
  ["slow_down", "RateLimit"],
  ["tokens", "RateLimit"],
  ["requests", "RateLimit"],

  ["service_unavailable", "Overloaded"],
  ["service_unavailable_error", "Overloaded"],
  ["ServiceUnavailableError", "Overloaded"],
  ["unavailable_error", "Overloaded"],

  ["insufficient_balance", "QuotaExceeded"],
  // Inception.
  ["account_error", "QuotaExceeded"]
])

/** Each pattern is one server's sentence; none is a word that other errors have too. */
const wording: ReadonlyArray<readonly [RegExp, Classify.Kind]> = [
  // OpenAI, Mistral, DeepSeek, OpenRouter, Fireworks, vLLM.
  [/maximum (?:context|model) length/i, "ContextLength"],
  [/context[_ ]length[_ ]exceeded/i, "ContextLength"],
  [/exceeds? (?:the |this )?(?:model'?s? |maximum )?context (?:window|length)/i, "ContextLength"],
  // llama.cpp; LM Studio has the second.
  [/exceeds the available context size/i, "ContextLength"],
  [/\bcontext size has been exceeded\b/i, "ContextLength"],
  // llamafile.
  [/prompt too big for model context size/i, "ContextLength"],
  // xAI.
  [/maximum prompt length is \d/i, "ContextLength"],
  // SGLang, LM Studio.
  [/(?:longer|greater) than the (?:model'?s )?context length/i, "ContextLength"],
  // Anthropic and Ollama behind a gateway.
  [/prompt is too long/i, "ContextLength"],
  // Perplexity.
  [/total length of all messages is too long/i, "ContextLength"],
  // Gemini behind OpenAI's dialect.
  [/input token count.{0,40} exceeds the maximum/i, "ContextLength"],
  // Moonshot.
  [/exceeded model token limit/i, "ContextLength"],
  [/input token length too long/i, "ContextLength"],
  // MiniMax.
  [/context window exceeds limit/i, "ContextLength"],
  // Groq, Cerebras.
  [/reduce the length of the messages/i, "ContextLength"],
  // Text Generation Inference, Together.
  [/`inputs`(?: tokens)? (?:\+ `max_new_tokens` must be <=|must have less than \d)/i, "ContextLength"],
  // DashScope.
  [/range of input length should be/i, "ContextLength"],
  [/too many tokens.{0,40} context/i, "ContextLength"],
  // LM Studio, which is also reached as a server that is not listed.
  [/\bmodel is loaded with context length of only \d/i, "ContextLength"],
  [/\breached context length of \d/i, "ContextLength"],

  // OpenAI's `invalid_prompt`, Azure, xAI, OpenRouter.
  [/flagged as potentially violating/i, "ContentFilter"],
  [/triggering .{0,40}content management policy/i, "ContentFilter"],
  [/content violates usage guidelines/i, "ContentFilter"],
  [/requires moderation on .{0,80} your input was flagged/i, "ContentFilter"],

  // vLLM, xAI, Ollama, Fireworks, Gemini, DeepSeek, Moonshot, OpenRouter, Mistral, LM Studio.
  [/\bmodels?[ /:]{1,2}\S{1,200} (?:(?:was |is )?not found|does not exist)/i, "ModelNotFound"],
  [/\bmodel (?:(?:was |is )?not found|(?:does )?not exist)/i, "ModelNotFound"],
  [/\bnot found the model\b/i, "ModelNotFound"],
  [/\bno endpoints found for\b/i, "ModelNotFound"],
  [/\bis not a valid model id\b/i, "ModelNotFound"],
  [/\binvalid model(?:: \S| ['"`])/i, "ModelNotFound"],
  // MiniMax.
  [/\bunknown model ['"`]/i, "ModelNotFound"],
  // LM Studio.
  [/\binvalid model identifier\b/i, "ModelNotFound"],

  // xAI and Gemini answer a wrong key with 400.
  [/\bincorrect api key\b/i, "Authentication"],
  [/\bapi key not valid\b/i, "Authentication"],
  [/\bcapacity exceeded\b/i, "Overloaded"],
  // OpenAI, Inception.
  [/\bengine overloaded\b/i, "Overloaded"],
  // xAI, whose wording comes in place of a status.
  [/\bservice temporarily unavailable\b/i, "Overloaded"],
  [/\binsufficient (?:balance|credits|funds)\b/i, "QuotaExceeded"],
  // xAI, with 403 or 429.
  [/\b(?:used all available|doesn't have any|run out of) credits\b/i, "QuotaExceeded"]
]

export const failure = Classify.classify({ specific, generic, wording })
