import { useEffect, useState } from 'react'
import { call } from '../../api/client'
import { listTasks, listWarehouses, type Task, type Warehouse } from '../../api/schema'
import { list, useResource } from '../../api/useResource'
import { usePlans } from '../../app/plans'
import { patchQuery, useRoute } from '../../app/router'
import { useWords } from '../../i18n'
import { Badge, type Tone } from '../../ui/figures'
import { PageHead, Panel } from '../../ui/Panel'
import { Loaded, Notice } from '../../ui/States'
import { Table } from '../../ui/Table'
import './tasks.css'

const states = ['open', 'leased', 'done', 'failed', 'blocked'] as const
type State = (typeof states)[number]
const tones: Record<State, Tone> = { open: 'plain', leased: 'accent', done: 'good', failed: 'bad', blocked: 'warn' }
const PAGE = 100

export default function Tasks() {
  const { t } = useWords()
  const { all, current } = usePlans()
  const { query } = useRoute()
  const plan = current?.id
  const warehouses = useResource(plan ? `warehouses ${plan}` : null, async (signal) => list((await call(listWarehouses, { query: { plan }, signal })).items), { every: 5000 })
  return (
    <>
      <PageHead title={t('tasks.title')} hint={t('tasks.hint')} />
      <Loaded of={all} empty={() => !current} whenEmpty={<Notice icon="tasks" title={t('overview.no_plan')} />}>
        {() => (
          <Loaded of={warehouses} empty={(rows) => rows.length === 0} whenEmpty={<Notice icon="home" title={t('warehouses.none')} />}>
            {(rows) => <Floor plan={plan!} warehouses={rows} chosen={rows.find((w) => w.id === query.get('warehouse')) ?? rows[0]!} />}
          </Loaded>
        )}
      </Loaded>
    </>
  )
}

function Floor({ plan, warehouses, chosen }: { plan: string; warehouses: Warehouse[]; chosen: Warehouse }) {
  const { t, number } = useWords()
  const { query } = useRoute()
  const state = states.find((s) => s === query.get('status'))
  return (
    <>
      <div className="button-row" role="group" aria-label={t('tasks.warehouse')}>
        {warehouses.map((w) => (
          <button key={w.id} type="button" className="button" aria-pressed={w.id === chosen.id} onClick={() => patchQuery({ warehouse: w.id })}>
            {w.name}
          </button>
        ))}
      </div>
      <div className="tiles" role="group" aria-label={t('tasks.state')}>
        {states.map((s) => (
          <button key={s} type="button" className={`tile ${tones[s]}`} aria-pressed={s === state} onClick={() => patchQuery({ status: s === state ? undefined : s })}>
            <b>{number(chosen.tasks[s])}</b>
            <span>{t(`task.${s}`)}</span>
          </button>
        ))}
      </div>
      <Rows key={`${plan} ${chosen.id} ${state}`} plan={plan} warehouse={chosen} state={state} />
    </>
  )
}

function Rows({ plan, warehouse, state }: { plan: string; warehouse: Warehouse; state: State | undefined }) {
  const { t } = useWords()
  const [limit, setLimit] = useState(PAGE)
  const counts = JSON.stringify(warehouse.tasks)
  const tasks = useResource(`tasks ${limit}`, (signal) => call(listTasks, { path: { warehouse: warehouse.id }, query: { plan, status: state, limit }, signal }))
  const { reload } = tasks
  useEffect(() => reload(), [counts, reload]) // something happened on the floor
  return (
    <Panel title={t('tasks.of', { name: warehouse.name })} flush>
      <Loaded of={tasks} rows={8} empty={(page) => list(page.items).length === 0} whenEmpty={<Notice icon="check" title={t('tasks.none')} />}>
        {(page) => (
          <>
            <TaskTable tasks={list(page.items)} />
            {page.next_cursor && limit < 1000 && (
              <p className="more">
                <button type="button" className="button" onClick={() => setLimit(Math.min(limit + 200, 1000))}>
                  {t('action.more')}
                </button>
              </p>
            )}
          </>
        )}
      </Loaded>
    </Panel>
  )
}

function TaskTable({ tasks }: { tasks: Task[] }) {
  const { t, dateTime, time } = useWords()
  return (
    <Table
      caption={t('tasks.title')}
      rows={tasks}
      rowKey={(x) => x.task_id}
      columns={[
        { key: 'id', head: t('tasks.task'), header: true, cell: (x) => x.task_id },
        { key: 'kind', head: t('tasks.kind'), cell: (x) => t(`work.${x.kind}`) },
        { key: 'worker', head: t('tasks.worker'), cell: (x) => x.worker },
        { key: 'when', head: t('tasks.when'), cell: (x) => `${dateTime(x.start_at)}–${time(x.end_at)}` },
        { key: 'state', head: t('tasks.state'), cell: (x) => <Badge tone={tones[x.status]}>{t(`task.${x.status}`)}</Badge> },
        { key: 'why', head: t('tasks.why'), className: 'grow muted', cell: (x) => x.reason ?? (list(x.depends_on).length ? t('tasks.after', { tasks: list(x.depends_on).slice(0, 3).join(', ') }) : '') },
      ]}
    />
  )
}
