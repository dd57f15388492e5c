/**
 * This package, over the HttpClient that its README's first program has.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Sessions from "./oursSession.ts"

export const session = Sessions.over(NodeHttpClient.layerUndici)
