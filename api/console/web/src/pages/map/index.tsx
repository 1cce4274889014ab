import { lazy, Suspense, useCallback, useEffect, useMemo, useState, type FormEvent } from 'react'
import { call } from '../../api/client'
import { getPlanMap, listRoadConditions, type MapCell, type PlanMap, type RoadCondition } from '../../api/schema'
import { list, useResource } from '../../api/useResource'
import { usePlans } from '../../app/plans'
import { patchQuery, useRoute } from '../../app/router'
import { useWords } from '../../i18n'
import { Icon } from '../../ui/icons'
import { PageHead, Panel } from '../../ui/Panel'
import { Loaded, Notice, Skeleton } from '../../ui/States'
import { Boundary } from '../../app/Boundary'
import './map.css'
import { Closures } from './Closures'
import { Conditions } from './Conditions'
import type { Point } from './geo'
import { Areas } from './Areas'
import { Routes } from './Routes'
import { Story } from './Story'
import { Timeline } from './Timeline'
import { toursOf, type Tour } from './tours'

const Canvas = lazy(() => import('./Canvas'))

export default function MapPage() {
  const { t } = useWords()
  const { all, current } = usePlans()
  const id = current?.id ?? null
  const map = useResource(id && `map ${id}`, (signal) => call(getPlanMap, { path: { id: id! }, signal }))
  return (
    <>
      <PageHead title={t('map.title')} hint={t('map.hint')} actions={<FindOrder />} />
      <Loaded of={all} empty={() => !current} whenEmpty={<Notice icon="map" title={t('overview.no_plan')} />}>
        {() => <Loaded of={map}>{(data) => <Shown key={data.plan_id} map={data} reload={map.reload} />}</Loaded>}
      </Loaded>
    </>
  )
}

/** While a closure is drawn, a click is a corner and chooses nothing. */
const ignore = () => {}

function FindOrder() {
  const { t } = useWords()
  const find = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const order = String(new FormData(event.currentTarget).get('order')).trim()
    if (order) patchQuery({ order, route: undefined })
  }
  return (
    <form role="search" className="search" onSubmit={find}>
      <label>
        <span className="visually-hidden">{t('map.find')}</span>
        <input name="order" type="search" placeholder={t('map.find')} autoComplete="off" />
      </label>
      <button type="submit" className="button" aria-label={t('map.find')}>
        <Icon name="search" size={16} />
      </button>
    </form>
  )
}

