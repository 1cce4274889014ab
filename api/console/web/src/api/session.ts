import { useSyncExternalStore } from 'react'

// The API key lives in sessionStorage: it ends with the tab and no other page of the browser can read it.
const NAME = 'quartermaster.key'

interface Session {
  key: string
  /** The server wants a key and has none, or not a good one. */
  refused: boolean
}

let session: Session = { key: sessionStorage.getItem(NAME) ?? '', refused: false }
const listeners = new Set<() => void>()

function change(next: Session) {
  session = next
  listeners.forEach((tell) => tell())
}

export const accessKey = () => session.key

export function signIn(key: string) {
  sessionStorage.setItem(NAME, key)
  change({ key, refused: false })
}

export function signOut() {
  sessionStorage.removeItem(NAME)
  change({ key: '', refused: true })
}

/** Says that the server answered 401. */
export function refuse() {
  if (!session.refused) change({ ...session, refused: true })
}

export function useSession(): Session {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    () => session,
  )
}
