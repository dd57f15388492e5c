/**
 * Bar charts, as SVG that is readable on a light page and on a dark one.
 */
export interface Bar {
  readonly label: string
  readonly value: number
  readonly low: number
  readonly high: number
  /** What is written at the end of the bar. */
  readonly told: string
  readonly isOurs: boolean
}

export interface Panel {
  readonly title: string
  readonly bars: ReadonlyArray<Bar>
}

const width = 760
const left = 190
const right = 170
const bar = 16
const step = 24

const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")

/** A bar this many times as long as the one in the middle is cut. */
const most = 6

const draw = (panel: Panel, top: number): string => {
  const values = panel.bars.map(({ value }) => value)
  const middle = [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
  const longest = Math.max(...values.filter((value) => value <= middle * most))
  const scale = (value: number): number => Math.max(1, Math.min(value / longest, 1) * (width - left - right))
  const rows = panel.bars.map(({ high, isOurs, label, low, told, value }, i) => {
    const y = top + 30 + i * step
    const middle = y + bar / 2
    const length = scale(value)
    const isCut = value > longest
    // A cut bar is torn at its end, and has no room for its spread.
    const end = left + length
    const tear = `<path d="M${end - 14} ${y - 2} l6 ${bar + 4} h5 l-6 -${bar + 4} z" class="tear"/>`
    const whisker = `<path d="M${left + scale(low)} ${middle} H${left + scale(high)}" class="spread"/>`
    return `<text x="${left - 8}" y="${middle + 4}" text-anchor="end"${isOurs ? " class=\"ours\"" : ""}>${
      escape(label)
    }</text>` +
      `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="${bar}" rx="2" class="${
        isOurs ? "bar mine" : "bar"
      }"/>${isCut ? tear : whisker}` +
      `<text x="${(isCut ? end : Math.max(end, left + scale(high))) + 8}" y="${middle + 4}">${escape(told)}</text>`
  })
  return `<text x="${left}" y="${top + 18}" class="panel">${escape(panel.title)}</text>${rows.join("")}`
}

const style = `text{font:12px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#7d8590}` +
  `.footer{font-size:11px}.title{font-size:15px;font-weight:600}.panel{font-weight:600}.ours{font-weight:600;fill:#3b82f6}` +
  `.bar{fill:#8b949e}.mine{fill:#3b82f6}.spread{stroke:#d29922;stroke-width:2}.tear{fill:#d29922}`

/** `footer`: where and when that was. */
export const svg = (title: string, panels: ReadonlyArray<Panel>, footer: string): string => {
  const tops: Array<number> = []
  let top = 34
  for (const { bars } of panels) {
    tops.push(top)
    top += 30 + bars.length * step + 12
  }
  const height = top + 18
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" ` +
    `role="img" aria-label="${escape(title)}"><style>${style}</style>` +
    `<text x="8" y="20" class="title">${escape(title)}</text>` +
    `${panels.map((panel, i) => draw(panel, tops[i] ?? 0)).join("")}` +
    `<text x="8" y="${top + 8}" class="footer">${escape(footer)}</text></svg>\n`
}
