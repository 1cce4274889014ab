import { useRef, useState, type FormEvent } from 'react'
import { ApiError, call } from '../../api/client'
import { getItemForecastValue, listForecastOverrides, overrideForecast, withdrawForecastOverride, type ForecastOverride, type ItemForecast, type NewForecastOverride } from '../../api/schema'
import { list, useResource } from '../../api/useResource'
import { useWords } from '../../i18n'
import { announce } from '../../ui/announce'
import { Badge } from '../../ui/figures'
import { Problems } from '../../ui/Problems'
import { Loaded } from '../../ui/States'

const kinds = ['times', 'add', 'set'] as const

const asError = (cause: unknown) => (cause instanceof ApiError ? cause : new ApiError('network', undefined, String(cause)))

/** What planners know better: said with a reason, kept beside the forecast, and judged when the days have come. */
export function Overrides({ id, forecast, changed }: { id: string; forecast: ItemForecast; changed: () => void }) {
  const { t } = useWords()
  const all = useResource(`overrides ${id}`, (signal) => call(listForecastOverrides, { path: { id }, query: { withdrawn: true }, signal }))
  const done = () => {
    all.reload()
    changed()
  }
  return (
    <section className="overrides" aria-label={t('override.title')}>
      <h3>{t('override.title')}</h3>
      <p className="hint">{t('override.hint')}</p>
      <Say id={id} forecast={forecast} done={done} />
      <Loaded of={all} rows={2} empty={(l) => list(l.items).length === 0} whenEmpty={<p className="hint">{t('override.none')}</p>}>
        {(l) => (
          <ul className="override-list" data-test="overrides">
            {list(l.items).map((o) => (
              <One key={o.id} override={o} done={done} />
            ))}
          </ul>
        )}
      </Loaded>
      <Worth id={id} />
    </section>
  )
}

function Say({ id, forecast, done }: { id: string; forecast: ItemForecast; done: () => void }) {
  const { t } = useWords()
  const [from, setFrom] = useState(forecast.start_date)
  const [to, setTo] = useState(forecast.start_date)
  const [kind, setKind] = useState<NewForecastOverride['kind']>('times')
  const [value, setValue] = useState('')
  const [reason, setReason] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError>()
  const key = useRef(crypto.randomUUID()) // pressed twice, it is said once
  const say = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    try {
      await call(overrideForecast, { path: { id }, body: { from_date: from, to_date: to, kind, value: Number(value), reason }, headers: { 'Idempotency-Key': key.current } })
      announce(t('override.said'))
      setValue('')
      setReason('')
      done()
    } catch (cause) {
      setError(asError(cause))
    }
    key.current = crypto.randomUUID()
    setBusy(false)
  }
  return (
    <form onSubmit={say} className="override-form" data-test="override-form">
      <label className="field">
        <span className="label">{t('override.from')}</span>
        <input type="date" required value={from} min={forecast.start_date} onChange={(e) => setFrom(e.target.value)} />
      </label>
      <label className="field">
        <span className="label">{t('override.to')}</span>
        <input type="date" required value={to} min={from} onChange={(e) => setTo(e.target.value)} />
      </label>
      <label className="field">
        <span className="label">{t('override.kind')}</span>
        <select value={kind} onChange={(e) => setKind(e.target.value as NewForecastOverride['kind'])}>
          {kinds.map((k) => (
            <option key={k} value={k}>
              {t(`override.${k}`)}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span className="label">{t('override.value')}</span>
        <input type="number" step="any" required value={value} onChange={(e) => setValue(e.target.value)} data-test="override-value" />
      </label>
      <label className="field wide">
        <span className="label">{t('override.reason')}</span>
        <input type="text" required minLength={3} maxLength={500} value={reason} onChange={(e) => setReason(e.target.value)} data-test="override-reason" />
      </label>
      <button type="submit" className="button primary" disabled={busy}>
        {t('override.say')}
      </button>
      {error && <Problems error={error} />}
    </form>
  )
}

function One({ override: o, done }: { override: ForecastOverride; done: () => void }) {
  const { t, number, day } = useWords()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError>()
  const sum = (v: number[] | null | undefined) => list(v).reduce((a, b) => a + b, 0)
  const withdraw = async () => {
    setBusy(true)
    try {
      await call(withdrawForecastOverride, { path: { id: o.item_id, override: o.id } })
      announce(t('override.withdrawn'))
      done()
    } catch (cause) {
      setError(asError(cause))
      setBusy(false)
    }
  }
  return (
    <li>
      <p>
        <b>
          {day(o.from_date)} – {day(o.to_date)}
        </b>{' '}
        {t(`override.${o.kind}_by`, { value: number(o.value, 2) })} <span className="muted">{t('override.change', { before: number(sum(o.before), 1), after: number(sum(o.after), 1) })}</span>{' '}
        {o.withdrawn_at && <Badge tone="warn">{t('override.is_withdrawn')}</Badge>}
      </p>
      <p className="hint">{t('override.because', { reason: o.reason, author: o.author })}</p>
      {!o.withdrawn_at && (
        <button type="button" className="button small" disabled={busy} onClick={() => void withdraw()}>
          {t('override.withdraw')}
        </button>
      )}
      {error && <Problems error={error} />}
    </li>
  )
}

/** The stairs: what each step of forecasting added over the one before. */
function Worth({ id }: { id: string }) {
  const { t, percent } = useWords()
  const worth = useResource(`worth ${id}`, (signal) => call(getItemForecastValue, { path: { id }, signal }))
  const steps = list(worth.data?.steps)
  if (steps.length === 0) return null
  return (
    <table className="worth" data-test="worth">
      <caption>{t('override.worth', { n: worth.data!.days })}</caption>
      <thead>
        <tr>
          <th scope="col">{t('override.step')}</th>
          <th scope="col">{t('override.error')}</th>
          <th scope="col">{t('override.added')}</th>
        </tr>
      </thead>
      <tbody>
        {steps.map((s, i) => (
          <tr key={s.name}>
            <th scope="row">{t(`override.${s.name}`)}</th>
            <td>{percent(s.wape, 1)}</td>
            <td>{i === 0 ? '–' : percent(s.added, 1)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
