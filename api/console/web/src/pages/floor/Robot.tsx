import type { FloorPicture } from '../../api/schema'
import { useWords } from '../../i18n'
import { Badge, Stat, type Tone } from '../../ui/figures'
import { Panel } from '../../ui/Panel'
import { Notice } from '../../ui/States'
import { useNow, type Clock } from './clock'
import { robotAt, type Tracks } from './tracks'

const doings = ['idle', 'driving', 'waiting', 'charging'] as const
const tones: Tone[] = ['plain', 'accent', 'warn', 'good']

/** One robot: where it is, what it drives for, what its battery holds, and how long it waited. */
export function Robot({ floor, tracks, clock, chosen, choose }: { floor: FloorPicture; tracks: Tracks; clock: Clock; chosen: number; choose: (robot: number) => void }) {
  const { t } = useWords()
  return (
    <Panel title={t('floor.robot')} hint={t('floor.robot_hint')}>
      <label className="field">
        <span className="visually-hidden">{t('floor.robot')}</span>
        <input type="search" list="floor-robots" placeholder={t('floor.robot_find')} data-test="floor-robot-find" onChange={(e) => choose(tracks.ids.indexOf(e.target.value))} />
        <datalist id="floor-robots">
          {tracks.ids.slice(0, 500).map((id) => (
            <option key={id} value={id} />
          ))}
        </datalist>
      </label>
      {chosen >= 0 && chosen < tracks.robots ? <Doing floor={floor} tracks={tracks} clock={clock} robot={chosen} /> : <Notice icon="robot" title={t('floor.no_robot')} />}
    </Panel>
  )
}

function Doing({ floor, tracks, clock, robot }: { floor: FloorPicture; tracks: Tracks; clock: Clock; robot: number }) {
  const { t, number, duration } = useWords()
  const { at } = useNow(clock)
  const { cell, state, errand, waited } = robotAt(tracks, robot, at)
  const place = (c: number) => t('floor.cell', { column: c % floor.width, row: Math.floor(c / floor.width) })
  const charge = errand?.battery_percent
  return (
    <dl className="stats" data-test="floor-robot" data-robot={tracks.ids[robot]} aria-live="off">
      <Stat label={tracks.ids[robot]!} value={<Badge tone={tones[state]!}>{t(`doing.${doings[state]!}`)}</Badge>} detail={place(cell)} />
      <Stat label={t('floor.errand')} value={errand ? t(`errand.${errand.kind}`) : '–'} detail={errand && [errand.task_id, t('floor.to', { place: place(errand.goal_cell) }), ...(errand.order_ids ?? []).slice(0, 3)].filter(Boolean).join(' · ')} />
      <Stat label={t('floor.battery')} value={charge == null ? '–' : `${number(charge)} %`} detail={charge == null ? t('floor.no_battery') : t('floor.battery_hint')} />
      <Stat label={t('floor.waited')} value={duration(waited * floor.step_sec)} detail={errand ? t('floor.underway', { n: Math.max(0, Math.floor(at) - errand.from_step) }) : undefined} />
    </dl>
  )
}