function Shown({ map, reload }: { map: PlanMap; reload: () => void }) {
  const { t, dayShort } = useWords()
  const { query } = useRoute()
  const all = useMemo(() => toursOf(map), [map])
  const days = useMemo(() => [...new Set(all.map((x) => x.route.date))], [all])
  const order = query.get('order') ?? undefined
  const byOrder = order ? all.find((x) => x.stops.some((s) => s.order_id === order)) : undefined
  const chosen = all.find((x) => x.route.id === query.get('route')) ?? byOrder
  const wanted = query.get('day')
  const day = chosen?.route.date ?? (wanted && days.includes(wanted) ? wanted : days[0])
  const tours = useMemo(() => all.filter((x) => x.route.date === day), [all, day])
  const conditions = useMemo(() => list(map.conditions).filter((c) => c.date === day), [map, day])
  const known = useResource(map.on_streets ? 'road conditions' : null, async (signal) => list((await call(listRoadConditions, { query: { limit: 200, outlines: true }, signal })).items))
  const weather = useMemo(() => list(known.data).filter((c) => c.kind === 'weather' && holdsOn(c, day)).flatMap(outlines), [known.data, day])
  const span = useMemo(() => (conditions.length ? spanOf(tours) : undefined), [conditions, tours])
  const [at, setAt] = useState(0)
  const [areas, setAreas] = useState(false)
  const [cell, setCell] = useState<MapCell>()
  const [corners, setCorners] = useState<Point[]>()
  const addCorner = useCallback((p: Point) => setCorners((old) => [...(old ?? []), p]), [])
  useEffect(() => {
    if (tours.length) setAt(noon(tours.map((x) => [x.depart, x.end])))
  }, [tours])

  const chooseRoute = useCallback((route: string | undefined) => patchQuery({ route, order: undefined }), [])
  const chooseOrder = useCallback((id: string) => patchQuery({ order: id, route: undefined }), [])

  if (!all.length) return <Notice icon="van" title={t('map.no_routes')} />
  return (
    <>
      <div className="map-days" role="group" aria-label={t('map.day')}>
        {days.map((d) => (
          <button key={d} type="button" className="button small" aria-pressed={d === day} onClick={() => patchQuery({ day: d, route: undefined, order: undefined })}>
            {dayShort(d)} <span className="muted">{all.filter((x) => x.route.date === d).length}</span>
          </button>
        ))}
        {list(map.cells).length > 0 && (
          <button type="button" className="button small" aria-pressed={areas} data-test="areas" onClick={() => setAreas(!areas)}>
            {t('areas.show')}
          </button>
        )}
        {!map.on_streets && <span className="hint">{t('map.straight')}</span>}
      </div>
      <div className="map-layout">
        <Panel title={t('map.canvas')} className="map-panel" flush>
          <Boundary>
            <Suspense fallback={<Skeleton rows={10} />}>
              <Canvas map={map} tours={tours} at={at} chosen={chosen} order={order} span={span} areas={areas} weather={weather} corners={corners} addCorner={addCorner} chooseCell={corners ? ignore : setCell} chooseRoute={corners ? ignore : chooseRoute} chooseOrder={corners ? ignore : chooseOrder} />
            </Suspense>
          </Boundary>
        </Panel>
        <Panel title={order ? t('map.order') : t('map.routes')} className={`map-side ${order || chosen ? 'bare' : ''}`} flush>
          {order ? (
            <Story plan={map.plan_id} order={order} close={() => patchQuery({ order: undefined, day })} chooseRoute={chooseRoute} />
          ) : (
            <Routes tours={tours} chosen={chosen} at={at} chooseRoute={chooseRoute} chooseOrder={chooseOrder} />
          )}
        </Panel>
      </div>
      {areas && <Areas map={map} chosen={cell} />}
      <Conditions map={map} of={conditions} />
      {map.on_streets && day && <Closures day={day} zone={all[0]!.route.depart_at.slice(19)} known={known} corners={corners} setCorners={setCorners} changed={reload} />}
      <Panel title={t('map.timeline')} className="map-timeline">
        {at > 0 && <Timeline tours={tours} at={at} setAt={setAt} chosen={chosen} chooseRoute={chooseRoute} />}
      </Panel>
    </>
  )
}

/** Whether a condition holds at some time of a day; both are written in the business's own time. */
const holdsOn = (c: RoadCondition, day: string | undefined) => day !== undefined && c.from.slice(0, 10) <= day && c.until > day

/** The lines around where a condition lies: its area, and its cells. */
const outlines = (c: RoadCondition): Point[][] => [list(c.area), ...list(c.outlines).map((ring) => list(ring))].filter((ring) => ring.length > 2).map((ring) => ring.map((p): Point => [p.lon, p.lat]))

/** From when to when the vehicles of some tours are away. */
function spanOf(tours: Tour[]) {
  const first = tours.reduce((a, b) => (b.depart < a.depart ? b : a))
  const last = tours.reduce((a, b) => (b.end > a.end ? b : a))
  return { from: first.route.depart_at, until: last.route.return_at }
}

/** A time at which most vehicles are away: the middle of the day's driving. */
function noon(spans: [number, number][]): number {
  const from = spans.reduce((sum, [a]) => sum + a, 0) / spans.length
  const to = spans.reduce((sum, [, b]) => sum + b, 0) / spans.length
  return Math.round((from + to) / 2 / 60_000) * 60_000
}
