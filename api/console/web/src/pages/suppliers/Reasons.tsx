import type { CreditReason, SupplierFailure } from '../../api/schema'
import { list } from '../../api/useResource'
import { useWords } from '../../i18n'
import { Panel } from '../../ui/Panel'

/** What raised the risk, what lowered it, and what would improve it. */
export function Reasons({ failure }: { failure: SupplierFailure }) {
  const { t, percent } = useWords()
  const reasons = list(failure.reasons)
  const changes = reasons.filter((r) => r.change).sort((a, b) => a.change!.pd - b.change!.pd)
  const most = Math.max(1, ...[...reasons, ...list(failure.strengths)].map((r) => Math.abs(r.points)))
  return (
    <div className="trust-columns">
      <Panel title={t('trust.reasons')} hint={t('trust.reasons_hint')}>
        {reasons.length === 0 && <p className="muted">{t('trust.no_reason')}</p>}
        <Bars reasons={reasons} most={most} />
        {list(failure.strengths).length > 0 && (
          <>
            <h3>{t('trust.strengths')}</h3>
            <Bars reasons={list(failure.strengths)} most={most} />
          </>
        )}
      </Panel>
      <Panel title={t('trust.improve')} hint={t('trust.improve_hint')}>
        {changes.length === 0 && <p className="muted">{t('trust.no_change')}</p>}
        <ul className="trust-changes" data-test="improve">
          {changes.map((r) => (
            <li key={r.factor}>
              <b>{r.factor}</b>
              <span>{r.change!.words}</span>
              <span className="muted">{t('trust.pd_after', { before: percent(failure.pd, 1), after: percent(r.change!.pd, 1) })}</span>
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  )
}

function Bars({ reasons, most }: { reasons: CreditReason[]; most: number }) {
  const { t, number } = useWords()
  return (
    <ul className="trust-reasons">
      {reasons.map((r) => (
        <li key={r.factor}>
          <span className="trust-bar" aria-hidden="true">
            <i className={r.points < 0 ? 'bad' : 'good'} style={{ width: `${(Math.abs(r.points) / most) * 100}%` }} />
          </span>
          <b>{r.factor}</b> <span className="muted">{t('trust.score_points', { n: number(r.points, 1) })}</span>
          <p>{r.sentence}</p>
        </li>
      ))}
    </ul>
  )
}
