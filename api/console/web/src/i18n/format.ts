import type { Money } from '../api/schema'

export interface Formats {
  number: (value: number, digits?: number) => string
  percent: (share: number, digits?: number) => string
  money: (money: Money, whole?: boolean) => string
  km: (metres: number) => string
  kg: (grams: number) => string
  /** A plan's day or time stands on the clock of the business, as the server sent it, wherever the reader is. */
  day: (iso: string) => string
  dayShort: (iso: string) => string
  weekday: (iso: string) => string
  time: (iso: string) => string
  dateTime: (iso: string) => string
  ago: (iso: string, now?: number) => string
  duration: (seconds: number) => string
}

/** The clock that the server's time shows, as a time of UTC. */
export const wall = (iso: string) => new Date(iso.length === 10 ? `${iso}T00:00:00Z` : `${iso.slice(0, 19)}Z`)

export function formats(locale: string): Formats {
  const numbers = new Map<string, Intl.NumberFormat>()
  const numberFormat = (options: Intl.NumberFormatOptions) => {
    const name = JSON.stringify(options)
    let made = numbers.get(name)
    if (!made) numbers.set(name, (made = new Intl.NumberFormat(locale, options)))
    return made
  }
  const dates = (options: Intl.DateTimeFormatOptions) => {
    const made = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options })
    return (iso: string) => made.format(wall(iso))
  }
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' })
  const unit = (value: number, name: string, digits: number) =>
    numberFormat({ style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: digits }).format(value)
  return {
    number: (value, digits = 0) => numberFormat({ maximumFractionDigits: digits }).format(value),
    percent: (share, digits = 0) => numberFormat({ style: 'percent', maximumFractionDigits: digits }).format(share),
    money: ({ minor, currency }, whole = false) => {
      const digits = numberFormat({ style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
      const shown = whole ? { maximumFractionDigits: 0 } : {}
      return numberFormat({ style: 'currency', currency, ...shown }).format(minor / 10 ** digits)
    },
    km: (metres) => unit(metres / 1000, 'kilometer', metres < 10_000 ? 1 : 0),
    kg: (grams) => unit(grams / 1000, 'kilogram', grams < 10_000 ? 1 : 0),
    day: dates({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }),
    dayShort: dates({ weekday: 'short', day: 'numeric', month: 'short' }),
    weekday: dates({ weekday: 'long' }),
    time: dates({ hour: '2-digit', minute: '2-digit' }),
    dateTime: dates({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }),
    ago: (iso, now = Date.now()) => {
      const seconds = (Date.parse(iso) - now) / 1000
      const size = Math.abs(seconds)
      if (size < 60) return relative.format(Math.round(seconds), 'second')
      if (size < 3600) return relative.format(Math.round(seconds / 60), 'minute')
      if (size < 86_400) return relative.format(Math.round(seconds / 3600), 'hour')
      return relative.format(Math.round(seconds / 86_400), 'day')
    },
    duration: (seconds) => {
      if (seconds < 60) return unit(seconds, 'second', seconds < 10 ? 1 : 0)
      const minutes = Math.round(seconds / 60)
      const hours = Math.floor(minutes / 60)
      return hours ? `${unit(hours, 'hour', 0)} ${unit(minutes % 60, 'minute', 0)}` : unit(minutes, 'minute', 0)
    },
  }
}
