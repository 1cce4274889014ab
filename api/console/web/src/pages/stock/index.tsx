import { useDeferredValue, useState } from 'react'
import { answered } from '../../api/asked'
import { call } from '../../api/client'
import { askReplenishments, listStockLines, readReplenishments, type ReplenishmentAnswer, type StockLine } from '../../api/schema'
import { list, useResource } from '../../api/useResource'
import { usePlans } from '../../app/plans'
import { patchQuery, useRoute } from '../../app/router'
import { useWords, type Key } from '../../i18n'
import { Badge, Shares, Stat, type Tone } from '../../ui/figures'
import { PageHead, Panel } from '../../ui/Panel'
import { Loaded, Notice } from '../../ui/States'
import { Table } from '../../ui/Table'
import { Item } from './Item'
import './stock.css'

const MOST = 200
const PAGE = 100

const healthTone: Record<string, Tone> = { healthy: 'good', under: 'warn', over: 'accent', 'out of stock': 'bad', expiring: 'warn' }
const healthKey = (h: string) => `health.${h.replaceAll(' ', '_')}` as Key

export default function Stock() {
  const { t } = useWords()
  const { all, current } = usePlans()
  const { query } = useRoute()
  const day = current?.summary?.origin_date
  const body = { line_pages: true, ...(day ? { origin_date: day } : {}) }
  // Not before the plans are known: a run for the wrong day costs as much as one for the right one.
  const run = useResource(all.data || all.error ? `stock ${day ?? ''}` : null, (signal) => answered<ReplenishmentAnswer>(askReplenishments, readReplenishments, body, signal))
  const item = query.get('item')
  const site = query.get('site')
  return (
    <>
      <PageHead title={t('stock.title')} hint={t('stock.hint')} />
      <Loaded of={run} rows={10} empty={(a) => !a.result.paged_lines} whenEmpty={<Notice icon="box" title={t('stock.none')} />}>
        {({ id, result: answer }) => (
          <>
            <Health answer={answer} />
            <Lines run={id} chosen={item && site ? `${item} ${site}` : undefined} />
            {item && site && <Item key={`${item} ${site}`} item={item} site={site} date={answer.origin_date} />}
            <Advice answer={answer} />
          </>
        )}
      </Loaded>
    </>
  )
}

function Health({ answer }: { answer: ReplenishmentAnswer }) {
  const { t, number, money, day } = useWords()
  const h = answer.health
  const parts = [
    { label: t('health.healthy'), value: h.healthy, tone: 'good' as Tone },
    { label: t('health.under'), value: h.under, tone: 'warn' as Tone },
    { label: t('health.out_of_stock'), value: h.out, tone: 'bad' as Tone },
    { label: t('health.over'), value: h.over, tone: 'accent' as Tone },
    { label: t('health.expiring'), value: h.expiring, tone: 'plain' as Tone },
  ]
  return (
    <Panel title={t('stock.health')} hint={t('stock.as_of', { day: day(answer.origin_date) })}>
      <Shares parts={parts} total={parts.reduce((sum, p) => sum + p.value, 0)} />
      <dl className="stats stock-stats">
        <Stat label={t('stock.value')} value={money(h.value, true)} detail={t('stock.excess', { money: money(h.excess, true) })} />
        <Stat label={t('stock.orders')} value={number(list(answer.purchase_orders).length)} detail={t('stock.order_lines', { n: answer.lines, money: money(answer.cost, true) })} />
        <Stat label={t('stock.transfers')} value={number(list(answer.transfers).length)} />
        <Stat label={t('stock.late')} value={number(h.late)} detail={t('stock.expedites', { n: list(answer.expedites).length })} />
      </dl>
      {list(answer.reasons).map((why, i) => (
        <p key={why} className="hint">
          {why} {list(answer.relaxation)[i]}
        </p>
      ))}
    </Panel>
  )
}

const healths = ['healthy', 'under', 'over', 'out of stock', 'expiring'] as const

