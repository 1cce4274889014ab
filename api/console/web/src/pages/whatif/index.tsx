import { useState } from 'react'
import { ApiError, call } from '../../api/client'
import { cancelJob, getScenarios, listJobs, listWarehouses, requestScenarios, type Scenario, type ScenarioRun } from '../../api/schema'
import { list, useResource } from '../../api/useResource'
import { usePlans } from '../../app/plans'
import { patchQuery, useRoute } from '../../app/router'
import { useWords } from '../../i18n'
import { announce } from '../../ui/announce'
import { Progress } from '../../ui/figures'
import { Icon } from '../../ui/icons'
import { PageHead, Panel } from '../../ui/Panel'
import { Problems } from '../../ui/Problems'
import { Loaded, Notice } from '../../ui/States'
import { changeOf, Editor, newDraft, type Draft } from './Editor'
import { Report } from './Report'
import './whatif.css'

const MOST = 4

export default function WhatIf() {
  const { t } = useWords()
  const { query } = useRoute()
  const run = query.get('run')
  return (
    <>
      <PageHead title={t('whatif.title')} hint={t('whatif.hint')} />
      <Ask />
      <Earlier chosen={run} />
      {run && <Run key={run} id={run} />}
    </>
  )
}

function Ask() {
  const { t } = useWords()
  const { current } = usePlans()
  const [drafts, setDrafts] = useState<Draft[]>([newDraft('demand')])
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError>()
  const sites = useResource('sites', async (signal) => list((await call(listWarehouses, { signal })).items))
  const change = (i: number, draft: Draft | undefined) => setDrafts(drafts.flatMap((d, k) => (k !== i ? [d] : draft ? [draft] : [])))
  const ask = async () => {
    setBusy(true)
    setError(undefined)
    const span = current?.summary
    const scenarios: Scenario[] = drafts.map((d) => ({ name: d.name || t(`change.${d.kind}`), changes: [changeOf(d)] }))
    try {
      const made = await call(requestScenarios, { body: { scenarios, days: span?.days ?? 1, ...(span ? { origin_date: span.origin_date, seed: span.seed } : {}) } })
      announce(t('whatif.asked'))
      patchQuery({ run: made.id }, false)
    } catch (cause) {
      setError(cause instanceof ApiError ? cause : new ApiError('network', undefined, String(cause)))
    }
    setBusy(false)
  }
  return (
    <Panel title={t('whatif.ask')} hint={t('whatif.ask_hint')}>
      <form
        onSubmit={(e) => {
          e.preventDefault()
          void ask()
        }}
      >
        <ol className="drafts">
          {drafts.map((d, i) => (
            <li key={d.key}>
              <Editor draft={d} sites={sites.data ?? []} change={(next) => change(i, next)} remove={drafts.length > 1 ? () => change(i, undefined) : undefined} />
            </li>
          ))}
        </ol>
        {error && <Problems error={error} />}
        <p className="draft-foot">
          <button type="button" className="button" disabled={drafts.length >= MOST} onClick={() => setDrafts([...drafts, newDraft('site_closed')])}>
            <Icon name="plus" size={16} /> {t('whatif.add')}
          </button>
          <button type="submit" className="button primary" disabled={busy} data-test="ask">
            {t('whatif.run')}
          </button>
        </p>
      </form>
    </Panel>
  )
}

/** Answers that were asked for before. */
function Earlier({ chosen }: { chosen: string | null }) {
  const { t, ago } = useWords()
  const jobs = useResource(`scenario jobs ${chosen}`, async (signal) => list((await call(listJobs, { query: { kind: 'scenario', limit: 8 }, signal })).items))
  if (!jobs.data?.length) return null
  return (
    <div className="button-row" role="group" aria-label={t('whatif.earlier')}>
      <span className="label">{t('whatif.earlier')}</span>
      {jobs.data.map((j) => (
        <button key={j.id} type="button" className="button small" aria-pressed={j.id === chosen} onClick={() => patchQuery({ run: j.id })}>
          {ago(j.created_at)} · {t(`job.${j.state}`)}
        </button>
      ))}
    </div>
  )
}

const ended = (run: ScenarioRun) => ['done', 'failed', 'cancelled', 'quarantined'].includes(run.status)

function Run({ id }: { id: string }) {
  const { t } = useWords()
  const [over, setOver] = useState(false)
  const run = useResource(
    `scenarios ${id}`,
    async (signal) => {
      const read = await call(getScenarios, { path: { id }, query: { orders: 200 }, signal })
      if (ended(read)) setOver(true)
      return read
    },
    over ? {} : { every: 1000 },
  )
  return (
    <Loaded of={run}>
      {(data) =>
        data.status === 'done' ? (
          <Report run={data} />
        ) : ended(data) ? (
          <Notice icon="error" tone="bad" title={t(`job.${data.status}`)}>
            {data.error}
          </Notice>
        ) : (
          <Panel
            title={t('whatif.running')}
            actions={
              <button type="button" className="button small" onClick={() => void call(cancelJob, { path: { id } }).then(run.reload, run.reload)}>
                {t('action.cancel')}
              </button>
            }
          >
            <Progress value={data.progress} label={t('whatif.running')} />
            <p className="hint">{data.sentence}</p>
          </Panel>
        )
      }
    </Loaded>
  )
}
