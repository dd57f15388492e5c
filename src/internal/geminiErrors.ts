/**
 * What the errors of Gemini's API mean, and of Vertex AI: Google's words for a status, and the reasons beside them.
 *
 * @see https://ai.google.dev/gemini-api/docs/troubleshooting
 * @see https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/api-errors
 */
import { classify } from "./classify.ts"

export const failure = classify({
  specific: new Map([
    // Of the key, with 400.
    ["API_KEY_INVALID", "Authentication"],
    ["ACCESS_TOKEN_EXPIRED", "Authentication"],
    ["ACCESS_TOKEN_TYPE_UNSUPPORTED", "Authentication"],
    ["UNAUTHENTICATED", "Authentication"],
    ["BILLING_DISABLED", "QuotaExceeded"],
    // With 499: whoever cancelled it, it was not the caller.
    ["CANCELLED", "Server"],
    ["UNAVAILABLE", "Overloaded"],
    ["PERMISSION_DENIED", "PermissionDenied"]
  ]),
  generic: new Map([
    ["RESOURCE_EXHAUSTED", "RateLimit"],
    ["INVALID_ARGUMENT", "InvalidRequest"],
    ["FAILED_PRECONDITION", "InvalidRequest"],
    ["OUT_OF_RANGE", "InvalidRequest"],
    ["NOT_FOUND", "InvalidRequest"],
    ["UNIMPLEMENTED", "InvalidRequest"]
  ]),
  wording: [
    // "API key not valid. Please pass a valid API key.", "API key expired."
    [/API key (?:not valid|expired|not found)/i, "Authentication"],
    // Google's; gateways'.
    [/token count .*exceeds the maximum|exceeds the maximum number of tokens/i, "ContextLength"],
    [/prompt is too long|exceeds the (?:available|maximum) context/i, "ContextLength"],
    // "models/x is not found for API version v1beta", "Publisher Model `projects/.../models/x` was not found"
    [
      /\bmodels?\/\S+ is not (?:found|supported)|Publisher Model .* (?:was )?not found|no longer available/i,
      "ModelNotFound"
    ],
    [/User location is not supported/i, "PermissionDenied"],
    // No quota at all, and not one that comes back.
    [/\blimit: 0\b|credits are depleted|spending cap|enable billing/i, "QuotaExceeded"]
  ]
})
