import { useDeferredValue, useState } from 'react'
import { call } from '../../api/client'
import { getSupplierRisk, listSupplierRisks, type SupplierRisk, type SupplierRiskDetail } from '../../api/schema'
import { list, useResource } from '../../api/useResource'
import { patchQuery, useRoute } from '../../app/router'
import { useWords } from '../../i18n'
import { Badge, Stat, type Tone } from '../../ui/figures'
import { PageHead, Panel } from '../../ui/Panel'
import { Loaded, Notice } from '../../ui/States'
import { Table } from '../../ui/Table'
import '../forecast/forecast.css'
import './suppliers.css'
import { Outlook } from './Outlook'
import { Reasons } from './Reasons'
import { Trend } from './Trend'

export const tones: Record<SupplierRisk['grade'], Tone> = { A: 'good', B: 'good', C: 'warn', D: 'bad', E: 'bad' }

/** The chance to fail that counts: the learned model's, else the last of the months ahead; undefined = no model says. */
const pdOf = (s: SupplierRisk) => s.failure?.pd ?? list(s.outlook?.pds).at(-1)

/** The grade to act on: of the chance to fail where there is one, else of the points. */
const gradeOf = (s: SupplierRisk) => s.failure?.grade ?? s.outlook?.grade ?? s.grade

export default function Suppliers() {
  const { t, day } = useWords()
  const { query } = useRoute()
  const [text, setText] = useState('')
  const q = useDeferredValue(text.trim())
  const found = useResource(`risks ${q}`, (signal) => call(listSupplierRisks, { query: { q, limit: 200 }, signal }))
  const items = found.data ? list(found.data.items) : []
  const id = query.get('supplier') ?? items[0]?.supplier_id
  return (
    <>
      <PageHead title={t('trust.title')} hint={t('trust.hint')} />
      <div className="trust-layout">
        <Panel title={t('trust.list')} hint={found.data && t('trust.found', { n: found.data.found, day: day(found.data.as_of_date) })} flush className="item-list">
          <label className="item-search">
            <span className="visually-hidden">{t('trust.search')}</span>
            <input type="search" placeholder={t('trust.search')} value={text} onChange={(e) => setText(e.target.value)} data-test="supplier-search" />
          </label>
          <Loaded of={found} rows={10} empty={(page) => list(page.items).length === 0} whenEmpty={<Notice icon="search" title={t(q ? 'trust.no_match' : 'suppliers.none')} />}>
            {(page) => <Names items={list(page.items)} chosen={id} />}
          </Loaded>
        </Panel>
        <div>{id && <One key={id} id={id} />}</div>
      </div>
    </>
  )
}

function Names({ items, chosen }: { items: SupplierRisk[]; chosen: string | undefined }) {
  const { t, number, percent } = useWords()
  return (
    <ul className="items">
      {items.map((x) => (
        <li key={x.supplier_id}>
          <button type="button" aria-pressed={x.supplier_id === chosen} onClick={() => patchQuery({ supplier: x.supplier_id })}>
            <span>
              {x.name || x.supplier_id}
              <code className="muted">{x.supplier_id}</code>
            </span>
            <span>
              {x.outlook?.alarm && <Badge tone="bad">{t('outlook.alarm')}</Badge>} <b>{pdOf(x) === undefined ? number(x.points) : percent(pdOf(x)!, 1)}</b> <Badge tone={tones[gradeOf(x)]}>{gradeOf(x)}</Badge>
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}

function One({ id }: { id: string }) {
  const one = useResource(`risk ${id}`, (signal) => call(getSupplierRisk, { path: { id }, signal }))
  return (
    <Loaded of={one} rows={12}>
      {(s) => <Shown supplier={s} />}
    </Loaded>
  )
}

function Shown({ supplier: s }: { supplier: SupplierRiskDetail }) {
  const { t, day, number, percent } = useWords()
  return (
    <>
      <Panel title={s.name ? `${s.name} · ${s.supplier_id}` : s.supplier_id} hint={t('trust.as_of', { day: day(s.as_of_date) })}>
        <dl className="stats trust-stats">
          <Stat label={t('suppliers.grade')} value={<Badge tone={tones[gradeOf(s)]}>{gradeOf(s)}</Badge>} detail={t(pdOf(s) === undefined ? 'trust.grade_points' : 'trust.grade_pd')} />
          {s.failure && (
            <Stat
              label={t('trust.pd')}
              value={percent(s.failure.pd, 1)}
              detail={t('trust.pd_detail', { low: percent(s.failure.low, 1), high: percent(s.failure.high, 1), model: s.failure.model, version: s.failure.version })}
            />
          )}
          <Stat label={t('suppliers.score')} value={number(s.points)} detail={t('suppliers.range', { low: Math.round(s.low), high: Math.round(s.high) })} />
        </dl>
        {!s.failure && !s.outlook && <p className="hint">{t('trust.no_model')}</p>}
        {list(s.failure?.notes).map((note) => (
          <p key={note} className="hint">
            {note}
          </p>
        ))}
        <h3>{t('trust.trend')}</h3>
        <Trend months={list(s.trend)} />
      </Panel>
      {s.outlook && <Outlook outlook={s.outlook} />}
      {s.failure && <Reasons failure={s.failure} />}
      <Exposure supplier={s} />
      <Panel title={t('trust.points')} hint={t('trust.points_hint')} flush>
        <Table
          caption={t('trust.points')}
          rows={[...list(s.criteria)].sort((a, b) => b.max - b.points - (a.max - a.points))}
          rowKey={(c) => c.name}
          columns={[
            { key: 'name', head: t('trust.criterion'), header: true, cell: (c) => c.name },
            { key: 'points', head: t('suppliers.score'), align: 'end', cell: (c) => `${number(c.points, 1)} / ${number(c.max)}` },
            { key: 'why', head: t('trust.why'), className: 'muted', cell: (c) => c.reason },
          ]}
        />
      </Panel>
      <details>
        <summary>{t('trust.record')}</summary>
        <Table
          caption={t('trust.record')}
          rows={list(s.figures)}
          rowKey={(f) => f.name}
          columns={[
            { key: 'name', head: t('trust.figure'), header: true, cell: (f) => f.name },
            { key: 'value', head: t('trust.value'), align: 'end', cell: (f) => (f.value === undefined || f.value === null ? t('trust.unrecorded') : number(f.value, 2)) },
            { key: 'meaning', head: t('trust.meaning'), className: 'muted', cell: (f) => f.meaning },
          ]}
        />
      </details>
    </>
  )
}

function Exposure({ supplier: { exposure: e } }: { supplier: SupplierRiskDetail }) {
  const { t, money } = useWords()
  return (
    <Panel title={t('trust.exposure')} hint={t(e.plan_id ? 'trust.exposure_plan' : 'trust.exposure_no_plan')}>
      <dl className="stats trust-stats">
        <Stat label={t('trust.open')} value={money(e.open, true)} />
        <Stat label={t('suppliers.proposed')} value={money(e.proposed, true)} />
        <Stat label={t('suppliers.prepaid')} value={money(e.prepaid, true)} detail={t('trust.limit', { limit: money(e.limit, true) })} />
        <Stat label={t('suppliers.headroom')} value={<span className={e.headroom.minor < 0 ? 'text-bad' : ''}>{money(e.headroom, true)}</span>} />
        {e.expected_loss && <Stat label={t('trust.expected')} value={money(e.expected_loss)} detail={t('trust.expected_detail')} />}
      </dl>
      <p>
        <b>{t('trust.advice')}</b> {e.advice}
      </p>
    </Panel>
  )
}
