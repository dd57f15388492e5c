/**
 * AWS credentials of a layer: asked for when they are first needed, kept while they are good, and told to nobody.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { AwsCredentials } from "../AwsCredentials.ts"
import type { Fault } from "../Dialect.ts"
import { notBlank, pathOf } from "./configure.ts"
import * as Header from "./headers.ts"
import { rememberWhile } from "./remember.ts"

/** Credentials that can sign. */
export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

interface Kept {
  readonly keys: Keys
  /** Milliseconds since the epoch. */
  readonly until: number
}

const minute = 60_000

/** How long those are kept that do not say when they expire. */
const undated = 5 * minute

const variable = (name: string): Config.Config<Redacted.Redacted> => notBlank(name, Config.redacted(name))

/** From `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`. */
const variables: Config.Config<AwsCredentials> = Config.all({
  accessKeyId: variable("AWS_ACCESS_KEY_ID"),
  secretAccessKey: variable("AWS_SECRET_ACCESS_KEY"),
  // Many who have none set it to nothing.
  sessionToken: Config.withDefault(Config.redacted("AWS_SESSION_TOKEN"), undefined)
})

const invalid = (detail: string): Fault => ({
  reason: { _tag: "Authentication" },
  detail: `${detail}; nothing was sent`
})

const missing = (envVar: string): Fault => ({
  reason: { _tag: "MissingApiKey", envVar },
  detail: "there are no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give `credentials`"
})

/** What a failure to get them says, and what a rejected promise was rejected with, may hold them. */
const hidden = Effect.catchAllCause((cause: Cause.Cause<unknown>) => {
  if (Cause.isInterruptedOnly(cause)) return Effect.interrupt
  const error = Cause.squash(cause)
  return Effect.fail(
    ConfigError.isConfigError(error) && ConfigError.isMissingDataOnly(error)
      ? missing(pathOf(error))
      : invalid("the AWS credentials could not be had")
  )
})

const plain = (value: string | Redacted.Redacted | undefined): string => {
  const text = value === undefined || typeof value === "string" ? value : Redacted.value(value)
  return text?.trim() ?? ""
}

const keysOf = (credentials: AwsCredentials): Effect.Effect<Keys, Fault> => {
  const accessKeyId = plain(credentials.accessKeyId)
  const secretAccessKey = plain(credentials.secretAccessKey)
  const sessionToken = plain(credentials.sessionToken)
  if (accessKeyId === "" || secretAccessKey === "") return Effect.fail(invalid("the AWS credentials are empty"))
  return Header.isValue(accessKeyId) && Header.isValue(sessionToken)
    ? Effect.succeed({ accessKeyId, secretAccessKey, ...(sessionToken === "" ? undefined : { sessionToken }) })
    : Effect.fail(invalid("the AWS credentials have characters that no header can have"))
}

const keep = (credentials: AwsCredentials): Effect.Effect<Kept, Fault> =>
  Effect.zipWith(keysOf(credentials), Clock.currentTimeMillis, (keys, now) => ({
    keys,
    until: credentials.expiration === undefined ? now + undated : credentials.expiration.getTime() - minute
  }))

/** The keys of these credentials, or of the variables that the ConfigProvider has which is there now. */
export const make = (
  credentials: Effect.Effect<AwsCredentials, unknown> | undefined
): Effect.Effect<Effect.Effect<Keys, Fault>> =>
  Effect.configProviderWith((environment) =>
    (credentials ?? environment.load(variables)).pipe(
      hidden,
      Effect.flatMap(keep),
      (asked) => rememberWhile(asked, ({ until }) => Effect.map(Clock.currentTimeMillis, (now) => now < until)),
      Effect.map(Effect.map(({ keys }) => keys))
    )
  )
