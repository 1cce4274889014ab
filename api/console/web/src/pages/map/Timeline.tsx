import { useEffect, useRef, useState } from 'react'
import { useShownTheme } from '../../app/theme'
import { useWords } from '../../i18n'
import { Icon } from '../../ui/icons'
import { css, siteColour } from './palette'
import { ms, type Tour } from './tours'

interface Props {
  tours: Tour[]
  at: number
  setAt: (at: number) => void
  chosen: Tour | undefined
  chooseRoute: (id: string | undefined) => void
}

const HOUR = 3_600_000
/** Business time that passes in a second of playing. */
const PACE = 12 * 60_000

export const iso = (at: number) => new Date(at).toISOString().slice(0, 19)

/** Every tour of the day as a bar from departure to return, each stop as a mark, and a hand to move through the day. */
export function Timeline({ tours, at, setAt, chosen, chooseRoute }: Props) {
  const { t, time, number } = useWords()
  const theme = useShownTheme()
  const from = Math.floor(Math.min(...tours.map((x) => x.depart)) / HOUR) * HOUR
  const to = Math.ceil(Math.max(...tours.map((x) => x.end)) / HOUR) * HOUR
  const [playing, setPlaying] = useState(false)
  usePlay(playing, at, to, setAt, () => setPlaying(false))
  const share = (x: number) => `${(((x - from) / (to - from)) * 100).toFixed(3)}%`
  const hours = Array.from({ length: Math.round((to - from) / HOUR) + 1 }, (_, i) => from + i * HOUR)
  const step = hours.length > 14 ? 2 : 1

  return (
    <div className="timeline">
      <div className="timeline-bar">
        <button type="button" className="button small" onClick={() => (at >= to && setAt(from), setPlaying(!playing))} aria-pressed={playing}>
          <Icon name={playing ? 'pause' : 'play'} size={15} /> {t(playing ? 'map.pause' : 'map.play')}
        </button>
        <output className="clock" data-test="clock">
          {time(iso(at))}
        </output>
        <span className="muted">{t('map.on_road', { n: tours.filter((x) => at >= x.depart && at <= x.end).length })}</span>
      </div>
      <div className="gantt">
        <div className="gantt-labels">
          <div className="gantt-head" />
          {tours.map((tour) => (
            <button key={tour.route.id} type="button" aria-pressed={tour === chosen} onClick={() => chooseRoute(tour === chosen ? undefined : tour.route.id)} style={{ '--site': css(siteColour(tour.site, theme)) } as React.CSSProperties}>
              <i aria-hidden="true" />
              {tour.route.vehicle_id}
              <span className="muted">{number(tour.stops.length)}</span>
            </button>
          ))}
        </div>
        <div className="gantt-rows">
          <div className="gantt-head" aria-hidden="true">
            {hours.filter((_, i) => i % step === 0).map((h) => (
              <span key={h} style={{ left: share(h) }}>
                {time(iso(h))}
              </span>
            ))}
          </div>
          {tours.map((tour) => (
            <div key={tour.route.id} className={`gantt-row ${chosen && chosen !== tour ? 'dim' : ''}`} onClick={() => chooseRoute(tour.route.id)} aria-hidden="true" style={{ '--site': css(siteColour(tour.site, theme)) } as React.CSSProperties}>
              <span className="gantt-tour" style={{ left: share(tour.depart), width: `calc(${share(tour.end)} - ${share(tour.depart)})` }} />
              {tour.stops.map((s) => (
                <i key={s.order_id} style={{ left: share(ms(s.start_at)) }} />
              ))}
            </div>
          ))}
          <span className="gantt-hand" aria-hidden="true" style={{ left: share(at) }} />
          <input className="gantt-range" type="range" min={from} max={to} step={60_000} value={at} onChange={(e) => setAt(Number(e.target.value))} aria-label={t('map.time')} aria-valuetext={time(iso(at))} />
        </div>
      </div>
    </div>
  )
}

function usePlay(playing: boolean, at: number, to: number, setAt: (at: number) => void, stop: () => void) {
  const now = useRef(at)
  now.current = at
  const end = useRef(stop)
  end.current = stop
  useEffect(() => {
    if (!playing) return
    let last = performance.now()
    let frame = requestAnimationFrame(function tick(time) {
      const next = Math.min(now.current + ((time - last) / 1000) * PACE, to)
      last = time
      setAt(next)
      if (next >= to) end.current()
      else frame = requestAnimationFrame(tick)
    })
    return () => cancelAnimationFrame(frame)
  }, [playing, to, setAt])
}
