import type { SupplierRiskMonth } from '../../api/schema'
import { useWords } from '../../i18n'
import { Table } from '../../ui/Table'

const width = 640
const height = 120

/** A year of scores as a line with its table: the PD where a model is in use, else the points. */
export function Trend({ months }: { months: SupplierRiskMonth[] }) {
  const { t, day, number, percent } = useWords()
  const byPD = months.some((m) => m.pd !== undefined && m.pd !== null)
  const values = months.map((m) => (byPD ? (m.pd ?? 0) : m.points))
  const top = byPD ? Math.max(...values, 0.01) * 1.1 : 100
  const x = (i: number) => (months.length < 2 ? width / 2 : 8 + (i * (width - 16)) / (months.length - 1))
  const y = (v: number) => height - 8 - (v / top) * (height - 16)
  const first = values[0] ?? 0
  const last = values[values.length - 1] ?? 0
  const worse = byPD ? last > first * 1.1 + 0.001 : last < first - 2
  const better = byPD ? last < first * 0.9 - 0.001 : last > first + 2
  const shown = (v: number) => (byPD ? percent(v, 1) : number(v))
  return (
    <figure className="trust-trend">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={t(byPD ? 'trust.trend_pd' : 'trust.trend_points')}>
        <polyline points={values.map((v, i) => `${x(i)},${y(v)}`).join(' ')} />
        {values.map((v, i) => (
          <circle key={months[i]!.date} cx={x(i)} cy={y(v)} r="3" />
        ))}
      </svg>
      <figcaption data-test="trend">{t(worse ? 'trust.worse' : better ? 'trust.better' : 'trust.steady', { first: shown(first), last: shown(last), n: months.length })}</figcaption>
      <details>
        <summary>{t('trust.trend_table')}</summary>
        <Table
          caption={t('trust.trend_table')}
          className="short"
          rows={[...months].reverse()}
          rowKey={(m) => m.date}
          columns={[
            { key: 'day', head: t('forecast.day'), header: true, cell: (m) => day(m.date) },
            { key: 'grade', head: t('suppliers.grade'), cell: (m) => m.grade },
            ...(byPD ? [{ key: 'pd', head: t('trust.pd'), align: 'end' as const, cell: (m: SupplierRiskMonth) => percent(m.pd ?? 0, 1) }] : []),
            { key: 'points', head: t('suppliers.score'), align: 'end', cell: (m) => number(m.points, 1) },
            { key: 'deliveries', head: t('trust.deliveries'), align: 'end', cell: (m) => number(m.deliveries) },
          ]}
        />
      </details>
    </figure>
  )
}
