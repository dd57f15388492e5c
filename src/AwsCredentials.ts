/**
 * Whose requests those to AWS are, where they are signed: the option `credentials` of AWS's providers.
 *
 * AWS's own packages give credentials in this shape: with `fromNodeProviderChain` of `@aws-sdk/credential-providers` as
 * `const chain = fromNodeProviderChain()` they are `Effect.tryPromise(() => chain())`.
 */
import type * as Redacted from "effect/Redacted"

/** An access key, as AWS's identities have it. */
export interface AwsCredentials {
  readonly accessKeyId: string | Redacted.Redacted
  readonly secretAccessKey: string | Redacted.Redacted
  /** Of keys that are lent for a while. */
  readonly sessionToken?: string | Redacted.Redacted | undefined
  /** They are asked for again a minute before. Those that do not say when are asked for again after five minutes. */
  readonly expiration?: Date | undefined
}
