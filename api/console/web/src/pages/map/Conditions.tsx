import type { PlanCondition, PlanMap } from '../../api/schema'
import { useWords, type Key } from '../../i18n'
import { Panel } from '../../ui/Panel'

const kinds: Record<PlanCondition['kind'], Key> = {
  closure: 'roads.closure',
  incident: 'roads.incident',
  congestion: 'roads.congestion',
  weather: 'roads.weather',
}

/** What holds on the road on a day and what it does to the plan; the map draws the same streets dashed. */
export function Conditions({ map, of }: { map: PlanMap; of: PlanCondition[] }) {
  const { t, number } = useWords()
  const straight = map.travel?.kind === 'straight_line'
  return (
    <Panel title={t('roads.title')} className="map-roads">
      {straight ? (
        <p className="hint">{t('roads.straight', { factor: number(map.travel?.detour_factor ?? 1) })}</p>
      ) : of.length === 0 ? (
        <p className="hint">{t('roads.free')}</p>
      ) : (
        <ul className="conditions" data-test="conditions">
          {of.map((c) => (
            <li key={`${c.id} ${c.date}`} data-kind={c.kind}>
              <b>{c.routes ? t(c.delay_sec < 0 ? 'roads.faster' : 'roads.delay', { min: number(Math.round(Math.abs(c.delay_sec) / 60)) }) : t('roads.no_way')}</b>{' '}
              <span className="tag">{t(kinds[c.kind])}</span> {c.sentence.replace(/^[^:]*: /, '')}
              {c.detours > 0 && <span className="muted"> {t('roads.detours', { n: c.detours })}</span>}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
