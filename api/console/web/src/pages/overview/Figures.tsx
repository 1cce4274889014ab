import type { PlanSummary } from '../../api/schema'
import { useWords } from '../../i18n'
import { Shares, Stat } from '../../ui/figures'
import { Panel } from '../../ui/Panel'

/** The plan in figures: how many orders hold, and what it takes. */
export function Figures({ summary: s }: { summary: PlanSummary }) {
  const { t, number, percent, money, km, kg } = useWords()
  const whole = s.promised - s.partial
  const cost = { minor: s.delivery_cost.minor + s.handling_cost.minor, currency: s.delivery_cost.currency }
  const per = (minor: number, n: number) => money({ minor: n ? Math.round(minor / n) : 0, currency: cost.currency })
  return (
    <Panel title={t('figures.title')} className="figures">
      <div className="promise" data-test="orders">
        <p className="big">
          <b>{number(whole)}</b> <span>{t('figures.whole_of', { n: s.orders })}</span>
        </p>
        <Shares
          total={s.orders}
          parts={[
            { label: t('figures.whole'), value: whole, tone: 'good' },
            { label: t('figures.partial'), value: s.partial, tone: 'warn' },
            { label: t('figures.unserved'), value: s.unserved, tone: 'bad' },
          ]}
        />
      </div>
      <dl className="stats">
        <Stat label={t('figures.cost_per_order')} value={per(cost.minor, s.promised)} detail={t('figures.cost_detail', { road: money(s.delivery_cost, true), floor: money(s.handling_cost, true) })} />
        <Stat label={t('figures.routes')} value={number(s.routes)} detail={t('figures.routes_detail', { km: km(s.distance_m), parcels: number(s.parcels) })} />
        <Stat label={t('figures.co2e')} value={kg(s.co2e_g)} detail={s.parcels ? t('figures.per_parcel', { value: kg(s.co2e_g / s.parcels) }) : undefined} />
        <Stat label={t('figures.split')} value={number(s.split)} detail={s.orders ? percent(s.split / s.orders, 1) : undefined} />
        <Stat label={t('figures.purchases')} value={money(s.purchase_cost, true)} detail={t('figures.purchases_detail', { n: s.purchase_orders, lines: number(s.purchase_lines) })} />
        <Stat label={t('figures.items')} value={number(s.items_forecast)} detail={t('figures.gap', { gap: percent(s.sourcing_gap, 1) })} />
      </dl>
    </Panel>
  )
}
