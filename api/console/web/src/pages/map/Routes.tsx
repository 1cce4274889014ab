import type { PlanRoute } from '../../api/schema'
import { list } from '../../api/useResource'
import { useShownTheme } from '../../app/theme'
import { useWords } from '../../i18n'
import { Stat } from '../../ui/figures'
import { Icon } from '../../ui/icons'
import { Table } from '../../ui/Table'
import { css, siteColour } from './palette'
import { served, type Tour } from './tours'

interface Props {
  tours: Tour[]
  chosen: Tour | undefined
  at: number
  chooseRoute: (id: string | undefined) => void
  chooseOrder: (id: string) => void
}

/** The day's tours as a list, or the one that is chosen with its stops: all that the map shows, in words. */
export function Routes({ tours, chosen, at, chooseRoute, chooseOrder }: Props) {
  const { t, number, km, time } = useWords()
  const theme = useShownTheme()
  if (chosen) return <Stops tour={chosen} at={at} close={() => chooseRoute(undefined)} chooseOrder={chooseOrder} />
  return (
    <Table
      caption={t('map.routes')}
      className="tall"
      rows={tours}
      rowKey={(x) => x.route.id}
      columns={[
        {
          key: 'vehicle',
          head: t('map.vehicle'),
          header: true,
          cell: (x) => (
            <button type="button" className="link" onClick={() => chooseRoute(x.route.id)}>
              <i className="dot" style={{ background: css(siteColour(x.site, theme)) }} aria-hidden="true" />
              {x.route.vehicle_id}
            </button>
          ),
        },
        { key: 'time', head: t('map.away'), cell: (x) => `${time(x.route.depart_at)}–${time(x.route.return_at)}` },
        { key: 'stops', head: t('map.stops'), align: 'end', cell: (x) => number(x.stops.length) },
        { key: 'km', head: t('map.distance'), align: 'end', cell: (x) => km(x.route.distance_m) },
        ...(tours.some((x) => x.route.late_sec || x.route.cut)
          ? [{ key: 'late', head: t('roads.late'), align: 'end' as const, cell: (x: Tour) => <Late route={x.route} /> }]
          : []),
      ]}
    />
  )
}

function Late({ route }: { route: PlanRoute }) {
  const { t, number } = useWords()
  if (route.cut) return <b>{t('roads.no_way')}</b>
  return route.late_sec ? <b>{t('roads.delay', { min: number(Math.ceil(route.late_sec / 60)) })}</b> : null
}

function Stops({ tour, at, close, chooseOrder }: { tour: Tour; at: number; close: () => void; chooseOrder: (id: string) => void }) {
  const { t, number, km, kg, money, time, duration } = useWords()
  const r = tour.route
  const done = served(tour, at)
  return (
    <>
      <div className="side-head">
        <div>
          <h3>{r.vehicle_id}</h3>
          <p className="muted">
            {r.id} · {time(r.depart_at)}–{time(r.return_at)}
          </p>
        </div>
        <button type="button" className="button quiet small" onClick={close}>
          <Icon name="close" size={16} /> {t('map.all_routes')}
        </button>
      </div>
      <dl className="stats side-stats">
        <Stat label={t('map.distance')} value={km(r.distance_m)} detail={t('map.driving', { time: duration(r.drive_sec) })} />
        <Stat label={t('map.cost')} value={money(r.cost)} detail={`${kg(r.co2e_g)} CO₂e`} />
        <Stat label={t('map.load')} value={kg(r.weight_g)} detail={t('map.served', { n: done, of: tour.stops.length })} />
      </dl>
      {list(r.conditions).length > 0 && (
        <ul className="conditions late" data-test="late">
          {list(r.conditions).map((c) => (
            <li key={`${c.leg} ${c.id}`} data-kind={c.kind}>
              <span className="muted">{c.leg < tour.stops.length ? tour.stops[c.leg]!.order_id : t('roads.way_back')}</span> {c.sentence}
            </li>
          ))}
        </ul>
      )}
      <Table
        caption={t('map.stops_of', { route: r.id })}
        className="tall"
        rows={tour.stops.map((stop, i) => ({ stop, n: i + 1 }))}
        rowKey={(x) => `${x.n}`}
        columns={[
          { key: 'n', head: '#', align: 'end', className: 'muted', cell: (x) => number(x.n) },
          {
            key: 'order',
            head: t('map.order'),
            header: true,
            cell: (x) => (
              <button type="button" className="link" onClick={() => chooseOrder(x.stop.order_id)}>
                {x.stop.order_id}
              </button>
            ),
          },
          { key: 'arrive', head: t('map.arrives'), cell: (x) => <>{time(x.stop.arrive_at)} {x.stop.late_sec ? <b>{t('roads.delay', { min: number(Math.ceil(x.stop.late_sec / 60)) })}</b> : null}</> },
          { key: 'leg', head: t('map.leg'), align: 'end', cell: (x) => km(x.stop.distance_m) },
        ]}
      />
    </>
  )
}
