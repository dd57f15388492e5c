/**
 * A way to a server whose key and address are read when they are first needed. What is read there belongs to the call
 * that needs it: its clocks run, and whatever ends it ends the reading.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as ConfigError from "effect/ConfigError"
import type * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Endpoint from "../Endpoint.ts"
import * as Provider from "../Provider.ts"
import { isProviderError, ProviderError } from "../ProviderError.ts"
import type { Transport } from "../Transport.ts"
import * as Configure from "./configure.ts"
import { remember } from "./remember.ts"

export const make = (
  endpoint: Endpoint.Server,
  options: Provider.EndpointOptions,
  client: HttpClient.HttpClient,
  environment: ConfigProvider.ConfigProvider
): Effect.Effect<Transport> =>
  Effect.gen(function*() {
    const readAs = (reader: Endpoint.Server) =>
      Configure.read<Provider.EndpointOptions>(reader, options).pipe(
        Effect.mapError((error) => isProviderError(error) ? error : unreadable(endpoint, error)),
        Effect.flatMap((read) => Provider.transportOf(endpoint, read, client)),
        Effect.withConfigProvider(environment),
        remember
      )
    const whole = yield* readAs(endpoint)
    // A call that brings its key does not fail for want of another.
    const keyless = yield* readAs({ ...endpoint, auth: Endpoint.noAuth, env: { ...endpoint.env, apiKey: undefined } })
    return {
      connect: (outgoing, onHead) =>
        Effect.flatMap(
          outgoing.apiKey === undefined ? whole : keyless,
          (transport) => transport.connect(outgoing, onHead)
        )
    }
  })

/** The variable is named, and what is wrong with it is not: that may be its value. */
const unreadable = (endpoint: Endpoint.Server, error: ConfigError.ConfigError): ProviderError =>
  new ProviderError({
    provider: endpoint.id,
    attempts: 0,
    contentEmitted: false,
    reason: { _tag: "InvalidRequest", param: Configure.pathOf(error) },
    detail: "the configuration gives no value for it that can be read; nothing was sent"
  })
