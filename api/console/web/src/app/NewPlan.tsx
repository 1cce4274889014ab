import { useEffect, useRef, useState, type FormEvent } from 'react'
import { ApiError, call } from '../api/client'
import { requestPlan } from '../api/schema'
import { useWords } from '../i18n'
import { announce } from '../ui/announce'
import { Problems } from '../ui/Problems'
import { usePlans } from './plans'
import { navigate } from './router'

interface Props {
  close: () => void
  /** What the plan is asked for, above the fields. */
  why?: string
}

/** Asks for a plan, by default of the days of the one that is shown, and goes to the jobs, where its progress shows. */
export function NewPlan({ close, why }: Props) {
  const { t } = useWords()
  const { current } = usePlans()
  const dialog = useRef<HTMLDialogElement>(null)
  const [origin, setOrigin] = useState(current?.summary?.origin_date ?? '')
  const [days, setDays] = useState(current?.summary?.days ?? 1)
  const [draft, setDraft] = useState(true)
  const [error, setError] = useState<ApiError>()
  const [busy, setBusy] = useState(false)
  const key = useRef(crypto.randomUUID()) // pressed twice, it is asked for once

  useEffect(() => dialog.current?.showModal(), [])

  const ask = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    try {
      await call(requestPlan, { body: { days, draft, ...(origin ? { origin_date: origin } : {}) }, headers: { 'Idempotency-Key': key.current } })
      announce(t('plan.asked'))
      close()
      navigate('/jobs')
    } catch (cause) {
      key.current = crypto.randomUUID()
      setError(cause instanceof ApiError ? cause : new ApiError('network', undefined, String(cause)))
      setBusy(false)
    }
  }

  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="new-plan">
      <form onSubmit={ask} className="stack">
        <h2 id="new-plan">{t('plan.new')}</h2>
        {why && <p className="hint">{why}</p>}
        <label className="field">
          <span className="label">{t('plan.first_day')}</span>
          <input type="date" value={origin} onChange={(e) => setOrigin(e.target.value)} />
          <span className="hint">{t('plan.first_day_hint')}</span>
        </label>
        <label className="field">
          <span className="label">{t('plan.day_count')}</span>
          <input type="number" min={1} max={14} required value={days} onChange={(e) => setDays(e.target.valueAsNumber)} />
        </label>
        <label className="check">
          <input type="checkbox" checked={draft} onChange={(e) => setDraft(e.target.checked)} />
          <span>{t('plan.draft_hint')}</span>
        </label>
        {error && <Problems error={error} />}
        <footer className="dialog-foot">
          <button type="button" className="button quiet" onClick={close}>
            {t('action.close')}
          </button>
          <button type="submit" className="button primary" disabled={busy}>
            {t('plan.ask')}
          </button>
        </footer>
      </form>
    </dialog>
  )
}
