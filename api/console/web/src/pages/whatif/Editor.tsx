import type { ScenarioChange, Warehouse } from '../../api/schema'
import { useWords, type Key } from '../../i18n'
import { Icon } from '../../ui/icons'

export const kinds = ['demand', 'site_closed', 'lead_time', 'site_capacity', 'fleet', 'price', 'service', 'cutoff', 'review', 'roads'] as const
export type Kind = (typeof kinds)[number]

/** One scenario as it is being written: one change with its values. */
export interface Draft {
  key: string
  name: string
  kind: Kind
  factor: number
  site: string
  vehicle: string
  count: number
  time: string
  days: number
  share: number
  orders: boolean
  effect: 'closed' | 'slow' | 'rain'
  rain: number
  /** Corners, one a line: longitude, latitude. */
  area: string
}

export const newDraft = (kind: Kind): Draft => ({ key: crypto.randomUUID(), name: '', kind, factor: 1.3, site: '', vehicle: 'van', count: 1, time: '12:00', days: 7, share: 0.95, orders: true, effect: 'slow', rain: 8, area: '' })

export function changeOf(d: Draft): ScenarioChange {
  switch (d.kind) {
    case 'demand':
      return { demand: { factor: d.factor, orders: d.orders } }
    case 'site_closed':
      return { site_closed: { site: d.site } }
    case 'lead_time':
      return { lead_time: { factor: d.factor } }
    case 'site_capacity':
      return { site_capacity: { factor: d.factor, ...(d.site ? { site: d.site } : {}) } }
    case 'fleet':
      return { fleet: { site: d.site, vehicle: d.vehicle, ...(d.count < 0 ? { remove: -d.count } : { add: d.count }) } }
    case 'price':
      return { price: { cost_factor: d.factor } }
    case 'service':
      return { service: { fill_rate: d.share } }
    case 'cutoff':
      return { cutoff: { time: d.time } }
    case 'review':
      return { review: { days: d.days } }
    case 'roads':
      return { roads: { ...(d.effect === 'closed' ? { closed: true } : d.effect === 'slow' ? { speed_factor: d.factor } : { rain_mm_h: d.rain }), ...(d.area.trim() ? { area: cornersOf(d.area) } : {}) } }
  }
}

/** Corners as they are written; what is no number is refused by the API with its place. */
const cornersOf = (text: string) =>
  text
    .trim()
    .split(/[;\n]+/)
    .map((line) => line.trim().split(/[\s,]+/).map(Number))
    .map(([lon, lat]) => ({ lon: lon ?? NaN, lat: lat ?? NaN }))

interface Props {
  draft: Draft
  sites: Warehouse[]
  change: (draft: Draft) => void
  remove: (() => void) | undefined
}

export function Editor({ draft: d, sites, change, remove }: Props) {
  const { t } = useWords()
  const set = (values: Partial<Draft>) => change({ ...d, ...values })
  const number = (key: 'factor' | 'count' | 'days' | 'share' | 'rain', label: Key, min: number, max: number, step: number) => (
    <label className="field">
      <span className="label">{t(label)}</span>
      <input type="number" required min={min} max={max} step={step} value={Number.isNaN(d[key]) ? '' : d[key]} onChange={(e) => set({ [key]: e.target.valueAsNumber })} />
    </label>
  )
  const site = (any: boolean) => (
    <label className="field">
      <span className="label">{t('change.site')}</span>
      <select required={!any} value={d.site} onChange={(e) => set({ site: e.target.value })}>
        <option value="">{any ? t('filter.all') : t('change.choose')}</option>
        {sites.map((s) => (
          <option key={s.id} value={s.id}>
            {s.name}
          </option>
        ))}
      </select>
    </label>
  )
  return (
    <fieldset className="draft">
      <legend className="visually-hidden">{d.name || t(`change.${d.kind}`)}</legend>
      <label className="field">
        <span className="label">{t('change.kind')}</span>
        <select value={d.kind} onChange={(e) => set({ kind: e.target.value as Kind })}>
          {kinds.map((k) => (
            <option key={k} value={k}>
              {t(`change.${k}`)}
            </option>
          ))}
        </select>
      </label>
      {(d.kind === 'demand' || d.kind === 'lead_time' || d.kind === 'site_capacity' || d.kind === 'price') && number('factor', 'change.factor', 0.01, 100, 0.01)}
      {d.kind === 'demand' && (
        <label className="check">
          <input type="checkbox" checked={d.orders} onChange={(e) => set({ orders: e.target.checked })} />
          <span>{t('change.orders')}</span>
        </label>
      )}
      {(d.kind === 'site_closed' || d.kind === 'fleet') && site(false)}
      {d.kind === 'site_capacity' && site(true)}
      {d.kind === 'fleet' && (
        <>
          <label className="field">
            <span className="label">{t('map.vehicle')}</span>
            <input required value={d.vehicle} onChange={(e) => set({ vehicle: e.target.value })} />
          </label>
          {number('count', 'change.count', -1000, 1000, 1)}
        </>
      )}
      {d.kind === 'service' && number('share', 'change.fill_rate', 0, 0.999, 0.001)}
      {d.kind === 'cutoff' && (
        <label className="field">
          <span className="label">{t('change.time')}</span>
          <input type="time" required value={d.time} onChange={(e) => set({ time: e.target.value })} />
        </label>
      )}
      {d.kind === 'roads' && (
        <>
          <label className="field">
            <span className="label">{t('change.effect')}</span>
            <select value={d.effect} onChange={(e) => set({ effect: e.target.value as Draft['effect'] })}>
              <option value="closed">{t('roads.closure')}</option>
              <option value="slow">{t('roads.congestion')}</option>
              <option value="rain">{t('change.rain')}</option>
            </select>
          </label>
          {d.effect === 'slow' && number('factor', 'change.factor', 0.01, 3, 0.01)}
          {d.effect === 'rain' && number('rain', 'change.rain', 0, 500, 0.1)}
          <label className="field">
            <span className="label">{t('change.area')}</span>
            <textarea rows={2} required={d.effect === 'closed'} value={d.area} placeholder="9.52, 47.14" onChange={(e) => set({ area: e.target.value })} />
          </label>
        </>
      )}
      {d.kind === 'review' && number('days', 'change.days', 1, 90, 1)}
      <label className="field">
        <span className="label">{t('change.name')}</span>
        <input maxLength={100} placeholder={t(`change.${d.kind}`)} value={d.name} onChange={(e) => set({ name: e.target.value })} />
      </label>
      {remove && (
        <button type="button" className="button quiet small" onClick={remove} aria-label={t('change.remove')}>
          <Icon name="close" size={16} />
        </button>
      )}
    </fieldset>
  )
}
