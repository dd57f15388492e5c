/**
 * Where Google's Vertex AI is, by location.
 *
 * @see https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations
 */

/** The multi-regions: their hosts keep what is sent within a jurisdiction. */
const multiRegions: ReadonlySet<string> = new Set(["us", "eu"])

export const vertexHost = (location: string): string => {
  if (location === "global") return "https://aiplatform.googleapis.com"
  return multiRegions.has(location)
    ? `https://aiplatform.${location}.rep.googleapis.com`
    : `https://${location}-aiplatform.googleapis.com`
}
