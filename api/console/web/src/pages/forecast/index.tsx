import { lazy, Suspense, useDeferredValue, useMemo, useState } from 'react'
import { call } from '../../api/client'
import { findSoldItems, getItemForecast, type ItemForecast, type SoldItem } from '../../api/schema'
import { list, useResource } from '../../api/useResource'
import { patchQuery, useRoute } from '../../app/router'
import { useWords } from '../../i18n'
import { Badge, Stat } from '../../ui/figures'
import { PageHead, Panel } from '../../ui/Panel'
import { Loaded, Notice, Skeleton } from '../../ui/States'
import { Table } from '../../ui/Table'
import { Alerted, AlertLines } from './Alerts'
import { Explained } from './Explained'
import './forecast.css'
import { Overrides } from './Overrides'
import { Versions } from './Versions'
import { dateOf, daysOf, weekly, type Days } from './series'

const Chart = lazy(() => import('./Chart'))
const spans = [91, 365, 5000]

export default function Forecast() {
  const { t } = useWords()
  const { query } = useRoute()
  const [text, setText] = useState('')
  const q = useDeferredValue(text.trim())
  const found = useResource(`items ${q}`, (signal) => call(findSoldItems, { query: { q, limit: 100 }, signal }))
  const items = found.data ? list(found.data.items) : []
  const id = query.get('item') ?? items[0]?.item_id
  return (
    <>
      <PageHead title={t('forecast.title')} hint={t('forecast.hint')} />
      <Alerted />
      <div className="forecast-layout">
        <Panel title={t('forecast.items')} hint={found.data && t('forecast.found', { n: found.data.found, days: found.data.window_days })} flush className="item-list">
          <label className="item-search">
            <span className="visually-hidden">{t('forecast.search')}</span>
            <input type="search" placeholder={t('forecast.search')} value={text} onChange={(e) => setText(e.target.value)} data-test="item-search" />
          </label>
          <Loaded of={found} rows={10} empty={(page) => list(page.items).length === 0} whenEmpty={<Notice icon="search" title={t('forecast.no_items')} />}>
            {(page) => <Items items={list(page.items)} chosen={id} />}
          </Loaded>
        </Panel>
        <div>{id ? <Item key={id} id={id} name={items.find((x) => x.item_id === id)?.name} /> : found.data && <Notice icon="forecast" title={t('forecast.none')} />}</div>
      </div>
    </>
  )
}

function Items({ items, chosen }: { items: SoldItem[]; chosen: string | undefined }) {
  const { number } = useWords()
  return (
    <ul className="items">
      {items.map((x) => (
        <li key={x.item_id}>
          <button type="button" aria-pressed={x.item_id === chosen} onClick={() => patchQuery({ item: x.item_id })}>
            <span>
              {x.name || x.item_id}
              <code className="muted">{x.item_id}</code>
            </span>
            <b>{number(x.units)}</b>
          </button>
        </li>
      ))}
    </ul>
  )
}

function Item({ id, name }: { id: string; name: string | undefined }) {
  const { t, day } = useWords()
  const [span, setSpan] = useState(spans[0]!)
  const forecast = useResource(`forecast ${id} ${span}`, (signal) => call(getItemForecast, { path: { id }, query: { history_days: span }, signal }))
  return (
    <Panel
      title={name ? `${name} · ${id}` : id}
      hint={forecast.data && t('forecast.made', { day: day(forecast.data.start_date) })}
      actions={
        <div className="button-row" role="group" aria-label={t('forecast.span')}>
          {spans.map((s, i) => (
            <button key={s} type="button" className="button small" aria-pressed={s === span} onClick={() => setSpan(s)}>
              {t((['forecast.quarter', 'forecast.year', 'forecast.all'] as const)[i]!)}
            </button>
          ))}
        </div>
      }
    >
      <Loaded of={forecast} rows={10}>
        {(data) => (
          <>
            <AlertLines alerts={list(data.alerts)} />
            <Shown forecast={data} weeks={span > 100} />
            <Overrides id={id} forecast={data} changed={forecast.reload} />
            <Versions id={id} newest={data.version} />
          </>
        )}
      </Loaded>
    </Panel>
  )
}

