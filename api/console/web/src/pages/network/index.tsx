import { useState } from 'react'
import { asked } from '../../api/asked'
import { ApiError } from '../../api/client'
import { askNetworkStudies, readNetworkStudies, type NetworkStudyAnswer, type NetworkStudyRequest } from '../../api/schema'
import { list, useResource } from '../../api/useResource'
import { useWords, type Key } from '../../i18n'
import { Badge, Stat } from '../../ui/figures'
import { PageHead, Panel } from '../../ui/Panel'
import { Loaded, Notice } from '../../ui/States'
import { Table } from '../../ui/Table'
import './network.css'

/** A small study to begin with; a real one is pasted or chosen as a file. */
const example: NetworkStudyRequest = {
  per_unit_km: 0.02,
  greenfield: 2,
  greenfield_site: { id: '', fixed_cost: 900, capacity: 400 },
  sites: [
    { id: 'Buchs', lon: 9.47, lat: 47.17, fixed_cost: 700, existing: true, close_cost: 250, capacity: 300 },
    { id: 'Chur', lon: 9.53, lat: 46.85, fixed_cost: 600, open_cost: 200, capacity: 300 },
  ],
  customers: [
    { id: 'Vaduz', lon: 9.52, lat: 47.14, demand: 90 },
    { id: 'Feldkirch', lon: 9.6, lat: 47.24, demand: 120 },
    { id: 'St. Gallen', lon: 9.38, lat: 47.42, demand: 110 },
    { id: 'Davos', lon: 9.84, lat: 46.8, demand: 60 },
    { id: 'Glarus', lon: 9.07, lat: 47.04, demand: 50 },
  ],
}

export default function Network() {
  const { t } = useWords()
  const [text, setText] = useState(() => JSON.stringify(example, null, 1))
  const [study, setStudy] = useState<{ body: NetworkStudyRequest; n: number }>()
  const [wrong, setWrong] = useState('')
  const found = useResource(study ? `network ${study.n}` : null, (signal) => asked<NetworkStudyAnswer>(askNetworkStudies, readNetworkStudies, study!.body, signal))
  const ask = () => {
    try {
      setStudy({ body: JSON.parse(text) as NetworkStudyRequest, n: (study?.n ?? 0) + 1 })
      setWrong('')
    } catch (cause) {
      setWrong(String(cause))
    }
  }
  return (
    <>
      <PageHead title={t('network.title')} hint={t('network.hint')} />
      <Panel title={t('network.study')} hint={t('network.study_hint')}>
        <form
          onSubmit={(e) => {
            e.preventDefault()
            ask()
          }}
        >
          <label className="network-text">
            <span className="visually-hidden">{t('network.study')}</span>
            <textarea rows={10} spellCheck={false} value={text} onChange={(e) => setText(e.target.value)} data-test="network-text" />
          </label>
          <p className="button-row">
            <label className="button">
              {t('network.file')}
              <input
                type="file"
                accept="application/json,.json"
                className="visually-hidden"
                onChange={(e) => {
                  void e.target.files?.[0]?.text().then(setText)
                }}
              />
            </label>
            <button type="submit" className="button primary" data-test="network-ask">
              {t('network.ask')}
            </button>
          </p>
          {wrong && <p role="alert">{wrong}</p>}
        </form>
      </Panel>
      {study && (
        <Panel title={t('network.answer')}>
          {found.error instanceof ApiError && <Wrong error={found.error} />}
          <Loaded of={found} rows={8}>
            {(answer) => <Answer answer={answer} study={study.body} />}
          </Loaded>
        </Panel>
      )}
    </>
  )
}

function Wrong({ error }: { error: ApiError }) {
  return (
    <ul className="problems">
      {list(error.problem?.errors).map((e) => (
        <li key={e.location}>
          <code>{e.location}</code> {e.message}
        </li>
      ))}
    </ul>
  )
}

