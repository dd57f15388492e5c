/**
 * Options from Config: the keys and base URLs that an application's environment holds.
 */
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as HashSet from "effect/HashSet"
import * as Redacted from "effect/Redacted"
import type { Server } from "../Endpoint.ts"
import { ProviderError } from "../ProviderError.ts"

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
      if (name === "apiKey" && endpoint.auth._tag !== "None" && isBlank(resolved)) {
        return yield* missingKey(endpoint, (yield* placeOf(value)) ?? endpoint.env.apiKey ?? name)
      }
      if (inEnvironment.has(name) && isBlank(resolved)) continue
      plain.set(name, resolved)
    }
    // Each entry is the option of its name, read where it was a Config.
    return Object.fromEntries(plain) as Options
  })

/** What an endpoint's variables can say: one that is set to nothing leaves the endpoint's own. */
const inEnvironment: ReadonlySet<string> = new Set(["apiKey", "baseUrl", "projectId"])

/** The endpoint's own variables, where the caller names nothing. */
const withDefaults = ({ auth, env }: Server, options: object): object => {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  return {
    ...(env.apiKey === undefined
      ? undefined
      : { apiKey: auth._tag === "None" ? optional(Config.redacted(env.apiKey)) : Config.redacted(env.apiKey) }),
    ...(env.baseUrl === undefined ? undefined : { baseUrl: optional(Config.string(env.baseUrl)) }),
    ...(env.projectId === undefined ? undefined : { projectId: optional(Config.string(env.projectId)) }),
    ...given
  }
}

const optional = <A>(config: Config.Config<A>): Config.Config<A | undefined> => Config.withDefault(config, undefined)

const valueOf = (endpoint: Server, name: string, config: Config.Config<unknown>) =>
  Effect.catchIf(
    config,
    (error) => name === "apiKey" && ConfigError.isMissingDataOnly(error),
    (error) => missingKey(endpoint, pathOf(error))
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
