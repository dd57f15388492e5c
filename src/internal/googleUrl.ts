/**
 * Base URLs as Google's own clients take them: without the version of the API.
 */

/** The URL with a version at its end, as it is where it has one. */
export const versioned = (url: string, version: string): string => {
  const base = url.trim().replace(/\/+$/, "")
  return base === "" || /\/v\d+\w*$/.test(base) ? base : `${base}/${version}`
}