function Answer({ answer: a, study }: { answer: NetworkStudyAnswer; study: NetworkStudyRequest }) {
  const { t, number } = useWords()
  if (list(a.reasons).length > 0)
    return (
      <Notice icon="warning" title={list(a.reasons).join(' ')}>
        {list(a.relaxation).join(' ')}
      </Notice>
    )
  return (
    <>
      <dl className="stats stock-stats" data-test="network-answer" data-status={a.status}>
        <Stat label={t('network.status')} value={<Badge tone={a.status === 'optimal' ? 'good' : 'warn'}>{t(`choice.${a.status}` as Key)}</Badge>} detail={t('network.gap', { gap: number(a.gap_pct, 3) })} />
        <Stat label={t('network.cost')} value={number(a.cost, 2)} detail={t('network.bound', { bound: number(a.bound, 2) })} />
        <Stat label={t('network.open')} value={number(list(a.open).length)} detail={list(a.open).join(', ')} />
        {a.co2_kg ? <Stat label="CO₂" value={`${number(a.co2_kg, 1)} kg`} /> : null}
      </dl>
      <Drawn answer={a} study={study} />
      <Table
        caption={t('network.sites')}
        className="short"
        rows={list(a.sites)}
        rowKey={(s) => s.id}
        columns={[
          { key: 'id', head: t('stock.site'), header: true, cell: (s) => s.id },
          { key: 'open', head: t('network.is_open'), cell: (s) => t(s.open ? 'network.yes' : 'network.no') },
          { key: 'customers', head: t('network.customers'), align: 'end', cell: (s) => number(s.customers) },
          { key: 'load', head: t('network.load'), align: 'end', cell: (s) => number(s.load, 1) },
          { key: 'capacity', head: t('network.capacity'), align: 'end', cell: (s) => (s.capacity ? number(s.capacity, 1) : '–') },
        ]}
      />
    </>
  )
}

/** Sites, customers and who serves whom, drawn by longitude and latitude; the table says the same. */
function Drawn({ answer, study }: { answer: NetworkStudyAnswer; study: NetworkStudyRequest }) {
  const { t } = useWords()
  const customers = list(study.customers).map((c) => ({ id: c.id, lon: c.lon ?? 0, lat: c.lat ?? 0 }))
  const sites = list(answer.sites)
  const places = [...customers, ...sites]
  const lon = places.map((p) => p.lon)
  const lat = places.map((p) => p.lat)
  const [west, east, south, north] = [Math.min(...lon), Math.max(...lon), Math.min(...lat), Math.max(...lat)]
  if (west === east && south === north) return null
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const scale = Math.min(700 / Math.max((east - west) * shrink, 1e-6), 340 / Math.max(north - south, 1e-6))
  const at = (p: { lon: number; lat: number }) => ({ x: 30 + (p.lon - west) * shrink * scale, y: 30 + (north - p.lat) * scale })
  const siteAt = new Map(sites.map((s) => [s.id, at(s)]))
  const customerAt = new Map(customers.map((c) => [c.id, at(c)]))
  return (
    <svg className="network-map" viewBox="0 0 760 400" role="img" aria-label={t('network.map')} data-test="network-map" data-links={list(answer.serves).length}>
      {list(answer.serves).map((s) => {
        const [a, b] = [siteAt.get(s.site), customerAt.get(s.customer)]
        return a && b ? <line key={`${s.site} ${s.customer}`} x1={a.x} y1={a.y} x2={b.x} y2={b.y} strokeWidth={1 + 2 * s.share} /> : null
      })}
      {customers.map((c) => {
        const p = at(c)
        return (
          <circle key={c.id} className="customer" cx={p.x} cy={p.y} r={4}>
            <title>{c.id}</title>
          </circle>
        )
      })}
      {sites.map((s) => {
        const p = at(s)
        return (
          <g key={s.id} className={s.open ? 'site open' : 'site'}>
            <rect x={p.x - 7} y={p.y - 7} width={14} height={14} />
            <text x={p.x + 11} y={p.y + 4}>
              {s.id}
            </text>
          </g>
        )
      })}
    </svg>
  )
}
