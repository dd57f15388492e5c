/**
 * AWS's signatures of requests. The signer is AWS's own, an optional peer.
 *
 * Signed are the host, the content type and what begins with `x-amz-`: proxies and tracers may change the rest. A path is
 * signed as it is sent, escapes escaped once more, as all services but S3 want it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import type { Sha256 } from "@aws-crypto/sha256-js"
import type { SignatureV4 } from "@smithy/signature-v4"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { AwsCredentials } from "../AwsCredentials.ts"
import type { Fault } from "../Dialect.ts"
import type { Sign, Signature, Signer, Unsigned } from "../Endpoint.ts"
import type { EndpointOptions } from "../Provider.ts"
import { missing } from "./address.ts"
import * as Credentials from "./awsCredentials.ts"

/**
 * Not in the declarations: their types need not be there.
 *
 * @internal
 */
export interface Peers {
  readonly Sha256: typeof Sha256
  readonly SignatureV4: typeof SignatureV4
}

const packages = "@smithy/signature-v4 @aws-crypto/sha256-js"

const notInstalled: Fault = {
  reason: { _tag: "UnsupportedOperation", operation: "signing" },
  detail: `signing requests to AWS needs two packages: npm install ${packages}`
}

/**
 * The handlers also tell bundlers that the packages may not be there.
 *
 * @internal
 */
export const load: Effect.Effect<Peers, Fault> = Effect.flatMap(
  Effect.promise(() =>
    Promise.all([
      import("@smithy/signature-v4").catch(() => undefined),
      import("@aws-crypto/sha256-js").catch(() => undefined)
    ])
  ),
  ([signature, sha256]) =>
    signature === undefined || sha256 === undefined
      ? Effect.fail(notInstalled)
      : Effect.succeed({ SignatureV4: signature.SignatureV4, Sha256: sha256.Sha256 })
)

/** A request in the parts that are signed. */
export interface Parts {
  readonly method: string
  /** With its port, if it has one. */
  readonly host: string
  readonly path: string
  readonly query: { [name: string]: Array<string> }
  /** All are signed. */
  readonly headers: { readonly [name: string]: string }
  readonly body: Uint8Array | undefined
}

/** Where a signature holds. */
export interface Scope {
  readonly region: string
  readonly service: string
}

/**
 * The headers that sign a request now.
 *
 * @internal
 */
export const sign = (
  { Sha256, SignatureV4 }: Peers,
  { body, headers, host, method, path, query }: Parts,
  keys: Credentials.Keys,
  scope: Scope
): Effect.Effect<Signature["headers"]> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const signer = new SignatureV4({ ...scope, credentials: keys, sha256: Sha256, applyChecksum: false })
    const request = { method, protocol: "https:", hostname: host, path, query, headers: { ...headers, host }, body }
    const signed = Effect.promise(() => signer.sign(request, { signingDate: new Date(now) }))
    return Effect.map(signed, ({ headers }) =>
      Object.fromEntries(Object.entries(headers).filter(([name]) => added.has(name))))
  })

const added = new Set(["authorization", "x-amz-date", "x-amz-security-token"])

/** What of a request is signed. */
export const partsOf = ({ body, headers, method, url }: Unsigned): Parts => {
  const { host, pathname, searchParams } = new URL(url)
  return {
    method,
    host,
    path: pathname,
    query: Object.fromEntries([...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)])),
    headers: Object.fromEntries(
      Object.entries(headers).filter(([name]) => name === "content-type" || name.startsWith("x-amz-"))
    ),
    body
  }
}

/** Signs with these credentials, or with those of the environment. */
export const signer = (
  service: string,
  credentials?: Effect.Effect<AwsCredentials, unknown>
): Effect.Effect<Signer> =>
  Effect.map(Credentials.make(credentials), (known): Signer => ({ region }) =>
    region === undefined
      ? Effect.fail(missing("region", "AWS_REGION"))
      : Effect.zipWith(load, known, (peers, keys): Sign => (unsigned) =>
        Effect.map(sign(peers, partsOf(unsigned), keys, { region, service }), (headers) => ({
          headers,
          secrets: secretsOf(keys, headers)
        }))))

/** A server may say why a signature is wrong, with all that it was made of. */
const secretsOf = (keys: Credentials.Keys, { authorization = "" }: Signature["headers"]): ReadonlyArray<string> => {
  const [signature = ""] = /[0-9a-f]{64}$/.exec(authorization) ?? []
  return [keys.accessKeyId, keys.secretAccessKey, keys.sessionToken ?? "", authorization, signature]
}

/** What a layer of a service of AWS's takes beside the rest. */
export interface CredentialsOption {
  /**
   * Whose requests they are, where there is no key. Asked for when first needed, and again when they expire. Default:
   * `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, of the ConfigProvider that the layer is built
   * with.
   */
  readonly credentials?: Effect.Effect<AwsCredentials, unknown> | undefined
}

/** The options of a layer as the engine has them. */
export const withSigner = (service: string) =>
(
  { credentials, ...options }: CredentialsOption & EndpointOptions
): EndpointOptions => ({
  ...options,
  ...(credentials === undefined ? undefined : { signer: signer(service, credentials) })
})
