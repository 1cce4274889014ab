import type { StyleSpecification } from 'maplibre-gl'
import { colour } from '../../app/theme'

const widths: [kinds: string[], main: boolean, base: number][] = [
  [['service', 'living_street'], false, 0.6],
  [['residential', 'unclassified'], false, 0.8],
  [['tertiary', 'secondary'], false, 1.3],
  [['primary', 'trunk', 'motorway'], true, 2],
]

/** Streets in the colours of the page, from our own tiles: no font, no sprite, nothing from elsewhere. */
/** Streets drawn as who drives between two times sees them. */
export interface Span {
  from: string
  until: string
}

export function streetStyle(span: Span | undefined): StyleSpecification {
  const when = span ? `?from=${encodeURIComponent(span.from)}&until=${encodeURIComponent(span.until)}` : ''
  return {
    version: 8,
    sources: {
      roads: { type: 'vector', tiles: [`${location.origin}/v1/tiles/roads/{z}/{x}/{y}.mvt${when}`], minzoom: 5, maxzoom: 14 },
    },
    layers: [
      { id: 'land', type: 'background', paint: { 'background-color': colour('--map-land') } },
      ...widths.map(([kinds, main, base]) => ({
        id: `roads-${kinds[0]}`,
        type: 'line' as const,
        source: 'roads',
        'source-layer': 'roads',
        filter: ['in', ['get', 'kind'], ['literal', kinds]] as never,
        layout: { 'line-cap': 'round' as const, 'line-join': 'round' as const },
        paint: {
          'line-color': colour(main ? '--map-main' : '--map-road'),
          'line-width': ['interpolate', ['exponential', 1.6], ['zoom'], 8, base * 0.9, 13, base * 2, 17, base * 8] as never,
        },
      })),
      {
        id: 'roads-conditions',
        type: 'line' as const,
        source: 'roads',
        'source-layer': 'roads',
        filter: ['has', 'condition'] as never,
        layout: { 'line-cap': 'butt' as const, 'line-join': 'round' as const },
        paint: {
          'line-color': ['match', ['get', 'condition'], 'closure', colour('--map-closed'), colour('--map-slow')] as never,
          'line-width': ['interpolate', ['exponential', 1.6], ['zoom'], 8, 1.6, 13, 3.5, 17, 10] as never,
          'line-dasharray': [1.6, 1],
        },
      },
    ],
  }
}
