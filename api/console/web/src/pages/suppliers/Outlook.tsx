import type { SupplierOutlook } from '../../api/schema'
import { list } from '../../api/useResource'
import { useWords } from '../../i18n'
import { Badge } from '../../ui/figures'
import { Panel } from '../../ui/Panel'
import { Table } from '../../ui/Table'

const width = 640
const height = 120

/** The chance to fail within 1 to 12 months as a curve with its table, the alarm with what alarms are worth, and why. */
export function Outlook({ outlook: o }: { outlook: SupplierOutlook }) {
  const { t, number, percent } = useWords()
  const pds = list(o.pds)
  const last = pds[pds.length - 1] ?? 0
  const top = Math.max(last, o.threshold, 0.001) * 1.15
  const x = (i: number) => 8 + ((i + 1) * (width - 16)) / pds.length
  const y = (v: number) => height - 8 - (v / top) * (height - 16)
  return (
    <Panel title={t('outlook.title')} hint={t('outlook.hint', { model: o.model, version: o.version })}>
      <p data-test="outlook">
        <Badge tone={o.alarm ? 'bad' : 'good'}>{t(o.alarm ? 'outlook.alarm' : 'outlook.calm')}</Badge>{' '}
        {t('outlook.words', { pd: percent(last, 1), threshold: percent(o.threshold, 1), n: pds.length })}
      </p>
      <figure className="trust-trend">
        <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={t('outlook.curve')}>
          <line className="trust-threshold" x1="0" x2={width} y1={y(o.threshold)} y2={y(o.threshold)} />
          <polyline points={[`8,${y(0)}`, ...pds.map((v, i) => `${x(i)},${y(v)}`)].join(' ')} />
          {pds.map((v, i) => (
            <circle key={i} cx={x(i)} cy={y(v)} r="3" />
          ))}
        </svg>
        <figcaption>{t('outlook.worth', { false: percent(o.false_alarm_rate, 1), caught: percent(o.caught_share), lead: number(o.lead_months) })}</figcaption>
        <details>
          <summary>{t('outlook.table')}</summary>
          <Table
            caption={t('outlook.table')}
            className="short"
            rows={pds.map((pd, i) => ({ months: i + 1, pd }))}
            rowKey={(r) => String(r.months)}
            columns={[
              { key: 'months', head: t('outlook.months'), header: true, cell: (r) => number(r.months) },
              { key: 'pd', head: t('trust.pd'), align: 'end', cell: (r) => percent(r.pd, 2) },
            ]}
          />
        </details>
      </figure>
      {list(o.reasons).length > 0 && (
        <>
          <h3>{t('outlook.reasons')}</h3>
          <ul className="trust-changes">
            {list(o.reasons).map((r) => (
              <li key={r.factor}>
                <b>{r.factor}</b>
                <span>{r.sentence}</span>
                <span className="muted">{t('outlook.odds', { n: number(Math.exp(r.log_odds), 2) })}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  )
}
