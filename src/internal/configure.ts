/**
 * Options from Config: the keys, base URLs and places that an application's environment holds.
 */
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as HashSet from "effect/HashSet"
import * as Redacted from "effect/Redacted"
import type { Server } from "../Endpoint.ts"
import { ProviderError } from "../ProviderError.ts"
import { spellings } from "./variables.ts"

/** The options of a layer, each a plain value or a Config. */
export type ConfigOptions<Options> = {
  readonly [K in keyof Options]?: Options[K] | Config.Config<Exclude<Options[K], undefined>> | undefined
}

export const read = <Options>(
  endpoint: Server,
  options: ConfigOptions<Options>
): Effect.Effect<Options, ConfigError.ConfigError | ProviderError> =>
  Effect.gen(function*() {
    const plain = new Map<string, unknown>()
    for (const [name, value] of Object.entries(withDefaults(endpoint, options))) {
      const resolved = Config.isConfig(value) ? yield* valueOf(endpoint, name, value) : value
      if (name === "apiKey" && needsKey(endpoint) && isBlank(resolved)) {
        return yield* missingKey(endpoint, (yield* placeOf(value)) ?? spellings(endpoint.env.apiKey)[0] ?? name)
      }
      if (isInEnvironment(endpoint, name) && isBlank(resolved)) continue
      plain.set(name, resolved)
    }
    // Each entry is the option of its name, read where it was a Config.
    return Object.fromEntries(plain) as Options
  })

/** A server that knows signatures may be asked without a key. */
const needsKey = ({ auth }: Server): boolean => auth._tag === "Bearer" || auth._tag === "Header"

/** What an endpoint's variables can say: one that is set to nothing leaves the endpoint's own. */
const isInEnvironment = ({ env }: Server, name: string): boolean =>
  name === "apiKey" || name === "baseUrl" || Object.hasOwn(env, name)

/** Whoever says what to sign with wants no key that happens to be there. */
const isSigned = (options: object): boolean =>
  ("credentials" in options && options.credentials !== undefined) ||
  ("signer" in options && options.signer !== undefined)

/** The endpoint's own variables, where the caller names nothing. */
const withDefaults = (endpoint: Server, options: object): object => ({
  ...Object.fromEntries(
    Object.entries(endpoint.env).flatMap(([name, variable]) => {
      if (name === "apiKey" && isSigned(options)) return []
      const read = name === "apiKey" ? Config.redacted : Config.string
      const config = firstOf(spellings(variable).map((spelling) => notBlank<unknown>(spelling, read(spelling))))
      if (config === undefined) return []
      return [[name, name === "apiKey" && needsKey(endpoint) ? config : Config.withDefault(config, undefined)]]
    })
  ),
  ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
})

/** What is set to nothing is missing. */
export const notBlank = <A>(name: string, config: Config.Config<A>): Config.Config<A> =>
  Config.mapOrFail(
    config,
    (value) => isBlank(value) ? Either.left(ConfigError.MissingData([name], "it is empty")) : Either.right(value)
  )

/** The first that says something. */
const firstOf = ([first, ...others]: ReadonlyArray<Config.Config<unknown>>): Config.Config<unknown> | undefined =>
  others.reduce((config, next) => config && Config.orElse(config, () => next), first)

const valueOf = (endpoint: Server, name: string, config: Config.Config<unknown>) =>
  Effect.catchIf(
    config,
    (error) => name === "apiKey" && ConfigError.isMissingDataOnly(error),
    (error) => Effect.flatMap(placeOf(config), (place = pathOf(error)) => missingKey(endpoint, place))
  )

/** Where a Config looks first: an environment that has nothing says what it was asked for. */
const placeOf = (value: unknown): Effect.Effect<string | undefined> =>
  Config.isConfig(value)
    ? Effect.configProviderWith((provider) => {
      const nothing = ConfigProvider.makeFlat({
        load: (path) => Effect.fail(ConfigError.MissingData([...path], "")),
        enumerateChildren: () => Effect.succeed(HashSet.empty()),
        patch: provider.flattened.patch
      })
      return Effect.match(ConfigProvider.fromFlat(nothing).load(value), {
        onFailure: pathOf,
        onSuccess: () => undefined
      })
    })
    : Effect.succeed(undefined)

const isBlank = (value: unknown): boolean => {
  const plain = Redacted.isRedacted(value) ? Redacted.value(value) : value
  return plain === undefined || (typeof plain === "string" && plain.trim() === "")
}

/** Where the first missing value was looked for, as an environment variable. */
export const pathOf = (error: ConfigError.ConfigError): string => {
  switch (error._op) {
    case "And":
    case "Or":
      return pathOf(error.left)
    default:
      return error.path.join("_")
  }
}

const missingKey = (endpoint: Server, envVar: string) =>
  new ProviderError({
    provider: endpoint.id,
    attempts: 0,
    contentEmitted: false,
    reason: { _tag: "MissingApiKey", envVar }
  })
