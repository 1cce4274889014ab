import type { ReactNode } from 'react'
import type { FulfilmentPlan, Job, PlanSupplier, Promise as OrderPromise, Warehouse } from '../../api/schema'
import { list, type Resource } from '../../api/useResource'
import { Link } from '../../app/Link'
import { useWords } from '../../i18n'
import type { Tone } from '../../ui/figures'
import { Icon, type IconName } from '../../ui/icons'
import { Notice, Refusal, Skeleton } from '../../ui/States'

interface Props {
  plan: FulfilmentPlan
  promises: Resource<OrderPromise[]>
  suppliers: Resource<PlanSupplier[]>
  warehouses: Resource<Warehouse[]>
  jobs: Resource<Job[]>
}

interface Concern {
  key: string
  tone: Tone
  icon: IconName
  title: string
  body?: ReactNode
  open?: boolean
}

/** How long a job may wait before somebody should look, seconds. */
const PATIENCE_SEC = 60

/** What a planner should look at first; each of its sources may fail without the others. */
export function Attention(props: Props) {
  const { t } = useWords()
  const concerns = [...useJobConcerns(props.jobs.data), ...useTaskConcerns(props), ...useOrderConcerns(props), ...useSupplierConcerns(props.suppliers.data)]
  const sources = [props.promises, props.suppliers, props.warehouses, props.jobs]
  const failed = sources.find((s) => s.error)
  const loading = sources.some((s) => s.loading)
  return (
    <>
      <ul className="concerns" data-test="attention" data-ready={!loading}>
        {concerns.map((c) => (
          <li key={c.key} className={c.tone} data-concern={c.key}>
            <Icon name={c.icon} />
            <div>
              {c.body ? (
                <details open={c.open}>
                  <summary>{c.title}</summary>
                  {c.body}
                </details>
              ) : (
                c.title
              )}
            </div>
          </li>
        ))}
      </ul>
      {loading && <Skeleton rows={3} />}
      {failed?.error && <Refusal error={failed.error} reload={failed.reload} />}
      {!loading && !failed && concerns.length === 0 && <Notice icon="check" title={t('attention.none')} />}
    </>
  )
}

function useOrderConcerns({ plan, promises }: Props): Concern[] {
  const { t, code } = useWords()
  const orders = promises.data ?? []
  const groups = new Map<string, { order: OrderPromise; reason: string }[]>()
  for (const order of orders) {
    for (const part of list(order.unserved)) {
      const group = groups.get(part.code) ?? []
      group.push({ order, reason: part.reason })
      groups.set(part.code, group)
    }
  }
  return [...groups].map(([why, rows]) => ({
    key: `unserved ${why}`,
    tone: rows.some((r) => r.order.status === 'unserved') ? 'bad' : 'warn',
    icon: 'cart',
    title: t('attention.unserved', { n: rows.length, why: code('unserved', why) }),
    body: (
      <ul className="concern-rows">
        {rows.slice(0, 12).map((r, i) => (
          <li key={i}>
            <Link to="/map" query={{ plan: plan.id, order: r.order.order_id }}>
              {r.order.order_id}
            </Link>{' '}
            <span className="muted">{r.reason}</span>
          </li>
        ))}
        {rows.length > 12 && <li className="muted">{t('attention.more', { n: rows.length - 12 })}</li>}
      </ul>
    ),
  }))
}

function useSupplierConcerns(suppliers: PlanSupplier[] | undefined): Concern[] {
  const { t, money } = useWords()
  return (suppliers ?? [])
    .filter((s) => s.headroom.minor < 0 || s.grade > 'B')
    .map((s) => ({
      key: `supplier ${s.supplier_id}`,
      tone: s.headroom.minor < 0 || s.grade > 'C' ? 'bad' : 'warn',
      icon: 'warning',
      title: s.headroom.minor < 0 ? t('attention.over_limit', { name: s.name, over: money({ minor: -s.headroom.minor, currency: s.headroom.currency }) }) : t('attention.grade', { name: s.name, grade: s.grade }),
      body: <p className="muted">{s.advice}</p>,
    }))
}

function useTaskConcerns({ warehouses }: Props): Concern[] {
  const { t } = useWords()
  return (warehouses.data ?? [])
    .filter((w) => w.tasks.failed > 0 || w.tasks.blocked > 0)
    .map((w) => ({
      key: `tasks ${w.id}`,
      tone: 'bad',
      icon: 'tasks',
      title: t('attention.tasks', { n: w.tasks.failed, name: w.name, blocked: w.tasks.blocked }),
      body: (
        <p>
          <Link to="/tasks" query={{ warehouse: w.id, status: 'failed' }}>
            {t('attention.show_tasks')}
          </Link>
        </p>
      ),
    }))
}

function useJobConcerns(jobs: Job[] | undefined): Concern[] {
  const { t, code, ago } = useWords()
  const concerns: Concern[] = []
  for (const job of jobs ?? []) {
    const kind = code('kind', job.kind)
    if (job.state === 'failed' || job.state === 'quarantined') {
      concerns.push({ key: `job ${job.id}`, tone: 'bad', icon: 'error', title: t(job.state === 'failed' ? 'attention.job_failed' : 'attention.job_quarantined', { kind, ago: ago(job.created_at) }), body: <p className="muted">{job.error}</p> })
    } else if (job.state === 'queued' && Date.now() - Date.parse(job.created_at) > PATIENCE_SEC * 1000) {
      concerns.push({ key: `job ${job.id}`, tone: 'warn', icon: 'jobs', title: t('attention.job_late', { kind, ago: ago(job.created_at) }) })
    }
  }
  return concerns
}
