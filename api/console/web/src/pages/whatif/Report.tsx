import type { KPIChange, OrderChange, OrderState, ScenarioResult, ScenarioRun } from '../../api/schema'
import { list } from '../../api/useResource'
import { useWords, type Words } from '../../i18n'
import { Badge, type Tone } from '../../ui/figures'
import { Panel } from '../../ui/Panel'
import { Table, type Column } from '../../ui/Table'

const tones: Record<OrderState['answer'], Tone> = { promised: 'good', partial: 'warn', unserved: 'bad', absent: 'plain' }

/** The figures of all scenarios side by side, then what changes for orders. */
export function Report({ run }: { run: ScenarioRun }) {
  const words = useWords()
  const { t, number, percent } = words
  const results = list(run.results)
  const first = results[0]
  if (!first) return null
  const rows = list(first.report.kpis)
  const columns: Column<KPIChange>[] = [
    { key: 'kpi', head: t('whatif.figure'), header: true, cell: (k) => words.code('kpi', k.name) === k.name ? k.label : words.code('kpi', k.name) },
    { key: 'base', head: t('whatif.base'), align: 'end', cell: (k) => shown(words, k, k.before, first.report.currency) },
    ...results.map((r, i): Column<KPIChange> => ({
      key: `${i}`,
      head: r.name,
      align: 'end',
      cell: (k) => {
        const mine = list(r.report.kpis).find((x) => x.name === k.name)
        if (!mine) return '–'
        return (
          <span className="kpi">
            {shown(words, mine, mine.after, r.report.currency)} <Change kpi={mine} />
          </span>
        )
      },
    })),
  ]
  return (
    <>
      <Panel title={t('whatif.report')} hint={t('whatif.noise')} flush>
        <Table caption={t('whatif.report')} rows={rows} rowKey={(k) => k.name} columns={columns} />
      </Panel>
      {results.map((r, i) => (
        <Orders key={i} result={r} />
      ))}
    </>
  )

  function Change({ kpi }: { kpi: KPIChange }) {
    if (kpi.change === 0) return <span className="muted">=</span>
    const better = (kpi.better === 'up' && kpi.change > 0) || (kpi.better === 'down' && kpi.change < 0)
    const text = kpi.change_share === undefined ? number(kpi.change, 1) : percent(kpi.change_share, 1)
    return (
      <Badge tone={kpi.better === '' ? 'plain' : better ? 'good' : 'bad'}>
        {kpi.change > 0 ? '+' : ''}
        {text}
      </Badge>
    )
  }
}

function shown(words: Words, kpi: KPIChange, value: number, currency: string): string {
  switch (kpi.unit) {
    case 'cents':
    case 'minor':
    case 'minor units':
      return words.money({ minor: value, currency })
    case 'm':
      return words.km(value)
    case 'g':
      return words.kg(value)
    case 'share':
      return words.percent(value, 1)
    default:
      return words.number(value, 1)
  }
}

function Orders({ result }: { result: ScenarioResult }) {
  const { t, code, number, money } = useWords()
  const c = result.report.orders_changed
  const orders = list(result.report.orders)
  return (
    <Panel title={result.name} hint={list(result.changes).join('; ')}>
      <p className="muted">{t('whatif.orders', { n: c.any, better: c.better, worse: c.worse })}</p>
      {orders.length > 0 && (
        <details>
          <summary>{t('whatif.show_orders', { n: orders.length })}</summary>
          <Table<OrderChange>
            caption={result.name}
            className="short"
            rows={orders}
            rowKey={(o) => o.order_id}
            columns={[
              { key: 'id', head: t('map.order'), header: true, cell: (o) => o.order_id },
              { key: 'before', head: t('whatif.base'), cell: (o) => <Badge tone={tones[o.before.answer]}>{code('answer', o.before.answer)}</Badge> },
              { key: 'after', head: t('whatif.after'), cell: (o) => <Badge tone={tones[o.after.answer]}>{code('answer', o.after.answer)}</Badge> },
              { key: 'sites', head: t('change.site'), cell: (o) => list(o.after.sites).join(', ') },
              { key: 'qty', head: t('whatif.qty'), align: 'end', cell: (o) => `${number(o.before.qty)} → ${number(o.after.qty)}` },
              { key: 'cost', head: t('map.cost'), align: 'end', cell: (o) => money({ minor: o.cost_change_cents, currency: result.report.currency }) },
              { key: 'why', head: t('tasks.why'), className: 'muted grow', cell: (o) => o.reason },
            ]}
          />
        </details>
      )}
    </Panel>
  )
}
