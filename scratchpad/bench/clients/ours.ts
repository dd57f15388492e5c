/**
 * This package, over fetch like most of the others, used as its README says.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Sessions from "./oursSession.ts"

export const session = Sessions.over(FetchHttpClient.layer)
