/**
 * The beginning of a text, for an error: what a server says is kept, bounded.
 */

/** Characters of a server's own words that an error keeps. */
export const limit = 2048

export const excerpt = (text: string): string => text.length <= limit ? text : `${text.slice(0, limit - 1)}…`
