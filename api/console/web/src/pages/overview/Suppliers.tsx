import type { PlanSupplier } from '../../api/schema'
import type { Resource } from '../../api/useResource'
import { Link } from '../../app/Link'
import { useWords } from '../../i18n'
import { Badge, type Tone } from '../../ui/figures'
import { Loaded, Notice } from '../../ui/States'
import { Table } from '../../ui/Table'

const tones: Record<PlanSupplier['grade'], Tone> = { A: 'good', B: 'good', C: 'warn', D: 'bad', E: 'bad' }

export function Suppliers({ of }: { of: Resource<PlanSupplier[]> }) {
  const { t, number, money } = useWords()
  return (
    <Loaded of={of} empty={(rows) => rows.length === 0} whenEmpty={<Notice icon="cart" title={t('suppliers.none')} />}>
      {(rows) => (
        <Table
          caption={t('suppliers.title')}
          rows={[...rows].sort((a, b) => a.points - b.points)}
          rowKey={(s) => s.supplier_id}
          columns={[
            { key: 'name', head: t('suppliers.name'), header: true, cell: (s) => <Link to="/suppliers" query={{ supplier: s.supplier_id }}>{s.name || s.supplier_id}</Link> },
            { key: 'grade', head: t('suppliers.grade'), cell: (s) => <Badge tone={tones[s.grade]}>{s.grade}</Badge> },
            { key: 'score', head: t('suppliers.score'), cell: (s) => <ScoreBar supplier={s} /> },
            { key: 'proposed', head: t('suppliers.proposed'), align: 'end', cell: (s) => money(s.proposed, true) },
            { key: 'prepaid', head: t('suppliers.prepaid'), align: 'end', cell: (s) => money(s.prepaid, true) },
            { key: 'headroom', head: t('suppliers.headroom'), align: 'end', cell: (s) => <span className={s.headroom.minor < 0 ? 'text-bad' : ''}>{money(s.headroom, true)}</span> },
            { key: 'weak', head: t('suppliers.weakest'), className: 'muted wide', cell: (s) => weakest(s) },
          ]}
        />
      )}
    </Loaded>
  )

  function weakest(s: PlanSupplier): string {
    const worst = [...(s.criteria ?? [])].sort((a, b) => b.max - b.points - (a.max - a.points))[0]
    return worst ? `${worst.reason} (−${number(worst.max - worst.points, 1)})` : ''
  }
}

/** The score with its 90 % range on a scale of 0 to 100. */
function ScoreBar({ supplier: s }: { supplier: PlanSupplier }) {
  const { t, number } = useWords()
  return (
    <span className="score" title={t('suppliers.range', { low: Math.round(s.low), high: Math.round(s.high) })}>
      <b>{number(s.points)}</b>
      <span className="score-scale" aria-hidden="true">
        <i style={{ left: `${s.low}%`, width: `${s.high - s.low}%` }} />
        <em style={{ left: `${s.points}%` }} />
      </span>
      <span className="muted">
        {number(s.low)}–{number(s.high)}
      </span>
    </span>
  )
}
