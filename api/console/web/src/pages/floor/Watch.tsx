import { useEffect, useState, type ReactNode } from 'react'
import type { FloorPicture, FloorZone } from '../../api/schema'
import { useWords } from '../../i18n'
import { Panel } from '../../ui/Panel'
import { Notice } from '../../ui/States'
import { Clock } from './clock'
import { Player } from './Player'
import { Robot } from './Robot'
import { Stage } from './Stage'
import type { Tracks } from './tracks'

interface Props {
  floor: FloorPicture
  tracks: Tracks
  totalSteps: number
  startAt?: string | undefined
  /** A clock that others look at too. */
  clock?: Clock
  side: ReactNode
}

/** A floor to watch: the picture, what plays it, the chosen robot, and what stands beside. */
export function Watch({ floor, tracks, totalSteps, startAt, clock: given, side }: Props) {
  const { t } = useWords()
  const [own] = useState(() => new Clock())
  const clock = given ?? own
  const [heat, setHeat] = useState(false)
  const [chosen, setChosen] = useState('')
  useEffect(() => () => clock.set({ playing: false }), [clock])
  const robot = tracks.ids.indexOf(chosen)
  const choose = (r: number) => setChosen(tracks.ids[r] ?? '')
  return (
    <div className="floor-layout">
      <Panel title={floor.name || t('floor.title')} hint={t('floor.count', { n: tracks.robots, width: floor.width, height: floor.height })}>
        {tracks.robots === 0 && <Notice icon="robot" title={t('floor.no_robots')} />}
        {tracks.robots > 0 && totalSteps === 0 && <p className="hint">{t('floor.still')}</p>}
        <Player clock={clock} totalSteps={totalSteps} stepSec={floor.step_sec} startAt={startAt} heat={heat} setHeat={setHeat} />
        <Stage floor={floor} tracks={tracks} totalSteps={totalSteps} clock={clock} heat={heat} chosen={robot} choose={choose} />
        <Legend zones={[...new Set((floor.zones ?? []).map((z) => z.kind))]} />
      </Panel>
      <div className="floor-side">
        <Robot floor={floor} tracks={tracks} clock={clock} chosen={robot} choose={choose} />
        {side}
      </div>
    </div>
  )
}

function Legend({ zones }: { zones: FloorZone['kind'][] }) {
  const { t } = useWords()
  return (
    <ul className="legend">
      {(['driving', 'waiting', 'charging', 'idle'] as const).map((d) => (
        <li key={d}>
          <i className={{ driving: 'accent', waiting: 'warn', charging: 'good', idle: 'plain' }[d]} aria-hidden="true" />
          {t(`doing.${d}`)}
        </li>
      ))}
      {(['station', 'induction', 'charger', 'shelf', 'people'] as const).map((c) => (
        <li key={c}>
          <i style={{ background: `var(--floor-${c})` }} aria-hidden="true" />
          {t(`floor.${c}`)}
        </li>
      ))}
      {zones.map((z) => (
        <li key={z}>
          <i style={{ background: `var(--floor-${z === 'blocked' ? 'closed' : z})` }} aria-hidden="true" />
          {t(`zone.${z}`)}
        </li>
      ))}
    </ul>
  )
}