/** How items stand, by pages of the run: a search and a filter are the service's. */
function Lines({ run, chosen }: { run: string; chosen: string | undefined }) {
  const { t, number, day } = useWords()
  const [text, setText] = useState('')
  const [health, setHealth] = useState<(typeof healths)[number]>()
  const [limit, setLimit] = useState(PAGE)
  const search = useDeferredValue(text.trim()) || undefined
  const found = useResource(`lines ${run} ${search} ${health} ${limit}`, (signal) => call(listStockLines, { path: { id: run }, query: { search, health, limit }, signal }))
  return (
    <Panel title={t('stock.lines')} hint={t('stock.found', { n: found.data?.found ?? 0 })} flush>
      <div className="stock-filter">
        <label>
          <span className="visually-hidden">{t('forecast.search')}</span>
          <input type="search" placeholder={t('stock.search')} value={text} onChange={(e) => setText(e.target.value)} data-test="stock-search" />
        </label>
        <label>
          <span className="visually-hidden">{t('stock.health')}</span>
          <select value={health ?? ''} onChange={(e) => setHealth(healths.find((h) => h === e.target.value))} data-test="stock-health">
            <option value="">{t('filter.all')}</option>
            {healths.map((h) => (
              <option key={h} value={h}>
                {t(healthKey(h))}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Loaded of={found} rows={10} empty={(page) => list(page.items).length === 0} whenEmpty={<Notice icon="box" title={t('stock.no_line')} />}>
        {(page) => (
          <>
            <Table<StockLine>
              caption={t('stock.lines')}
              className="stock-lines"
              rows={list(page.items)}
              rowKey={(l) => `${l.item_id} ${l.site_id}`}
              selected={chosen}
              columns={[
                {
                  key: 'item',
                  head: t('stock.item'),
                  header: true,
                  cell: (l) => (
                    <button type="button" className="link" onClick={() => patchQuery({ item: l.item_id, site: l.site_id })}>
                      {l.item_id}
                    </button>
                  ),
                },
                { key: 'site', head: t('stock.site'), cell: (l) => l.site_id },
                { key: 'class', head: t('stock.class'), cell: (l) => l.class },
                { key: 'health', head: t('stock.health'), cell: (l) => <Badge tone={healthTone[l.health] ?? 'plain'}>{t(healthKey(l.health))}</Badge> },
                { key: 'zone', head: t('stock.zone'), cell: (l) => <span className={`zone ${l.zone}`}>{t(`zone.${l.zone}` as Key)}</span> },
                { key: 'hand', head: t('stock.on_hand'), align: 'end', cell: (l) => number(l.on_hand) },
                { key: 'order', head: t('stock.on_order'), align: 'end', cell: (l) => number(l.on_order) },
                { key: 'cover', head: t('stock.cover'), align: 'end', cell: (l) => (l.cover_days < 0 ? '–' : number(l.cover_days, 1)) },
                { key: 'out', head: t('stock.empty_on'), cell: (l) => (l.out_date ? day(l.out_date) : '–') },
                { key: 'point', head: t('stock.reorder_point'), align: 'end', cell: (l) => number(l.reorder_point) },
                { key: 'now', head: t('stock.order_now'), align: 'end', cell: (l) => (l.order_qty ? number(l.order_qty) : '–') },
              ]}
            />
            {page.next_cursor && limit < 1000 && (
              <p className="more">
                <button type="button" className="button" onClick={() => setLimit(Math.min(limit + PAGE, 1000))} data-test="stock-more">
                  {t('action.more')}
                </button>
              </p>
            )}
          </>
        )}
      </Loaded>
    </Panel>
  )
}

function Advice({ answer }: { answer: ReplenishmentAnswer }) {
  const { t, money, day } = useWords()
  const said = [
    ...list(answer.purchase_orders).map((o) => ({ key: `b ${o.id}`, what: t('stock.buy'), who: `${o.supplier_id} → ${o.site_id}`, why: t('stock.buy_lines', { n: list(o.lines).length, day: day(o.due_date) }), worth: o.cost })),
    ...list(answer.transfers).map((x) => ({ key: `t ${x.item_id} ${x.from_site_id} ${x.to_site_id}`, what: t('stock.move'), who: `${x.item_id} · ${x.from_site_id} → ${x.to_site_id}`, why: x.reason, worth: x.saving })),
    ...list(answer.expedites).map((e) => ({ key: `e ${e.item_id} ${e.site_id}`, what: t('stock.expedite'), who: `${e.item_id} · ${e.site_id}`, why: e.reason, worth: e.cost })),
    ...list(answer.postponed).map((p) => ({ key: `p ${p.supplier_id} ${p.site_id}`, what: t('stock.postponed'), who: `${p.supplier_id} · ${p.site_id}`, why: p.reason, worth: p.cost })),
  ]
  if (said.length === 0) return null
  return (
    <Panel title={t('stock.advice')} flush>
      <Table
        caption={t('stock.advice')}
        className="stock-advice"
        rows={said.slice(0, MOST)}
        rowKey={(r) => r.key}
        columns={[
          { key: 'what', head: t('stock.what'), cell: (r) => r.what },
          { key: 'who', head: t('stock.item'), header: true, cell: (r) => r.who },
          { key: 'why', head: t('stock.why'), cell: (r) => r.why },
          { key: 'worth', head: t('stock.worth'), align: 'end', cell: (r) => money(r.worth) },
        ]}
      />
      {said.length > MOST && <p className="hint stock-more">{t('stock.first', { n: MOST })}</p>}
    </Panel>
  )
}
