import { useCallback } from 'react'
import { call } from '../../api/client'
import { useEvents } from '../../api/events'
import { listTasks, type Task } from '../../api/schema'
import { list, useResource } from '../../api/useResource'
import { Link } from '../../app/Link'
import { useWords } from '../../i18n'
import { Badge } from '../../ui/figures'
import { Panel } from '../../ui/Panel'
import { Loaded, Notice } from '../../ui/States'
import { Table } from '../../ui/Table'

/** The most tasks of a state that are counted; a day's end of larger lists is told as "more". */
const MOST = 1000

interface Place {
  name: string
  open: number
  leased: number
  blocked: number
  workers: Set<string>
}

/** Tasks by the station, else the zone, else the worker that they are for. */
function placesOf(tasks: Task[]): Place[] {
  const places = new Map<string, Place>()
  for (const task of tasks) {
    const name = task.station ?? task.zone ?? task.worker
    const place = places.get(name) ?? { name, open: 0, leased: 0, blocked: 0, workers: new Set<string>() }
    places.set(name, place)
    if (task.status === 'open' || task.status === 'leased' || task.status === 'blocked') place[task.status]++
    if (task.status === 'leased') place.workers.add(task.worker)
  }
  return [...places.values()].sort((a, b) => b.leased - a.leased || b.open - a.open || a.name.localeCompare(b.name))
}

/** Who works where now: open, leased and blocked tasks of each station, live. */
export function Tasks({ warehouse, plan }: { warehouse: string; plan: string }) {
  const { t, number } = useWords()
  const tasks = useResource(`floor tasks ${plan} ${warehouse}`, async (signal) => {
    const of = (status: 'open' | 'leased' | 'blocked') => call(listTasks, { path: { warehouse }, query: { plan, status, limit: MOST }, signal })
    const pages = await Promise.all([of('leased'), of('open'), of('blocked')])
    return { tasks: pages.flatMap((p) => list(p.items)), more: pages.some((p) => p.next_cursor) }
  })
  const { reload } = tasks
  useEvents(`/v1/warehouses/${encodeURIComponent(warehouse)}/tasks/events`, useCallback(() => reload(), [reload]))
  return (
    <Panel title={t('floor.tasks')} hint={t('floor.tasks_hint')} flush actions={<Link to="/tasks" query={{ plan, warehouse }}>{t('tasks.title')}</Link>}>
      <Loaded of={tasks} empty={(x) => x.tasks.length === 0} whenEmpty={<Notice icon="check" title={t('tasks.none')} />}>
        {(x) => (
          <div data-test="floor-tasks">
            <Table
              caption={t('floor.tasks')}
              className="short"
              rows={placesOf(x.tasks)}
              rowKey={(p) => p.name}
              columns={[
                { key: 'place', head: t('floor.place'), header: true, cell: (p) => p.name },
                { key: 'leased', head: t('task.leased'), align: 'end', cell: (p) => (p.leased ? <Badge tone="accent">{number(p.leased)}</Badge> : '0') },
                { key: 'open', head: t('task.open'), align: 'end', cell: (p) => number(p.open) },
                { key: 'blocked', head: t('task.blocked'), align: 'end', cell: (p) => (p.blocked ? <Badge tone="warn">{number(p.blocked)}</Badge> : '0') },
                { key: 'who', head: t('tasks.worker'), className: 'muted', cell: (p) => [...p.workers].slice(0, 3).join(', ') },
              ]}
            />
            {x.more && <p className="more hint">{t('floor.tasks_more', { n: MOST })}</p>}
          </div>
        )}
      </Loaded>
    </Panel>
  )
}
