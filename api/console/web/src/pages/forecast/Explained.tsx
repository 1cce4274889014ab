import type { ItemForecast } from '../../api/schema'
import { list } from '../../api/useResource'
import { useWords } from '../../i18n'

const DAY = 86_400_000

/** What the forecast is made of, in a sentence and as numbers, from the numbers alone so that every language can say it. */
export function Explained({ forecast: f }: { forecast: ItemForecast }) {
  const { t, number, percent, weekday } = useWords()
  const e = f.explanation
  if (!e) return null
  const season = list(e.season)
  const start = Date.parse(`${f.start_date}T00:00:00Z`)
  const name = (k: number) => weekday(new Date(start + k * DAY).toISOString().slice(0, 10))
  const usual = e.level + Object.values(e.regressors ?? {}).reduce((a, b) => a + b, 0)
  const most = season.indexOf(Math.max(...season))
  const least = season.indexOf(Math.min(...season))
  const trend = Math.abs(e.trend) * Math.max(season.length, 1) > 0.002 * Math.abs(usual) ? e.trend : 0
  const change = (key: 'forecast.more' | 'forecast.less' | 'forecast.equal', value: number, than: string) => t(key, { share: percent(Math.abs(value)), than })
  const against = (value: number | undefined, than: string) =>
    value === undefined ? undefined : change(value > 0.005 ? 'forecast.more' : value < -0.005 ? 'forecast.less' : 'forecast.equal', value, than)
  const lines = [
    t('forecast.level', { units: number(usual, 2) }),
    t(trend > 0 ? 'forecast.rising' : trend < 0 ? 'forecast.falling' : 'forecast.flat', { units: number(Math.abs(trend) * 7, 2) }),
    season.length > 0 && usual > 0 && season[most]! - season[least]! > 0.02 * usual
      ? t('forecast.week_shape', { most: name(most), up: percent(season[most]! / usual), least: name(least), down: percent(season[least]! / usual) })
      : undefined,
    ...Object.entries(e.regressors ?? {}).map(([cause, units]) => t('forecast.cause', { cause, units: number(units, 2) })),
    against(e.against_past ?? undefined, t('forecast.than_past')),
    against(e.against_year ?? undefined, t('forecast.than_year')),
  ].filter((line) => line !== undefined)
  return (
    <section className="explained" aria-label={t('forecast.explained')} data-test="explained">
      <h3>{t('forecast.explained')}</h3>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {list(f.findings).length > 0 && (
        <details>
          <summary>{t('forecast.findings', { n: list(f.findings).length })}</summary>
          <ul>
            {list(f.findings).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}
