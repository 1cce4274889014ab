import type { StyleSpecification } from 'maplibre-gl'
import { colour } from '../../app/theme'

const widths: [kinds: string[], main: boolean, base: number][] = [
  [['service', 'living_street'], false, 0.6],
  [['residential', 'unclassified'], false, 0.8],
  [['tertiary', 'secondary'], false, 1.3],
  [['primary', 'trunk', 'motorway'], true, 2],
]

/** Streets in the colours of the page, from our own tiles: no font, no sprite, nothing from elsewhere. */
export function streetStyle(): StyleSpecification {
  return {
    version: 8,
    sources: {
      roads: { type: 'vector', tiles: [`${location.origin}/v1/tiles/roads/{z}/{x}/{y}.mvt`], minzoom: 5, maxzoom: 14 },
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
    ],
  }
}