function Shown({ forecast: f, weeks }: { forecast: ItemForecast; weeks: boolean }) {
  const { t, number, percent, code } = useWords()
  const days = useMemo(() => daysOf(f), [f])
  const shown = useMemo(() => (weeks ? weekly(days) : days), [days, weeks])
  const mean = list(f.mean)
  const total = mean.slice(0, 28).reduce((a, b) => a + b, 0)
  const since = days.sold.slice(days.origin, days.origin + mean.length)
  const known = since.filter((v) => v !== null)
  const expected = since.reduce<number>((sum, v, i) => (v === null ? sum : sum + (mean[i] ?? 0)), 0)
  return (
    <>
      <Suspense fallback={<Skeleton rows={8} />}>
        <Chart days={shown} label={t('forecast.chart')} />
      </Suspense>
      <p className="hint">{t(weeks ? 'forecast.weeks' : 'forecast.days')}</p>
      <Explained forecast={f} />
      <dl className="stats forecast-stats">
        <Stat label={t('forecast.method')} value={f.method} detail={<Badge tone={f.status === 'ok' ? 'good' : 'warn'}>{code('history', f.status)}</Badge>} />
        <Stat label={t('forecast.next')} value={number(total, 1)} detail={t('forecast.units_28', { n: Math.min(mean.length, 28) })} />
        {known.length > 0 && <Stat label={t('forecast.actual')} value={number(known.reduce((a, b) => a + b, 0))} detail={t('forecast.against', { expected: number(expected, 1), n: known.length })} />}
        {f.accuracy && f.accuracy.points > 0 && (
          <>
            <Stat label={t('forecast.wape')} value={percent(f.accuracy.wape, 1)} detail={t('forecast.bias', { bias: percent(f.accuracy.bias, 1) })} />
            <Stat label={t('forecast.coverage')} value={percent(f.accuracy.coverage_80, 1)} detail={t('forecast.coverage_detail')} />
            <Stat label={t('forecast.value_added')} value={percent(f.accuracy.value_added, 1)} detail={t('forecast.value_added_detail', { n: f.accuracy.origins })} />
          </>
        )}
      </dl>
      {f.lead_time && <Lead forecast={f} />}
      <details>
        <summary>{t('forecast.table')}</summary>
        <DayTable days={days} />
      </details>
    </>
  )
}

/** Demand until an order placed now is on the shelf: what reorder points are read from. */
function Lead({ forecast }: { forecast: ItemForecast }) {
  const { t, number, percent } = useWords()
  const lead = forecast.lead_time!
  const most = Math.max(...list(lead.quantiles), 1)
  const rows = list(lead.levels).map((level, i) => ({ level, units: list(lead.quantiles)[i] ?? 0 }))
  return (
    <section className="lead" aria-label={t('forecast.lead')}>
      <h3>{t('forecast.lead')}</h3>
      <p className="hint">{t('forecast.lead_hint', { days: number(lead.mean_days, 1), mean: number(lead.mean, 1), sd: number(lead.sd, 1) })}</p>
      <dl>
        {rows.map((r) => (
          <div key={r.level}>
            <dt>{percent(r.level, 1)}</dt>
            <dd>
              <span className="lead-bar" style={{ width: `${(r.units / most) * 100}%` }} aria-hidden="true" />
              {number(r.units, 1)}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function DayTable({ days }: { days: Days }) {
  const { t, number, day } = useWords()
  const shown = (v: number | null | undefined) => (v === null || v === undefined ? '–' : number(v, 1))
  const from = Math.max(0, days.origin - 28)
  return (
    <Table
      caption={t('forecast.table')}
      className="short"
      rows={days.x.slice(from).map((x, i) => ({ x, i: from + i }))}
      rowKey={(r) => String(r.x)}
      columns={[
        { key: 'day', head: t('forecast.day'), header: true, cell: (r) => day(dateOf(r.x)) },
        { key: 'sold', head: t('forecast.sold'), align: 'end', cell: (r) => shown(days.sold[r.i]) },
        { key: 'mean', head: t('forecast.mean'), align: 'end', cell: (r) => shown(days.mean[r.i]) },
        { key: 'low', head: t('forecast.low'), align: 'end', cell: (r) => shown(days.low[r.i]) },
        { key: 'high', head: t('forecast.high'), align: 'end', cell: (r) => shown(days.high[r.i]) },
        { key: 'planned', head: t('forecast.planned'), align: 'end', cell: (r) => shown(days.planned[r.i]) },
      ]}
    />
  )
}
