import { useSyncExternalStore } from 'react'

export type Theme = 'system' | 'light' | 'dark'
const NAME = 'quartermaster.theme'
const dark = matchMedia('(prefers-color-scheme: dark)')

let chosen: Theme = (localStorage.getItem(NAME) as Theme | null) ?? 'system'
const listeners = new Set<() => void>()

function apply() {
  const shown = chosen === 'system' ? (dark.matches ? 'dark' : 'light') : chosen
  document.documentElement.dataset.theme = shown
  listeners.forEach((tell) => tell())
}
dark.addEventListener('change', apply)
apply()

export function chooseTheme(theme: Theme) {
  chosen = theme
  localStorage.setItem(NAME, theme)
  apply()
}

const subscribe = (tell: () => void) => {
  listeners.add(tell)
  return () => listeners.delete(tell)
}

export const useChosenTheme = () => useSyncExternalStore(subscribe, () => chosen)
/** What is shown: charts and maps choose their colours by it. */
export const useShownTheme = () => useSyncExternalStore(subscribe, () => document.documentElement.dataset.theme as 'light' | 'dark')

/** A colour of the style sheet, for what is drawn on a canvas. */
export const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
