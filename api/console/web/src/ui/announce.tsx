import { useSyncExternalStore } from 'react'

let text = ''
const listeners = new Set<() => void>()

/** Tells a screen reader something that sighted people see change. */
export function announce(message: string) {
  text = text === message ? `${message}\u00a0` : message // the same words twice are spoken twice
  listeners.forEach((tell) => tell())
}

export function Announcer() {
  const message = useSyncExternalStore(
    (tell) => {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    () => text,
  )
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {message}
    </div>
  )
}
