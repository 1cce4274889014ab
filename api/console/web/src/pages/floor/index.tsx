import { useMemo, useState } from 'react'
import { asked } from '../../api/asked'
import { ApiError, call } from '../../api/client'
import { askFloorTrials, getFloor, listWarehouses, readFloorTrials, type FloorTrialAnswer, type FloorTrialRequest } from '../../api/schema'
import { list, useResource } from '../../api/useResource'
import { usePlans } from '../../app/plans'
import { patchQuery, useRoute } from '../../app/router'
import { useWords } from '../../i18n'
import { Stat } from '../../ui/figures'
import { PageHead, Panel } from '../../ui/Panel'
import { Problems } from '../../ui/Problems'
import { Loaded, Notice, Skeleton } from '../../ui/States'
import { Watch } from './Watch'
import { Tasks } from './Tasks'
import { tracksOf } from './tracks'
import { TrialForm } from './TrialForm'
import { useMoves } from './useMoves'
import './floor.css'

const TRIAL = 'trial'

export default function FloorPage() {
  const { t } = useWords()
  const { query } = useRoute()
  const { all, current } = usePlans()
  const plan = current?.id
  const warehouses = useResource(plan ? `floor warehouses ${plan}` : null, async (signal) => list((await call(listWarehouses, { query: { plan }, signal })).items))
  const rows = warehouses.data ?? []
  const trial = query.get('show') === TRIAL || (!plan && all.data !== undefined)
  const chosen = rows.find((w) => w.id === query.get('warehouse')) ?? rows[0]
  return (
    <>
      <PageHead title={t('floor.title')} hint={t('floor.hint')} />
      <div className="button-row" role="group" aria-label={t('tasks.warehouse')}>
        {rows.map((w) => (
          <button key={w.id} type="button" className="button" aria-pressed={!trial && w === chosen} onClick={() => patchQuery({ warehouse: w.id, show: undefined })}>
            {w.name}
          </button>
        ))}
        <button type="button" className="button" aria-pressed={trial} onClick={() => patchQuery({ show: TRIAL })} data-test="floor-try">
          {t('trial.title')}
        </button>
      </div>
      {trial ? <Trial /> : <Loaded of={all}>{() => <Loaded of={warehouses} empty={() => !chosen} whenEmpty={<Notice icon="home" title={t('warehouses.none')} />}>{() => <Planned key={`${plan} ${chosen!.id}`} warehouse={chosen!.id} plan={plan!} />}</Loaded>}</Loaded>}
    </>
  )
}

/** A warehouse's floor with its robots as the plan has them. */
function Planned({ warehouse, plan }: { warehouse: string; plan: string }) {
  const { t } = useWords()
  const floor = useResource(`floor ${warehouse}`, async (signal) => {
    try {
      return await call(getFloor, { path: { warehouse }, signal })
    } catch (cause) {
      if (cause instanceof ApiError && cause.failure === 'missing') return null
      throw cause
    }
  })
  const moves = useMoves(warehouse, plan, floor.data?.width)
  return (
    <Loaded of={floor} rows={8} empty={(x) => x === null} whenEmpty={<Notice icon="robot" title={t('floor.none')}>{t('floor.none_text')}</Notice>}>
      {(picture) => (
        <Loaded of={moves.resource} rows={8}>
          {(m) => <Watch floor={picture!} tracks={m.tracks} totalSteps={m.totalSteps} startAt={m.startAt} clock={moves.clock} side={<Tasks warehouse={warehouse} plan={plan} />} />}
        </Loaded>
      )}
    </Loaded>
  )
}

const first: FloorTrialRequest = { kind: 'fulfilment', width: 40, height: 24, robots: 60, steps: 300, delay: 0.05, seed: 1 }

/** A floor that is drawn or given, driven, and watched. */
function Trial() {
  const { t } = useWords()
  const [request, setRequest] = useState<{ body: FloorTrialRequest; n: number }>()
  const found = useResource(request ? `floor trial ${request.n}` : null, (signal) => asked<FloorTrialAnswer>(askFloorTrials, readFloorTrials, request!.body, signal))
  return (
    <>
      <TrialForm start={first} busy={found.loading} ask={(body) => setRequest({ body, n: (request?.n ?? 0) + 1 })} shown={found.data?.floor} />
      {found.loading && (
        <Panel title={t('trial.running')}>
          <Skeleton rows={6} />
        </Panel>
      )}
      {found.error && (
        <Panel title={t('trial.refused')}>
          {found.error.problem ? <Problems error={found.error} /> : <p role="alert" className="problems">{found.error.message}</p>}
        </Panel>
      )}
      {found.data && <Tried key={request!.n} answer={found.data} />}
    </>
  )
}

function Tried({ answer }: { answer: FloorTrialAnswer }) {
  const { t, number, percent } = useWords()
  const tracks = useMemo(() => tracksOf(answer.moves, answer.floor.width), [answer])
  const zones = answer.zones ?? []
  return (
    <Watch
      floor={answer.floor}
      tracks={tracks}
      totalSteps={answer.moves.total_steps}
      side={
        <Panel title={t('trial.result')}>
          <dl className="stats" data-test="trial-result" data-collisions={answer.collisions}>
            <Stat label={t('trial.errands')} value={number(answer.errands)} detail={t('trial.per_step', { n: number(answer.errands_per_step, 2) })} />
            <Stat label={t('trial.collisions')} value={number(answer.collisions)} />
            <Stat label={t('trial.waits')} value={percent(answer.wait_share, 1)} />
            <Stat label={t('trial.longest')} value={t('floor.steps', { n: answer.longest_errand_steps })} />
            <Stat label={t('trial.charges')} value={number(answer.charges)} />
            {answer.flat_robots > 0 && <Stat label={t('trial.flat')} value={number(answer.flat_robots)} />}
            {zones.length > 0 && <Stat label={t('trial.faults')} value={number(answer.rule_faults)} detail={answer.first_faults?.[0]} />}
            {zones.length > 0 && <Stat label={t('trial.put_off')} value={number(answer.put_off_errands)} />}
          </dl>
          {zones.length > 0 && (
            <dl className="stats" data-test="trial-zones-result" data-faults={answer.rule_faults}>
              {zones.map((z, i) => (
                <Stat
                  key={z.name}
                  label={`${z.name} · ${t(`zone.${answer.floor.zones![i]!.kind}`)}`}
                  value={t('trial.within', { n: z.most_robots })}
                  detail={z.clear_steps ? t('trial.clear', { n: z.clear_steps }) : undefined}
                />
              ))}
            </dl>
          )}
        </Panel>
      }
    />
  )
}
