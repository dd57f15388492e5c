/**
 * Where AWS's services are.
 *
 * @see https://docs.aws.amazon.com/general/latest/gr/rande.html
 */
import type { BaseUrlOf } from "../Endpoint.ts"

/** Regions that are not `amazonaws.com`, by what their names begin with. */
const domains: ReadonlyArray<readonly [begin: string, domain: string]> = [
  ["cn-", "amazonaws.com.cn"],
  ["eusc-", "amazonaws.eu"],
  ["us-iso-", "c2s.ic.gov"],
  ["us-isob-", "sc2s.sgov.gov"],
  ["us-isof-", "csp.hci.ic.gov"],
  ["eu-isoe-", "cloud.adc-e.uk"]
]

/** The service in each region, by the first labels of its hosts. */
export const awsHost = (service: string): BaseUrlOf => ({ region }) => {
  if (region === undefined) return undefined
  const [, domain = "amazonaws.com"] = domains.find(([begin]) => region.startsWith(begin)) ?? []
  return `https://${service}.${region}.${domain}`
}
