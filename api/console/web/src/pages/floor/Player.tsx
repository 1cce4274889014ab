import { useWords } from '../../i18n'
import { Icon } from '../../ui/icons'
import { useNow, type Clock } from './clock'

const PACES = [1, 2, 4, 8, 16, 32]

interface Props {
  clock: Clock
  totalSteps: number
  stepSec: number
  /** When step 0 begins; absent where there is no time of day. */
  startAt?: string | undefined
  heat: boolean
  setHeat: (on: boolean) => void
}

/** Plays the steps, at a pace, from any one of them. */
export function Player({ clock, totalSteps, stepSec, startAt, heat, setHeat }: Props) {
  const { t, number, time, duration } = useWords()
  const { at, playing, pace } = useNow(clock)
  const step = Math.min(Math.floor(at), totalSteps)
  const passed = step * stepSec
  const shown = startAt ? time(new Date(Date.parse(`${startAt.slice(0, 19)}Z`) + passed * 1000).toISOString()) : duration(passed)
  return (
    <div className="floor-player">
      <button type="button" className="button small" data-test="floor-play" disabled={totalSteps === 0} aria-pressed={playing} onClick={() => clock.set({ at: !playing && at >= totalSteps ? 0 : at, playing: !playing })}>
        <Icon name={playing ? 'pause' : 'play'} size={15} /> {t(playing ? 'map.pause' : 'map.play')}
      </button>
      <input type="range" min={0} max={Math.max(1, totalSteps)} step={1} value={step} disabled={totalSteps === 0} onChange={(e) => clock.set({ at: Number(e.target.value) })} aria-label={t('floor.step')} aria-valuetext={`${shown}, ${number(step)}`} data-test="floor-scrub" />
      <output className="clock" data-test="floor-clock">
        {shown} · {t('floor.step_of', { step, total: totalSteps })}
      </output>
      <label className="field inline">
        <span className="label">{t('floor.pace')}</span>
        <select value={pace} onChange={(e) => clock.set({ pace: Number(e.target.value) })}>
          {PACES.map((p) => (
            <option key={p} value={p}>
              {t('floor.per_second', { n: p })}
            </option>
          ))}
        </select>
      </label>
      <label className="check">
        <input type="checkbox" checked={heat} onChange={(e) => setHeat(e.target.checked)} data-test="floor-heat" /> {t('floor.heat')}
      </label>
    </div>
  )
}
