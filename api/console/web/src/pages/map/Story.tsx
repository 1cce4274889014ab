import type { ReactNode } from 'react'
import { call } from '../../api/client'
import { getOrderStory, type OrderStory } from '../../api/schema'
import { list, useResource } from '../../api/useResource'
import { useWords } from '../../i18n'
import { Badge, type Tone } from '../../ui/figures'
import { Icon, type IconName } from '../../ui/icons'
import { Loaded } from '../../ui/States'

interface Props {
  plan: string
  order: string
  close: () => void
  chooseRoute: (id: string) => void
}

const tones: Record<string, Tone> = { promised: 'good', partial: 'warn', unserved: 'bad' }

/** One order from its promise to its door, step by step. */
export function Story({ plan, order, close, chooseRoute }: Props) {
  const { t } = useWords()
  const story = useResource(`story ${plan} ${order}`, (signal) => call(getOrderStory, { path: { id: plan, order }, signal }))
  return (
    <section className="story" aria-label={t('story.title', { order })} data-test="story">
      <div className="side-head">
        <h3>{t('story.title', { order })}</h3>
        <button type="button" className="button quiet small" onClick={close}>
          <Icon name="close" size={16} /> {t('action.close')}
        </button>
      </div>
      <Loaded of={story}>{(data) => <Steps story={data} chooseRoute={chooseRoute} />}</Loaded>
    </section>
  )
}

interface Step {
  at: string
  icon: IconName
  title: ReactNode
  detail?: ReactNode
}

function Steps({ story, chooseRoute }: { story: OrderStory; chooseRoute: (id: string) => void }) {
  const { t, number, money, day, dateTime, time } = useWords()
  const p = story.promise
  const lines = list(story.lines)
  return (
    <>
      <p className="row-between">
        <Badge tone={tones[p.status] ?? 'plain'}>{t(`promise.${p.status}`)}</Badge>
        {p.cost && (
          <span className="muted">
            {money(p.cost)} · {number(p.co2e_g ?? 0)} g CO₂e
          </span>
        )}
      </p>
      {p.arrival && (
        <p className="story-window">
          <b>
            {time(p.arrival.from)}–{time(p.arrival.to)}
          </b>{' '}
          {day(p.arrival.from)}
        </p>
      )}
      <ol className="steps">
        {useSteps(story, chooseRoute).map((step, i) => (
          <li key={i}>
            <Icon name={step.icon} size={16} />
            <div>
              <p className="row-between">
                <span>{step.title}</span>
                <time className="muted">{dateTime(step.at)}</time>
              </p>
              {step.detail && <p className="muted">{step.detail}</p>}
            </div>
          </li>
        ))}
      </ol>
      {list(p.unserved).map((u, i) => (
        <p key={i} className="text-bad">
          {u.reason}
        </p>
      ))}
      {list(p.why).length > 0 && (
        <details>
          <summary>{t('story.why')}</summary>
          <ul className="concern-rows">
            {list(p.why).map((why, i) => (
              <li key={i}>{why}</li>
            ))}
          </ul>
        </details>
      )}
      {lines.length > 0 && (
        <details>
          <summary>{t('story.lines', { n: lines.length })}</summary>
          <ul className="concern-rows">
            {lines.map((l, i) => (
              <li key={i} className="row-between">
                <span>
                  {number(l.qty)} × {l.name || l.item_id} <span className="muted">{l.item_id}</span>
                </span>
                <span className="muted">{money(l.price)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

function useSteps(story: OrderStory, chooseRoute: (id: string) => void): Step[] {
  const { t, number, time } = useWords()
  const steps: Step[] = []
  if (list(story.lines).length) {
    steps.push({ at: story.placed_at, icon: 'cart', title: t('story.placed'), detail: t('story.wish', { n: list(story.lines).length, from: story.window_from, to: story.window_to }) })
  }
  for (const task of list(story.tasks)) {
    const worker = { worker: task.worker, site: task.warehouse }
    if (task.kind === 'pick') steps.push({ at: task.start_at, icon: 'home', title: t('story.pick', worker), detail: t('story.pick_detail', { n: task.grasps ?? 0, orders: task.orders, metres: number((task.distance_cm ?? 0) / 100), end: time(task.end_at) }) })
    if (task.kind === 'move') steps.push({ at: task.start_at, icon: 'box', title: t('story.move', worker) })
    if (task.kind === 'sort') steps.push({ at: task.start_at, icon: 'chute', title: t('story.sort', { ...worker, chute: task.chute ?? 0 }), detail: t('story.ready', { end: time(task.end_at) }) })
  }
  for (const parcel of list(story.promise.parcels)) {
    steps.push({ at: parcel.depart_at, icon: 'van', title: t('story.leaves', { site: parcel.site_id }), detail: t('story.parcel', { n: list(parcel.lines).length }) })
  }
  for (const stop of list(story.stops)) {
    steps.push({
      at: stop.arrive_at,
      icon: 'map',
      title: t('story.arrives'),
      detail: (
        <>
          {t('story.stop', { number: stop.number, of: stop.of })}{' '}
          <button type="button" className="link" onClick={() => chooseRoute(stop.route_id)}>
            {stop.route_id}
          </button>
        </>
      ),
    })
  }
  return steps.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
}
