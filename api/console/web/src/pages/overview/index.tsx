import { call } from '../../api/client'
import { listJobs, listPlanSuppliers, listPromises, listWarehouses, type FulfilmentPlan } from '../../api/schema'
import { list, useResource } from '../../api/useResource'
import { usePlans } from '../../app/plans'
import { useWords } from '../../i18n'
import { Loaded, Notice } from '../../ui/States'
import { PageHead, Panel } from '../../ui/Panel'
import { Attention } from './Attention'
import { Figures } from './Figures'
import { Suppliers } from './Suppliers'
import { Warehouses } from './Warehouses'

export default function Overview() {
  const { t } = useWords()
  const { all, current } = usePlans()
  return (
    <Loaded
      of={all}
      rows={10}
      empty={() => !current}
      whenEmpty={
        <>
          <PageHead title={t('overview.title')} />
          <Notice icon="box" title={t('overview.no_plan')}>
            {t('overview.no_plan_text')}
          </Notice>
        </>
      }
    >
      {() => current && <Shown plan={current} />}
    </Loaded>
  )
}

function Shown({ plan }: { plan: FulfilmentPlan }) {
  const { t, day, ago } = useWords()
  const summary = plan.summary!
  const promises = useResource(`short ${plan.id}`, async (signal) => {
    const of = async (status: 'unserved' | 'partial') => list((await call(listPromises, { path: { id: plan.id }, query: { status, limit: 200 }, signal })).items)
    const [unserved, partial] = await Promise.all([of('unserved'), of('partial')])
    return [...unserved, ...partial]
  })
  const suppliers = useResource(`suppliers ${plan.id}`, async (signal) => list((await call(listPlanSuppliers, { path: { id: plan.id }, signal })).items))
  const warehouses = useResource(`warehouses ${plan.id}`, async (signal) => list((await call(listWarehouses, { query: { plan: plan.id }, signal })).items), { every: 10_000 })
  const jobs = useResource('jobs', async (signal) => list((await call(listJobs, { query: { roots: true, limit: 50 }, signal })).items), { every: 10_000 })
  const last = lastDay(summary.origin_date, summary.days)
  return (
    <>
      <PageHead
        title={summary.days > 1 ? t('overview.plan_span', { from: day(summary.origin_date), to: day(last) }) : t('overview.plan_day', { day: day(summary.origin_date) })}
        hint={
          <>
            {t('overview.made', { ago: ago(summary.created_at), seed: summary.seed })} <code title={summary.snapshot_hash}>{summary.snapshot_hash.slice(0, 12)}</code>
          </>
        }
      />
      <Figures summary={summary} />
      <div className="columns">
        <Panel title={t('attention.title')} className="span-2">
          <Attention plan={plan} promises={promises} suppliers={suppliers} warehouses={warehouses} jobs={jobs} />
        </Panel>
        <Panel title={t('warehouses.title')}>
          <Warehouses of={warehouses} />
        </Panel>
      </div>
      <Panel title={t('suppliers.title')} hint={t('suppliers.hint')} flush>
        <Suppliers of={suppliers} />
      </Panel>
    </>
  )
}

function lastDay(origin: string, days: number): string {
  const at = new Date(`${origin}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() + days - 1)
  return at.toISOString().slice(0, 10)
}
