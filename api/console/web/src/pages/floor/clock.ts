import { useSyncExternalStore } from 'react'

/** What the page knows of the time that is shown. */
export interface Now {
  /** Step, with its part that has passed. */
  at: number
  playing: boolean
  /** Steps in a second. */
  pace: number
}

/** Milliseconds between two looks of the page at a running clock; the canvas looks in every frame. */
const TELL_EVERY = 150

/** The step that is shown. It runs in frames, apart from React, which hears of it a few times a second. */
export class Clock {
  at = 0
  private now: Now = { at: 0, playing: false, pace: 4 }
  private told = 0
  private readonly listeners = new Set<() => void>()

  get playing() {
    return this.now.playing
  }

  readonly subscribe = (tell: () => void) => {
    this.listeners.add(tell)
    return () => this.listeners.delete(tell)
  }
  readonly snapshot = () => this.now

  set(change: Partial<Now>) {
    this.at = change.at ?? this.at
    this.now = { ...this.now, ...change, at: this.at }
    this.listeners.forEach((tell) => tell())
  }

  /** Lets some milliseconds pass, up to the last step that is known; at the end of all steps it stops. */
  advance(ms: number, known: number, end: number) {
    if (!this.now.playing) return
    this.at = Math.min(this.at + (ms / 1000) * this.now.pace, Math.max(known, this.at))
    this.told += ms
    if (this.at >= end) this.set({ at: end, playing: false })
    else if (this.told >= TELL_EVERY) {
      this.told = 0
      this.set({})
    }
  }
}

export const useNow = (clock: Clock) => useSyncExternalStore(clock.subscribe, clock.snapshot)
