import { useRef, useState } from 'react'
import { call } from '../../api/client'
import { getFloorMoves, type FloorMoves } from '../../api/schema'
import { list, useResource, type Resource } from '../../api/useResource'
import { Clock, useNow } from './clock'
import { tracksOf, type Tracks } from './tracks'

/** Steps that are read at a time. */
const WINDOW = 900
const ROBOTS = 2000

export interface Moves {
  tracks: Tracks
  totalSteps: number
  startAt: string | undefined
}

/** Reads a plan's moves around the step that the clock shows, a window at a time; the one before stays until the next is there. */
export function useMoves(warehouse: string, plan: string, width: number | undefined): { resource: Resource<Moves>; clock: Clock } {
  const [clock] = useState(() => new Clock())
  const { at } = useNow(clock)
  const total = useRef(0)
  const window = Math.floor(Math.max(0, Math.min(at, total.current - 1)) / WINDOW)
  const resource = useResource(width ? `moves ${plan} ${warehouse} ${window}` : null, (signal) => read(warehouse, plan, width!, window * WINDOW, signal))
  const last = useRef<Moves>(undefined)
  last.current = resource.data ?? last.current
  total.current = last.current?.totalSteps ?? 0
  return { resource: { ...resource, data: last.current }, clock }
}

async function read(warehouse: string, plan: string, width: number, from: number, signal: AbortSignal): Promise<Moves> {
  const robots: NonNullable<FloorMoves['robots']> = []
  let page: FloorMoves
  let cursor: string | undefined
  do {
    page = await call(getFloorMoves, { path: { warehouse }, query: { plan, from_step: from, steps: WINDOW, limit: ROBOTS, cursor }, signal })
    robots.push(...list(page.robots))
    cursor = page.next_cursor
  } while (cursor)
  return { tracks: tracksOf({ from_step: page.from_step, steps: page.steps, robots }, width), totalSteps: page.total_steps, startAt: page.start_at }
}
