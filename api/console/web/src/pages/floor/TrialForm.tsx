import { useState } from 'react'
import type { FloorPicture, FloorTrialRequest } from '../../api/schema'
import { useWords, type Key } from '../../i18n'
import { Panel } from '../../ui/Panel'
import { zoneLine } from './zones'

const numbers: { name: 'width' | 'height' | 'stations' | 'robots' | 'slow_share' | 'steps' | 'delay' | 'seed'; label: Key; min: number; max: number; step?: number; drawn?: boolean }[] = [
  { name: 'width', label: 'trial.width', min: 12, max: 1000, drawn: true },
  { name: 'height', label: 'trial.height', min: 10, max: 1000, drawn: true },
  { name: 'stations', label: 'trial.stations', min: 1, max: 500, drawn: true },
  { name: 'robots', label: 'trial.robots', min: 1, max: 20_000 },
  { name: 'slow_share', label: 'trial.slow', min: 0, max: 1, step: 0.05, drawn: true },
  { name: 'steps', label: 'trial.steps', min: 1, max: 3600 },
  { name: 'delay', label: 'trial.delay', min: 0, max: 0.9, step: 0.01 },
  { name: 'seed', label: 'trial.seed', min: 1, max: 1_000_000_000 },
]

type Given = 'fulfilment' | 'sortation' | 'file'

/** A floor file of what is shown, to be changed letter by letter. */
export const fileOf = (floor: FloorPicture) => ['floor 1', `name ${floor.name || 'floor'}`, `step_s ${floor.step_sec}`, 'grid', ...(floor.rows ?? []), ...(floor.zones?.length ? ['zones', ...floor.zones.map(zoneLine)] : []), ''].join('\n')

interface Props {
  start: FloorTrialRequest
  busy: boolean
  ask: (request: FloorTrialRequest) => void
  shown: FloorPicture | undefined
}

/** Which floor is tried: one that is drawn by its measures, or one that is given letter by letter. */
export function TrialForm({ start, busy, ask, shown }: Props) {
  const { t } = useWords()
  const [request, setRequest] = useState(start)
  const [given, setGiven] = useState<Given>('fulfilment')
  const file = request.file ?? ''
  const submit = () => {
    const { file: _, kind: __, width, height, stations, slow_share, draw_zones, ...rest } = request
    ask(given === 'file' ? { ...rest, file } : { ...rest, kind: given, width, height, stations, slow_share, draw_zones } as FloorTrialRequest)
  }
  const edit = (text: string) => {
    setGiven('file')
    setRequest({ ...request, file: text })
  }
  return (
    <Panel title={t('trial.title')} hint={t('trial.hint')}>
      <form
        className="floor-trial"
        data-test="floor-trial"
        onSubmit={(e) => {
          e.preventDefault()
          submit()
        }}
      >
        <label className="field">
          <span className="label">{t('trial.kind')}</span>
          <select value={given} onChange={(e) => setGiven(e.target.value as Given)} data-test="trial-kind">
            {(['fulfilment', 'sortation', 'file'] as const).map((k) => (
              <option key={k} value={k}>
                {t(`kind.${k}`)}
              </option>
            ))}
          </select>
        </label>
        {numbers
          .filter((n) => !(n.drawn && given === 'file'))
          .map((n) => (
            <label key={n.name} className="field">
              <span className="label">{t(n.label)}</span>
              <input type="number" name={n.name} min={n.min} max={n.max} step={n.step ?? 1} value={request[n.name] ?? ''} onChange={(e) => setRequest({ ...request, [n.name]: e.target.value === '' ? undefined : Number(e.target.value) })} />
            </label>
          ))}
        {given !== 'file' && (
          <label className="field">
            <span className="label">{t('trial.zones')}</span>
            <input type="checkbox" name="draw_zones" checked={request.draw_zones ?? false} onChange={(e) => setRequest({ ...request, draw_zones: e.target.checked || undefined })} data-test="trial-zones" />
          </label>
        )}
        {given === 'file' && (
          <label className="field floor-text">
            <span className="label">{t('trial.file')}</span>
            <textarea rows={12} required spellCheck={false} value={file} onChange={(e) => edit(e.target.value)} data-test="trial-file" />
          </label>
        )}
        <p className="button-row">
          <button type="submit" className="button primary" disabled={busy} data-test="trial-run">
            {t('trial.run')}
          </button>
          {shown && (
            <button type="button" className="button" onClick={() => edit(fileOf(shown))} data-test="trial-edit">
              {t('trial.edit')}
            </button>
          )}
          <label className="button">
            {t('trial.choose')}
            <input type="file" className="visually-hidden" onChange={(e) => void e.target.files?.[0]?.text().then(edit)} />
          </label>
        </p>
      </form>
    </Panel>
  )
}
