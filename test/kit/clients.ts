/**
 * The three HttpClients that every promise about sockets has to hold on.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Layer from "effect/Layer"

export interface Client {
  readonly name: "fetch" | "node" | "undici"
  readonly layer: Layer.Layer<HttpClient.HttpClient>
  /** Whether a connection serves more than one request. */
  readonly keepsAlive: boolean
}

export const fetch: Client = { name: "fetch", layer: FetchHttpClient.layer, keepsAlive: true }

export const node: Client = { name: "node", layer: NodeHttpClient.layer, keepsAlive: false }

export const undici: Client = { name: "undici", layer: NodeHttpClient.layerUndici, keepsAlive: true }

export const all: ReadonlyArray<Client> = [fetch, node, undici]
