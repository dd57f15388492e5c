/**
 * Where requests go: to the base URL that is given, to that of the places that are given, or to the endpoint's own.
 */
import * as Either from "effect/Either"
import type { Fault } from "../Dialect.ts"
import type { Places, Server } from "../Endpoint.ts"
import { spellings } from "./variables.ts"

export interface Address {
  /** Without a slash at its end. */
  readonly baseUrl: string
  readonly origin: string
}

/** Of no other option is it said in the address where something is. */
const names = ["region", "location", "project", "resource"] as const satisfies ReadonlyArray<keyof Places>

/** Those of a layer's options that say something. */
export const placesOf = (options: Places): Places =>
  Object.fromEntries(names.flatMap((name) => {
    const value = options[name]?.trim() ?? ""
    return value === "" ? [] : [[name, value]]
  }))

/** An option that is missing. */
export const missing = (param: string, variable: string | undefined): Fault => {
  const orSet = variable === undefined ? "" : `, or set ${variable} where the layer is one from Config`
  return { reason: { _tag: "InvalidRequest", param }, detail: `there is none: give it to the layer${orSet}` }
}

const invalid = (param: string, detail: string): Fault => ({ reason: { _tag: "InvalidRequest", param }, detail })

/** What names of regions and projects are made of. Anything else could lead to another host. */
const isPlace = (value: string): boolean => /^[\w.:-]+$/.test(value)

const originOf = (url: string): string | undefined => {
  if (!URL.canParse(url)) return undefined
  const { origin, password, protocol, username } = new URL(url)
  // Credentials in a URL end up in logs; fetch refuses them, too.
  return (protocol === "http:" || protocol === "https:") && username === "" && password === "" ? origin : undefined
}

export const of = (
  { baseUrl: own, baseUrlOf, env, readBaseUrl }: Server,
  given: string | undefined,
  places: Places
): Either.Either<Address, Fault> => {
  const ofPlaces = given === undefined ? baseUrlOf : undefined
  if (ofPlaces !== undefined || (baseUrlOf !== undefined && readBaseUrl !== undefined)) {
    const strange = names.find((name) => !isPlace(places[name] ?? "none"))
    if (strange !== undefined) return Either.left(invalid(strange, "it has characters that none has; nothing was sent"))
  }
  const read = given === undefined ? undefined : readBaseUrl?.(given, places) ?? given
  const baseUrl = (read ?? ofPlaces?.(places) ?? own).trim().replace(/\/+$/, "")
  const origin = originOf(baseUrl)
  if (origin !== undefined) return Either.right({ baseUrl, origin })
  if (baseUrl !== "") {
    return Either.left(invalid("baseUrl", "it must be an http or https URL without user and password"))
  }
  // In the endpoint's order: what may be missing comes last there.
  const wanted = Object.keys(env).find((option) => names.some((name) => name === option && places[name] === undefined))
  const option = ofPlaces === undefined ? "baseUrl" : wanted ?? "baseUrl"
  return Either.left(missing(option, spellings(env[option])[0]))
}
