import { useEffect, useRef, type KeyboardEvent } from 'react'
import type { FloorPicture } from '../../api/schema'
import { useShownTheme } from '../../app/theme'
import { useWords } from '../../i18n'
import type { Clock } from './clock'
import { Drawn } from './drawn'
import type { Tracks } from './tracks'
import { fit, pan, zoom } from './view'

interface Props {
  floor: FloorPicture
  tracks: Tracks | undefined
  totalSteps: number
  clock: Clock
  heat: boolean
  chosen: number
  choose: (robot: number) => void
}

const NUDGE = 60

/** The floor with its robots: dragged, zoomed, clicked, and by keyboard. */
export function Stage({ floor, tracks, totalSteps, clock, heat, chosen, choose }: Props) {
  const { t } = useWords()
  const theme = useShownTheme()
  const host = useRef<HTMLDivElement>(null)
  const drawn = useRef<Drawn>(null)
  const known = useRef({ tracks, totalSteps })
  known.current = { tracks, totalSteps }

  useEffect(() => {
    const d = (drawn.current = new Drawn(host.current!, floor, clock))
    const stop = run(d, host.current!, clock, () => known.current)
    const wheel = (event: WheelEvent) => {
      event.preventDefault()
      d.look(zoom(d.view, Math.exp(-event.deltaY / 400), event.offsetX, event.offsetY, floor, d.box))
    }
    host.current!.addEventListener('wheel', wheel, { passive: false })
    const element = host.current!
    return () => {
      stop()
      element.removeEventListener('wheel', wheel)
    }
  }, [floor, clock])
  useEffect(() => drawn.current?.show(tracks, heat), [floor, tracks, heat])
  useEffect(() => drawn.current?.recolour(), [theme])
  useEffect(() => {
    if (drawn.current) drawn.current.chosen = chosen
  }, [chosen, floor])

  const near = (by: number) => {
    const d = drawn.current!
    d.look(zoom(d.view, by, d.box.width / 2, d.box.height / 2, floor, d.box))
  }
  const whole = () => drawn.current!.look(fit(floor, drawn.current!.box))
  const keys: Record<string, () => void> = {
    '+': () => near(1.4), '=': () => near(1.4), '-': () => near(1 / 1.4), '0': whole,
    ' ': () => clock.set({ playing: !clock.playing }),
    ',': () => clock.set({ at: Math.max(0, Math.ceil(clock.at) - 1) }),
    '.': () => clock.set({ at: Math.min(totalSteps, Math.floor(clock.at) + 1) }),
    ...Object.fromEntries(([['ArrowLeft', NUDGE, 0], ['ArrowRight', -NUDGE, 0], ['ArrowUp', 0, NUDGE], ['ArrowDown', 0, -NUDGE]] as const).map(([key, dx, dy]) => [key, () => drawn.current!.look(pan(drawn.current!.view, dx, dy, floor, drawn.current!.box))])),
  }
  const press = (event: KeyboardEvent) => {
    const act = keys[event.key]
    if (!act || event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    act()
  }
  return (
    <div className="floor-frame">
      <div ref={host} className="floor-stage" role="application" tabIndex={0} aria-label={t('floor.stage', { name: floor.name })} aria-describedby="floor-keys" data-test="floor-stage" data-robots={tracks?.robots} onKeyDown={press} {...useDrag(drawn, floor, choose)}>
        <canvas />
        <canvas />
      </div>
      <div className="floor-zoom">
        {([['+', 'floor.nearer', () => near(1.4)], ['−', 'floor.farther', () => near(1 / 1.4)], ['□', 'floor.whole', whole]] as const).map(([sign, key, act]) => (
          <button key={key} type="button" className="button small" onClick={act} aria-label={t(key)} title={t(key)}>
            {sign}
          </button>
        ))}
      </div>
      <p id="floor-keys" className="hint">
        {t('floor.keys')}
      </p>
    </div>
  )
}

/** Draws frame by frame until it is stopped; data-fps counts those of the last second. */
function run(d: Drawn, host: HTMLElement, clock: Clock, known: () => { tracks: Tracks | undefined; totalSteps: number }): () => void {
  let last = performance.now()
  let [second, frames] = [last, 0]
  let frame = requestAnimationFrame(function tick(now) {
    const { tracks, totalSteps } = known()
    if (tracks) clock.advance(now - last, tracks.from + tracks.steps, totalSteps)
    last = now
    d.resize()
    d.frame()
    frames++
    if (now - second >= 1000) {
      host.dataset.fps = String(Math.round((frames * 1000) / (now - second)))
      ;[second, frames] = [now, 0]
    }
    frame = requestAnimationFrame(tick)
  })
  return () => cancelAnimationFrame(frame)
}

/** A drag moves the view; a click without one chooses the robot under it. */
function useDrag(drawn: React.RefObject<Drawn | null>, floor: FloorPicture, choose: (robot: number) => void) {
  const from = useRef<{ x: number; y: number; moved: boolean }>(null)
  return {
    onPointerDown: (event: React.PointerEvent) => {
      event.currentTarget.setPointerCapture(event.pointerId)
      from.current = { x: event.clientX, y: event.clientY, moved: false }
    },
    onPointerMove: (event: React.PointerEvent) => {
      const [f, d] = [from.current, drawn.current]
      if (!f || !d) return
      const [dx, dy] = [event.clientX - f.x, event.clientY - f.y]
      if (!f.moved && Math.hypot(dx, dy) < 4) return
      from.current = { x: event.clientX, y: event.clientY, moved: true }
      d.look(pan(d.view, dx, dy, floor, d.box))
    },
    onPointerUp: (event: React.PointerEvent) => {
      if (from.current && !from.current.moved && drawn.current) {
        const box = event.currentTarget.getBoundingClientRect()
        choose(drawn.current.robotAt(event.clientX - box.left, event.clientY - box.top))
      }
      from.current = null
    },
    onPointerCancel: () => {
      from.current = null
    },
  }
}
