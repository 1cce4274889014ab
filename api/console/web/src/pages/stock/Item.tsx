import { useState } from 'react'
import { asked } from '../../api/asked'
import { askPolicies, readPolicies, type ItemPolicy, type PolicyAnswer } from '../../api/schema'
import { list, useResource } from '../../api/useResource'
import { useWords, type Key } from '../../i18n'
import { Stat } from '../../ui/figures'
import { Panel } from '../../ui/Panel'
import { Plot } from '../../ui/Plot'
import { Loaded, Notice } from '../../ui/States'
import { Table } from '../../ui/Table'

const DAY = 86_400_000

/** One item at one site: its rule, where its stock goes, and what another service would cost. */
export function Item({ item, site, date }: { item: string; site: string; date: string }) {
  const { t, percent } = useWords()
  const [service, setService] = useState('')
  const body = { item_ids: [item], origin_date: date, ...(service ? { service: { cycle: Number(service) } } : {}) }
  const found = useResource(`policy ${item} ${date} ${service}`, (signal) => asked<PolicyAnswer>(askPolicies, readPolicies, body, signal))
  return (
    <Panel
      title={`${item} · ${site}`}
      hint={t('stock.item_hint')}
      actions={
        <label className="stock-whatif">
          {t('stock.what_if')}
          <select value={service} onChange={(e) => setService(e.target.value)} data-test="stock-service">
            <option value="">{t('stock.as_declared')}</option>
            {[0.8, 0.9, 0.95, 0.98, 0.99, 0.995].map((s) => (
              <option key={s} value={s}>
                {percent(s, 1)}
              </option>
            ))}
          </select>
        </label>
      }
    >
      <Loaded of={found} rows={8} empty={(a) => !list(a.policies).some((p) => p.site_id === site)} whenEmpty={<Notice icon="box" title={t('stock.none')} />}>
        {(a) => <Shown policy={list(a.policies).find((p) => p.site_id === site)!} />}
      </Loaded>
    </Panel>
  )
}

function Shown({ policy: p }: { policy: ItemPolicy }) {
  const { t, number, percent, money, dayShort } = useWords()
  const mean = list(p.path.mean)
  const start = Date.parse(p.path.start_date)
  const x = mean.map((_, i) => start + i * DAY)
  const date = (v: number) => dayShort(new Date(v).toISOString().slice(0, 10))
  const curve = list(p.curve)
  const cost = (c: { holding: { minor: number }; ordering: { minor: number } }) => (c.holding.minor + c.ordering.minor) / 100
  return (
    <>
      <dl className="stats stock-stats" data-test="policy" data-reorder={p.reorder_point}>
        <Stat label={t('stock.reorder_point')} value={number(p.reorder_point)} detail={t('stock.up_to', { n: number(p.order_up_to) })} />
        <Stat label={t('stock.safety')} value={number(p.safety_stock, 1)} detail={t('stock.lead_demand', { mean: number(p.demand.lead_mean, 1), sd: number(p.demand.lead_sd, 1), days: number(p.demand.lead_days, 1) })} />
        <Stat label={t('stock.service')} value={percent(p.cycle, 1)} detail={t('stock.fill', { share: percent(p.fill_rate, 2) })} />
        <Stat label={t('stock.year')} value={money({ minor: p.year.holding.minor + p.year.ordering.minor, currency: p.year.holding.currency })} detail={t('stock.turns', { n: number(p.year.turns, 1) })} />
      </dl>
      {p.reason && <p className="hint">{p.reason}</p>}
      <h3>{t('stock.path')}</h3>
      <Plot
        label={t('stock.path')}
        test="stock-path"
        x={x}
        band={{ low: list(p.path.low), high: list(p.path.high) }}
        lines={[
          { name: t('stock.on_hand'), tone: 'accent', y: mean },
          { name: t('stock.position'), tone: 'muted', dashed: true, y: list(p.path.position) },
        ]}
        levels={[{ name: t('stock.reorder_point'), y: p.reorder_point }]}
        xTick={date}
        yTick={(v) => number(v, 0)}
      />
      <h3>{t('stock.curve')}</h3>
      <p className="hint">{t('stock.curve_hint')}</p>
      <Plot
        label={t('stock.curve')}
        test="stock-curve"
        x={curve.map((c) => c.target)}
        lines={[{ name: t('stock.year'), tone: 'ink', y: curve.map(cost) }]}
        mark={{ x: p.cycle, y: cost(p.year) }}
        xTick={(v) => percent(v, 0)}
        yTick={(v) => number(v, 0)}
      />
      <details>
        <summary>{t('forecast.table')}</summary>
        <Table
          caption={t('stock.curve')}
          className="short"
          rows={curve}
          rowKey={(c) => String(c.target)}
          columns={[
            { key: 'target', head: t('stock.service'), header: true, cell: (c) => percent(c.target, 1) },
            { key: 'point', head: t('stock.reorder_point'), align: 'end', cell: (c) => number(c.reorder_point) },
            { key: 'hand', head: t('stock.on_hand'), align: 'end', cell: (c) => number(c.on_hand, 1) },
            { key: 'fill', head: t('stock.fill_rate'), align: 'end', cell: (c) => percent(c.fill_rate, 2) },
            { key: 'short', head: t('stock.short'), align: 'end', cell: (c) => number(c.short_units, 1) },
            { key: 'cost', head: t('stock.year'), align: 'end', cell: (c) => money({ minor: c.holding.minor + c.ordering.minor, currency: c.holding.currency }) },
          ]}
        />
        <Table
          caption={t('stock.sensitivity')}
          className="short"
          rows={list(p.sensitivity)}
          rowKey={(s) => `${s.what} ${s.share}`}
          columns={[
            { key: 'what', head: t('stock.sensitivity'), header: true, cell: (s) => `${t(`assume.${s.what.replaceAll(' ', '_')}` as Key)} ${s.share > 0 ? '+' : '−'}${percent(Math.abs(s.share), 0)}` },
            { key: 'fill', head: t('stock.fill_rate'), align: 'end', cell: (s) => percent(s.kept.fill_rate, 2) },
            { key: 'kept', head: t('stock.kept'), align: 'end', cell: (s) => number(cost(s.kept), 2) },
            { key: 'adapted', head: t('stock.adapted'), align: 'end', cell: (s) => number(cost(s.adapted), 2) },
          ]}
        />
      </details>
    </>
  )
}
