import type { ItemForecast } from '../../api/schema'

const list = <T>(items: T[] | null | undefined): T[] => items ?? []

/** One item's days in a row: what was sold, before and after the forecast was made, and what was forecast. */
export interface Days {
  /** Seconds since 1970, midnight of each day. */
  x: number[]
  sold: (number | null)[]
  mean: (number | null)[]
  low: (number | null)[]
  high: (number | null)[]
  /** What planning reckons with where planners overrode the forecast; null on all other days. */
  planned: (number | null)[]
  /** Where the forecast begins in x. */
  origin: number
}

const DAY = 86_400
const dayOf = (date: string) => Date.parse(`${date}T00:00:00Z`) / 1000 / DAY
export const dateOf = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10)

export function daysOf(f: ItemForecast): Days {
  const history = list(f.history)
  const mean = list(f.mean)
  const from = dayOf(f.start_date)
  const known = f.history_start_date ? dayOf(f.history_start_date) : from
  const first = Math.min(known, from) // an item may have been sold only after it was forecast
  const end = Math.max(known + history.length, from + mean.length)
  const band = (level: number) => list(list(f.quantiles)[list(f.levels).indexOf(level)])
  const low = band(0.1)
  const high = band(0.9)
  const days = Array.from({ length: end - first }, (_, i) => first + i)
  const ahead = (values: number[]) => days.map((d) => values[d - from] ?? null)
  return {
    x: days.map((d) => d * DAY),
    sold: days.map((d) => history[d - known] ?? null),
    mean: ahead(mean),
    low: ahead(low),
    high: ahead(high),
    planned: ahead(list(f.planned_mean)).map((v, i) => (v === (mean[(days[i] ?? 0) - from] ?? null) ? null : v)),
    origin: from - first,
  }
}

/** Sums of weeks that end with the day before the forecast, and of weeks from it on; a week without a day known is null. */
export function weekly(days: Days): Days {
  const start = days.origin % 7
  const count = Math.floor((days.x.length - start) / 7)
  const sum = (values: (number | null)[]) =>
    Array.from({ length: count }, (_, w) => {
      const week = values.slice(start + 7 * w, start + 7 * w + 7).filter((v) => v !== null)
      return week.length ? week.reduce((a, b) => a + b, 0) : null
    })
  return {
    x: Array.from({ length: count }, (_, w) => days.x[start + 7 * w]!),
    sold: sum(days.sold),
    mean: sum(days.mean),
    low: days.x.slice(0, count).map(() => null), // quantiles do not add up
    high: days.x.slice(0, count).map(() => null),
    planned: sum(days.planned.map((v, i) => (days.planned.some((p) => p !== null) ? (v ?? days.mean[i] ?? null) : null))),
    origin: (days.origin - start) / 7,
  }
}
