import { useState, type FormEvent } from 'react'
import { ApiError, call } from '../../api/client'
import { deleteRoadCondition, putRoadConditions, type RoadCondition } from '../../api/schema'
import { list, type Resource } from '../../api/useResource'
import { NewPlan } from '../../app/NewPlan'
import { useWords, type Key } from '../../i18n'
import { announce } from '../../ui/announce'
import { Panel } from '../../ui/Panel'
import { Problems } from '../../ui/Problems'
import type { Point } from './geo'

interface Props {
  /** First and last second of the day shown, as wall clock times, and the business's offset from UTC. */
  day: string
  zone: string
  known: Resource<RoadCondition[]>
  corners: Point[] | undefined
  setCorners: (corners: Point[] | undefined) => void
  /** What holds on the road has changed: the map is to be read again. */
  changed: () => void
}

const kinds: Record<RoadCondition['kind'], Key> = { closure: 'roads.closure', incident: 'roads.incident', congestion: 'roads.congestion', weather: 'roads.weather' }
const states: Record<NonNullable<RoadCondition['state']>, Key> = { coming: 'roads.coming', holding: 'roads.holding', ended: 'roads.ended' }

/** All that is known to hold on the road, with who says so and until when, and a closure to be drawn on the map. */
export function Closures({ day, zone, known, corners, setCorners, changed }: Props) {
  const { t, number } = useWords()
  const [error, setError] = useState<ApiError>()
  const [busy, setBusy] = useState(false)
  const [again, setAgain] = useState(false)
  const work = async (does: () => Promise<unknown>, said: Key) => {
    setBusy(true)
    setError(undefined)
    try {
      await does()
      announce(t(said))
      setCorners(undefined)
      known.reload()
      changed()
    } catch (cause) {
      setError(cause instanceof ApiError ? cause : new ApiError('network', undefined, String(cause)))
    }
    setBusy(false)
  }
  const store = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const at = (name: string) => `${String(form.get(name))}:00${zone}`
    const reason = String(form.get('reason')).trim()
    const condition: RoadCondition = {
      id: `drawn-${crypto.randomUUID()}`,
      kind: 'closure',
      closed: true,
      source: t('roads.by_console'),
      ...(reason ? { reason } : {}),
      from: at('from'),
      until: at('until'),
      area: corners!.map(([lon, lat]) => ({ lon, lat })),
    }
    void work(() => call(putRoadConditions, { body: { conditions: [condition] } }), 'roads.stored')
  }
  return (
    <Panel
      title={t('roads.known')}
      hint={t('roads.known_hint')}
      className="map-roads"
      actions={
        <>
          <button type="button" className="button small" aria-pressed={corners !== undefined} data-test="draw" onClick={() => setCorners(corners ? undefined : [])}>
            {t('roads.draw')}
          </button>
          <button type="button" className="button small" data-test="plan-again" onClick={() => setAgain(true)}>
            {t('roads.again')}
          </button>
        </>
      }
    >
      {again && <NewPlan close={() => setAgain(false)} why={t('roads.again_hint')} />}
      {corners && (
        <form className="closure" onSubmit={store}>
          <p className="hint">{t('roads.draw_hint', { n: corners.length })}</p>
          <label className="field">
            <span className="label">{t('roads.from')}</span>
            <input type="datetime-local" name="from" required defaultValue={`${day}T00:00`} />
          </label>
          <label className="field">
            <span className="label">{t('roads.until')}</span>
            <input type="datetime-local" name="until" required defaultValue={`${day}T23:59`} />
          </label>
          <label className="field">
            <span className="label">{t('roads.note')}</span>
            <input name="reason" maxLength={500} />
          </label>
          <button type="submit" className="button primary" disabled={busy || corners.length < 3} data-test="close-streets">
            {t('roads.close')}
          </button>
        </form>
      )}
      {error && <Problems error={error} />}
      {known.data?.length ? (
        <ul className="conditions" data-test="known-conditions">
          {known.data.map((c) => (
            <li key={c.id} data-kind={c.kind}>
              <span className="tag">{t(kinds[c.kind])}</span> {c.reason || c.id} {c.source && <span className="muted">({c.source})</span>}{' '}
              {c.state && t(states[c.state])}: {clock(c.from)} – {clock(c.until)}
              {list(c.cells).length > 0 && <span className="muted"> {t('roads.cells', { n: list(c.cells).length })}</span>}
              {c.speed_factor ? <span className="muted"> × {number(c.speed_factor, 2)}</span> : null}{' '}
              {c.state !== 'ended' && (
                <button type="button" className="button quiet small" disabled={busy} onClick={() => void work(() => call(deleteRoadCondition, { path: { id: c.id } }), 'roads.ended_now')}>
                  {t('roads.end')}
                </button>
              )}
            </li>
          ))}
        </ul>
      ) : (
        known.data && <p className="hint">{t('roads.none')}</p>
      )}
    </Panel>
  )
}

/** A time as the API writes it, to the minute. */
const clock = (iso: string) => iso.slice(0, 16).replace('T', ' ')
