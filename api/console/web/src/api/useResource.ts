import { useCallback, useEffect, useRef, useState } from 'react'
import { ApiError } from './client'

export interface Resource<T> {
  data: T | undefined
  /** The last refusal; data may still hold what was read before it. */
  error: ApiError | undefined
  loading: boolean
  reload: () => void
}

interface Options {
  /** Milliseconds between two looks while the page is visible; none = look once. */
  every?: number
}

/** Reads something when key changes and again as often as asked; a null key reads nothing. */
export function useResource<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>, options: Options = {}): Resource<T> {
  const [state, setState] = useState<{ key: string | null; data?: T | undefined; error?: ApiError | undefined }>({ key: null })
  const [turn, setTurn] = useState(0)
  const latest = useRef(load)
  latest.current = load
  const { every } = options

  useEffect(() => {
    if (key === null) return
    const aborter = new AbortController()
    let timer: number | undefined
    const look = async () => {
      try {
        const data = await latest.current(aborter.signal)
        if (!aborter.signal.aborted) setState({ key, data })
      } catch (cause) {
        if (aborter.signal.aborted) return
        const error = cause instanceof ApiError ? cause : new ApiError('network', undefined, String(cause))
        setState((before) => ({ key, data: before.key === key ? before.data : undefined, error }))
      }
      if (every && !aborter.signal.aborted) timer = window.setTimeout(again, every)
    }
    const again = () => {
      if (document.hidden) timer = window.setTimeout(again, every)
      else void look()
    }
    void look()
    return () => {
      aborter.abort()
      window.clearTimeout(timer)
    }
  }, [key, turn, every])

  const reload = useCallback(() => setTurn((n) => n + 1), [])
  const mine = state.key === key
  return { data: mine ? state.data : undefined, error: mine ? state.error : undefined, loading: key !== null && !mine, reload }
}

/** The lists of the API may be null where they are empty. */
export const list = <T>(items: T[] | null | undefined): T[] => items ?? []
