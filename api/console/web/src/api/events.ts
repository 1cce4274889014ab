import { useEffect, useRef, useState } from 'react'
import { send } from './client'
import { readEvent } from './sse'

// Server-sent events over fetch, since EventSource cannot send the key of this session.

/** Milliseconds between two attempts to come back, doubled up to the longest. */
const FIRST_PAUSE = 1000
const LONGEST_PAUSE = 15000
/** Milliseconds between two looks at least, however many changes there are. */
const LOOK_EVERY = 1000

async function readStream(url: string, last: string, signal: AbortSignal, opened: () => void, heard: (id: string) => void) {
  const response = await send('GET', url, undefined, signal, { Accept: 'text/event-stream', ...(last ? { 'Last-Event-ID': last } : {}) })
  opened()
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  while (reader) {
    const { done, value } = await reader.read()
    if (done) return
    const blocks = (rest + value).split(/\r?\n\r?\n/)
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const event = readEvent(block)
      if (event.data !== undefined) heard(event.id ?? '')
    }
  }
}

/**
 * Calls changed when a stream tells of something, and when it was opened; one that broke off is gone on with behind the last
 * event. Gives whether the stream is open: while it is not, the page has to look by itself.
 */
export function useEvents(url: string, changed: () => void): boolean {
  const [open, setOpen] = useState(false)
  const latest = useRef(changed)
  latest.current = changed
  useEffect(() => {
    const aborter = new AbortController()
    let last = ''
    let pause = FIRST_PAUSE
    let timer: number | undefined
    let told = -Infinity
    let waiting = false
    const tell = () => {
      if (waiting) return
      waiting = true // many changes in a moment are one look, the first at once
      window.setTimeout(
        () => {
          waiting = false
          told = performance.now()
          if (!aborter.signal.aborted) latest.current()
        },
        Math.max(0, told + LOOK_EVERY - performance.now()),
      )
    }
    const connect = async () => {
      try {
        await readStream(
          url,
          last,
          aborter.signal,
          () => {
            pause = FIRST_PAUSE
            setOpen(true)
            tell()
          },
          (id) => {
            last = id || last
            tell()
          },
        )
      } catch {
        // refused, away or broken off: it is tried again
      }
      if (aborter.signal.aborted) return
      setOpen(false)
      timer = window.setTimeout(connect, pause)
      pause = Math.min(2 * pause, LONGEST_PAUSE)
    }
    void connect()
    return () => {
      aborter.abort()
      window.clearTimeout(timer)
    }
  }, [url])
  return open
}
