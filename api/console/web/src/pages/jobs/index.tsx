import { useCallback, useEffect, useRef, useState } from 'react'
import { ApiError, call } from '../../api/client'
import { cancelJob, listJobs, retryJob, type Job } from '../../api/schema'
import { useEvents } from '../../api/events'
import { list, useResource } from '../../api/useResource'
import { patchQuery, useRoute } from '../../app/router'
import { useWords } from '../../i18n'
import { announce } from '../../ui/announce'
import { Badge, Progress, type Tone } from '../../ui/figures'
import { Filter } from '../../ui/Filter'
import { Loaded, Notice, Refusal } from '../../ui/States'
import { PageHead, Panel } from '../../ui/Panel'
import { Table } from '../../ui/Table'

const states = ['queued', 'running', 'waiting', 'done', 'failed', 'cancelled', 'quarantined'] as const
export const tones: Record<Job['state'], Tone> = { queued: 'plain', running: 'accent', waiting: 'accent', done: 'good', failed: 'bad', cancelled: 'plain', quarantined: 'bad' }
const ended = (job: Job) => ['done', 'failed', 'cancelled', 'quarantined'].includes(job.state)

export default function Jobs() {
  const { t } = useWords()
  const { query } = useRoute()
  const wanted = states.find((s) => s === query.get('state'))
  const [limit, setLimit] = useState(50)
  const [busy, setBusy] = useState(true)
  const reload = useRef<() => void>(undefined)
  const live = useEvents('/v1/jobs/events', useCallback(() => reload.current?.(), []))
  // The stream tells of changes; while it is away the page looks by itself.
  const every = live ? 30_000 : busy ? 1000 : 5000
  const jobs = useResource(`jobs ${wanted} ${limit}`, (signal) => call(listJobs, { query: { roots: true, state: wanted, limit }, signal }), { every })
  reload.current = jobs.reload
  const items = jobs.data ? list(jobs.data.items) : undefined
  useEffect(() => {
    if (items) setBusy(items.some((j) => !ended(j)))
  }, [items])
  useEnds(items)

  return (
    <>
      <PageHead title={t('jobs.title')} hint={t('jobs.hint')} />
      <Panel title={t('jobs.list')} flush actions={<Filter label={t('jobs.state')} value={wanted ?? ''} options={states.map((s) => ({ value: s, label: t(`job.${s}`) }))} choose={(state) => patchQuery({ state: state || undefined })} />}>
        <Loaded of={jobs} empty={(page) => list(page.items).length === 0} whenEmpty={<Notice icon="jobs" title={t('jobs.none')} />}>
          {(page) => (
            <>
              <JobTable jobs={list(page.items)} reload={jobs.reload} />
              {page.next_cursor && (
                <p className="more">
                  <button type="button" className="button" onClick={() => setLimit(Math.min(limit + 100, 1000))}>
                    {t('action.more')}
                  </button>
                </p>
              )}
            </>
          )}
        </Loaded>
      </Panel>
    </>
  )
}

/** Speaks of jobs that have ended since the last look. */
function useEnds(items: Job[] | undefined) {
  const { t, code } = useWords()
  const before = useRef<Map<string, Job['state']>>(undefined)
  useEffect(() => {
    if (!items) return
    for (const job of items) {
      const was = before.current?.get(job.id)
      if (was && was !== job.state && ended(job)) announce(t('jobs.ended', { kind: code('kind', job.kind), state: t(`job.${job.state}`) }))
    }
    before.current = new Map(items.map((j) => [j.id, j.state]))
  }, [items, t, code])
}

function JobTable({ jobs, reload }: { jobs: Job[]; reload: () => void }) {
  const words = useWords()
  const { t, code, ago, duration } = words
  const [error, setError] = useState<ApiError>()
  const act = async (op: typeof cancelJob | typeof retryJob, job: Job) => {
    setError(undefined)
    try {
      await call(op, { path: { id: job.id } })
      announce(t(op === cancelJob ? 'jobs.cancelled' : 'jobs.retried', { kind: code('kind', job.kind) }))
      reload()
    } catch (cause) {
      if (cause instanceof ApiError) setError(cause)
    }
  }
  return (
    <>
      {error && <Refusal error={error} />}
      <Table
        caption={t('jobs.list')}
        rows={jobs}
        rowKey={(j) => j.id}
        columns={[
          {
            key: 'kind',
            head: t('jobs.kind'),
            header: true,
            cell: (j) => (
              <>
                {code('kind', j.kind)}
                <code className="id">{j.id}</code>
              </>
            ),
          },
          { key: 'state', head: t('jobs.state'), cell: (j) => <Badge tone={tones[j.state]}>{t(j.cancel_requested && !ended(j) ? 'job.cancelling' : `job.${j.state}`)}</Badge> },
          {
            key: 'progress',
            head: t('jobs.progress'),
            className: 'grow',
            cell: (j) => (
              <>
                {!ended(j) && <Progress value={j.progress} label={t('jobs.progress_of', { kind: code('kind', j.kind) })} />}
                <span className={j.error ? 'text-bad' : 'muted'}>{j.error || j.sentence}</span>
              </>
            ),
          },
          { key: 'created', head: t('jobs.created'), cell: (j) => <time dateTime={j.created_at}>{ago(j.created_at)}</time> },
          { key: 'took', head: t('jobs.took'), align: 'end', cell: (j) => (j.started_at && j.ended_at ? duration((Date.parse(j.ended_at) - Date.parse(j.started_at)) / 1000) : '') },
          {
            key: 'act',
            head: t('jobs.act'),
            align: 'end',
            cell: (j) => (
              <>
                {!ended(j) && !j.cancel_requested && (
                  <button type="button" className="button small" onClick={() => act(cancelJob, j)}>
                    {t('action.cancel')}
                  </button>
                )}
                {list(j.links).some((l) => l.rel === 'retry') && (
                  <button type="button" className="button small" onClick={() => act(retryJob, j)}>
                    {t('action.retry')}
                  </button>
                )}
              </>
            ),
          },
        ]}
      />
    </>
  )
}
