import { MapboxOverlay } from '@deck.gl/mapbox'
import { PathLayer, PolygonLayer, ScatterplotLayer } from '@deck.gl/layers'
import { Map as Chart, NavigationControl, ScaleControl, setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url'
import 'maplibre-gl/dist/maplibre-gl.css'
import { useEffect, useMemo, useRef, useState } from 'react'
import { authorization } from '../../api/client'
import type { MapCell, MapSite, PlanMap, PlanStop } from '../../api/schema'
import { list } from '../../api/useResource'
import { useShownTheme } from '../../app/theme'
import { useWords } from '../../i18n'
import type { Point } from './geo'
import { css, siteColour } from './palette'
import { streetStyle, type Span } from './style'
import { whereabouts, type Tour } from './tours'

setWorkerUrl(workerUrl)

interface Props {
  map: PlanMap
  tours: Tour[]
  at: number
  chosen: Tour | undefined
  order: string | undefined
  span: Span | undefined
  /** Cells of the service areas are drawn. */
  areas: boolean
  /** Where rain, snow, wind or fog is known to hold on the day. */
  weather: Point[][]
  /** Corners of a closure that is being drawn; undefined = none is. */
  corners: Point[] | undefined
  addCorner: (p: Point) => void
  chooseCell: (cell: MapCell) => void
  chooseRoute: (id: string) => void
  chooseOrder: (id: string) => void
}

/** The map itself: our own street tiles below, the plan above. Loaded only when somebody looks at it. */
export default function Canvas({ map, tours, at, chosen, order, span, areas, weather, corners, addCorner, chooseCell, chooseRoute, chooseOrder }: Props) {
  const { t } = useWords()
  const theme = useShownTheme()
  const holder = useRef<HTMLDivElement>(null)
  const [chart, setChart] = useState<Chart>()
  const overlay = useRef<MapboxOverlay>(undefined)
  const [failed, setFailed] = useState(false)

  useEffect(() => {
    let made: Chart
    try {
      made = new Chart({
        container: holder.current!,
        style: streetStyle(undefined),
        bounds: map.area ? [map.area.west, map.area.south, map.area.east, map.area.north] : undefined,
        fitBoundsOptions: { padding: 40 },
        attributionControl: { compact: false, customAttribution: map.attribution ?? '' },
        transformRequest: (url) => (url.startsWith(`${location.origin}/v1/`) ? { url, headers: authorization() } : { url }),
        dragRotate: false,
        pitchWithRotate: false,
        maxZoom: 17,
      } as ConstructorParameters<typeof Chart>[0])
    } catch {
      setFailed(true) // no WebGL here; the lists beside the map say the same
      return
    }
    made.addControl(new NavigationControl({ showCompass: false }), 'top-left')
    made.addControl(new ScaleControl(), 'bottom-left')
    overlay.current = new MapboxOverlay({ interleaved: false, layers: [] })
    made.addControl(overlay.current)
    made.on('load', () => setChart(made))
    made.on('idle', () => holder.current?.setAttribute('data-idle', 'true'))
    return () => made.remove()
  }, [map])

  useEffect(() => {
    chart?.setStyle(streetStyle(span))
  }, [chart, theme, span])
  useSites(chart, list(map.sites), theme)
  const drawing = corners !== undefined
  useEffect(() => {
    if (!chart || !drawing) return
    const add = (e: { lngLat: { lng: number; lat: number } }) => addCorner([e.lngLat.lng, e.lngLat.lat])
    chart.getCanvas().style.cursor = 'crosshair'
    chart.on('click', add)
    return () => {
      chart.getCanvas().style.cursor = ''
      chart.off('click', add)
    }
  }, [chart, drawing, addCorner])
  const ground = useMemo(() => {
    const sites = list(map.sites).map((s) => s.id)
    return [
      new PolygonLayer<MapCell>({
        id: 'cells',
        data: areas ? list(map.cells) : [],
        getPolygon: (c) => list(c.corners).map((p) => [p.lon, p.lat]),
        getFillColor: (c) => [...(c.site_id ? siteColour(sites.indexOf(c.site_id), theme) : ([128, 128, 128] as const)), c.short_units > 0 ? 120 : 70] as [number, number, number, number],
        getLineColor: theme === 'dark' ? [16, 22, 20, 160] : [255, 255, 255, 200],
        lineWidthUnits: 'pixels',
        getLineWidth: 1,
        pickable: true,
        onClick: ({ object }) => object && chooseCell(object),
        updateTriggers: { getFillColor: [theme] },
      }),
      new PolygonLayer<Point[]>({
        id: 'weather',
        data: weather,
        getPolygon: (ring) => ring,
        getFillColor: theme === 'dark' ? [110, 160, 220, 45] : [40, 100, 180, 40],
        getLineColor: theme === 'dark' ? [110, 160, 220, 140] : [40, 100, 180, 120],
        lineWidthUnits: 'pixels',
        getLineWidth: 1,
      }),
    ]
  }, [map, areas, weather, theme, chooseCell])

  const layers = useMemo(() => {
    const dim = chosen !== undefined
    const stops = (chosen ? [chosen] : tours).flatMap((tour) => tour.stops.map((stop) => ({ stop, site: tour.site })))
    const story = order ? tours.flatMap((tour) => tour.stops.filter((s) => s.order_id === order)) : []
    return [
      new PathLayer<Tour>({
        id: 'ways',
        data: tours,
        getPath: (tour) => tour.way,
        getColor: (tour) => [...siteColour(tour.site, theme), tour === chosen ? 235 : dim ? 45 : 165] as [number, number, number, number],
        getWidth: (tour) => (tour === chosen ? 4.5 : 2.5),
        widthUnits: 'pixels',
        capRounded: true,
        jointRounded: true,
        pickable: true,
        autoHighlight: true,
        highlightColor: [...siteColour(0, theme), 60],
        onClick: ({ object }) => object && chooseRoute(object.route.id),
        updateTriggers: { getColor: [chosen, theme], getWidth: [chosen] },
      }),
      new ScatterplotLayer<{ stop: PlanStop; site: number }>({
        id: 'stops',
        data: stops,
        getPosition: ({ stop }) => [stop.lon, stop.lat],
        getRadius: chosen ? 5 : 3,
        radiusUnits: 'pixels',
        getFillColor: theme === 'dark' ? [24, 32, 30] : [255, 255, 255],
        getLineColor: ({ site }) => siteColour(site, theme),
        stroked: true,
        lineWidthUnits: 'pixels',
        getLineWidth: chosen ? 2 : 1.4,
        pickable: true,
        onClick: ({ object }) => object && chooseOrder(object.stop.order_id),
        updateTriggers: { getRadius: [chosen], getLineColor: [theme] },
      }),
      new ScatterplotLayer<PlanStop>({
        id: 'order',
        data: story,
        getPosition: (s) => [s.lon, s.lat],
        getRadius: 10,
        radiusUnits: 'pixels',
        filled: false,
        stroked: true,
        lineWidthUnits: 'pixels',
        getLineWidth: 3.5,
        getLineColor: theme === 'dark' ? [255, 220, 120] : [190, 90, 0],
      }),
    ]
  }, [tours, chosen, order, theme, chooseRoute, chooseOrder])

  const vehicles = useMemo(
    () => tours.map((tour) => ({ tour, point: whereabouts(tour, at) })).filter((v): v is { tour: Tour; point: Point } => v.point !== undefined),
    [tours, at],
  )

  useEffect(() => {
    if (!chart) return
    overlay.current?.setProps({
      layers: [
        ...ground,
        ...layers,
        new PolygonLayer<Point[]>({
          id: 'closure',
          data: corners && corners.length > 2 ? [corners] : [],
          getPolygon: (ring) => ring,
          getFillColor: [200, 40, 40, 70],
          getLineColor: [200, 40, 40, 230],
          lineWidthUnits: 'pixels',
          getLineWidth: 2,
        }),
        new ScatterplotLayer<Point>({
          id: 'corners',
          data: corners ?? [],
          getPosition: (p) => p,
          getRadius: 5,
          radiusUnits: 'pixels',
          getFillColor: [200, 40, 40, 255],
        }),
        new ScatterplotLayer<{ tour: Tour; point: Point }>({
          id: 'vehicles',
          data: vehicles,
          getPosition: (v) => v.point,
          getRadius: 8,
          radiusUnits: 'pixels',
          getFillColor: (v) => siteColour(v.tour.site, theme),
          stroked: true,
          getLineColor: theme === 'dark' ? [16, 22, 20] : [255, 255, 255],
          lineWidthUnits: 'pixels',
          getLineWidth: 2.5,
          pickable: true,
          onClick: ({ object }) => object && chooseRoute(object.tour.route.id),
        }),
      ],
    })
    holder.current?.setAttribute('data-vehicles', String(vehicles.length))
    holder.current?.setAttribute('data-corners', String(corners?.length ?? 0))
  }, [chart, ground, layers, corners, vehicles, theme, chooseRoute])

  useEffect(() => {
    if (!chart || !chosen || chosen.way.length === 0) return
    const lons = chosen.way.map((p) => p[0])
    const lats = chosen.way.map((p) => p[1])
    chart.fitBounds([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)], { padding: 50, maxZoom: 14, animate: !matchMedia('(prefers-reduced-motion: reduce)').matches })
  }, [chart, chosen])

  return (
    <div ref={holder} className="map-canvas" role="region" aria-label={t('map.canvas')} data-test="map" data-ready={chart !== undefined} data-ways={tours.length} data-cells={areas ? list(map.cells).length : 0} data-weather={weather.length}>
      {failed && <p className="map-failed">{t('map.no_webgl')}</p>}
    </div>
  )
}

/** Sites as marks of the page, so that they are read aloud and need no font on the map. */
function useSites(chart: Chart | undefined, sites: MapSite[], theme: 'light' | 'dark') {
  useEffect(() => {
    if (!chart) return
    const layer = document.createElement('div') // above what deck.gl draws, which lies above MapLibre's own markers
    layer.className = 'site-layer'
    const marks = sites.map((site, i) => {
      const element = document.createElement('div')
      element.className = 'site-mark'
      element.textContent = site.name
      element.style.setProperty('--site', css(siteColour(i, theme)))
      layer.append(element)
      return { site, element }
    })
    const place = () => {
      for (const { site, element } of marks) {
        const { x, y } = chart.project([site.lon, site.lat])
        element.style.transform = `translate(${x}px, ${y}px) translate(-50%, calc(-100% - 7px))`
      }
    }
    chart.getContainer().append(layer)
    chart.on('move', place)
    place()
    return () => {
      chart.off('move', place)
      layer.remove()
    }
  }, [chart, sites, theme])
}
