import { useSyncExternalStore } from 'react'

/** Where the console is served; the bundle's base without its last slash. */
const BASE = import.meta.env.BASE_URL.replace(/\/$/, '')

const listeners = new Set<() => void>()
const tellAll = () => listeners.forEach((tell) => tell())
window.addEventListener('popstate', tellAll)

export interface Route {
  /** Path below the console, as in "/jobs". */
  path: string
  query: URLSearchParams
}

let known = { href: '', route: { path: '/', query: new URLSearchParams() } as Route }

function current(): Route {
  const href = location.pathname + location.search
  if (known.href !== href) {
    const path = location.pathname.startsWith(BASE) ? location.pathname.slice(BASE.length) || '/' : '/'
    known = { href, route: { path: path.replace(/(.)\/$/, '$1'), query: new URLSearchParams(location.search) } }
  }
  return known.route
}

export function useRoute(): Route {
  return useSyncExternalStore((tell) => {
    listeners.add(tell)
    return () => listeners.delete(tell)
  }, current)
}

export type Query = Record<string, string | undefined>

export function href(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value) search.set(name, value)
  return BASE + path + (search.size ? `?${search}` : '')
}

export function navigate(path: string, query: Query = {}, replace = false) {
  history[replace ? 'replaceState' : 'pushState'](null, '', href(path, query))
  tellAll()
}

/** Changes some of the query and leaves the rest; undefined takes a name out. */
export function patchQuery(change: Query, replace = true) {
  const route = current()
  navigate(route.path, { ...Object.fromEntries(route.query), ...change }, replace)
}
