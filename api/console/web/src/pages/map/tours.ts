import type { PlanMap, PlanRoute, PlanStop } from '../../api/schema'
import { list } from '../../api/useResource'
import { wall } from '../../i18n/format'
import { along, decodePolyline, type Point } from './geo'

/** A route made ready for drawing: times in milliseconds of the business's clock. */
export interface Tour {
  route: PlanRoute
  stops: PlanStop[]
  way: Point[]
  depart: number
  end: number
  /** Number of its site among all, for its colour. */
  site: number
  legs: Leg[]
}

interface Leg {
  from: number
  to: number
  way: Point[]
}

export function toursOf(map: PlanMap): Tour[] {
  const sites = list(map.sites).map((s) => s.id)
  return list(map.routes).map((route) => {
    const way = decodePolyline(route.way)
    const stops = list(route.stops)
    const ends = list(route.legs)
    const legs = ends.map((end, i) => ({
      from: i === 0 ? ms(route.depart_at) : ms(stops[i - 1]!.depart_at),
      to: i < stops.length ? ms(stops[i]!.arrive_at) : ms(route.return_at),
      way: way.slice(Math.max((ends[i - 1] ?? 0) - 1, 0), end),
    }))
    return { route, stops, way, depart: ms(route.depart_at), end: ms(route.return_at), site: sites.indexOf(route.site_id), legs }
  })
}

export const ms = (iso: string) => wall(iso).getTime()

/** Where the vehicle of a tour is at a time, undefined while it stands at its site. */
export function whereabouts(tour: Tour, at: number): Point | undefined {
  if (at < tour.depart || at > tour.end) return undefined
  for (const leg of tour.legs) {
    if (at < leg.from) return leg.way[0] // at the door
    if (at <= leg.to) return along(leg.way, leg.to > leg.from ? (at - leg.from) / (leg.to - leg.from) : 1)
  }
  return undefined
}

/** How many stops are done at a time. */
export const served = (tour: Tour, at: number) => tour.stops.filter((s) => ms(s.depart_at) <= at).length
