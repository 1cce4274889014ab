import { useState } from 'react'
import { call } from '../../api/client'
import { compareForecastVersions, listForecastVersions, type ForecastComparison } from '../../api/schema'
import { list, useResource } from '../../api/useResource'
import { useWords } from '../../i18n'
import { Loaded } from '../../ui/States'

/** The forecasts that were made before, and the newest beside one of them. */
export function Versions({ id, newest }: { id: string; newest: number }) {
  const { t } = useWords()
  return (
    <details className="versions" data-test="versions">
      <summary>{t('version.title', { n: newest })}</summary>
      {newest > 0 && <Listed id={id} newest={newest} />}
    </details>
  )
}

function Listed({ id, newest }: { id: string; newest: number }) {
  const { t, day, time, code } = useWords()
  const [chosen, setChosen] = useState<number>()
  const all = useResource(`versions ${id} ${newest}`, (signal) => call(listForecastVersions, { path: { id }, query: { limit: 20 }, signal }))
  return (
    <>
      <Loaded of={all} rows={3}>
        {(l) => (
          <table>
            <caption className="visually-hidden">{t('version.title', { n: newest })}</caption>
            <thead>
              <tr>
                <th scope="col">{t('version.number')}</th>
                <th scope="col">{t('version.made')}</th>
                <th scope="col">{t('version.from')}</th>
                <th scope="col">{t('forecast.method')}</th>
                <th scope="col">{t('version.data')}</th>
                <th scope="col">
                  <span className="visually-hidden">{t('version.compare')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {list(l.items).map((v) => (
                <tr key={v.version}>
                  <th scope="row">{v.version}</th>
                  <td>
                    {day(v.made_at.slice(0, 10))} {time(v.made_at)}
                  </td>
                  <td>{day(v.start_date)}</td>
                  <td>
                    {v.method} <span className="muted">{code('history', v.status)}</span>
                  </td>
                  <td>
                    <code>{v.data_hash.slice(0, 8)}</code>
                  </td>
                  <td>
                    {v.version !== newest && (
                      <button type="button" className="button small" aria-pressed={chosen === v.version} onClick={() => setChosen(v.version)}>
                        {t('version.compare')}
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Loaded>
      {chosen !== undefined && <Compared id={id} a={newest} b={chosen} />}
    </>
  )
}

function Compared({ id, a, b }: { id: string; a: number; b: number }) {
  const compared = useResource(`compare ${id} ${a} ${b}`, (signal) => call(compareForecastVersions, { path: { id }, query: { a, b }, signal }))
  return (
    <Loaded of={compared} rows={3}>
      {(c) => <Beside comparison={c} />}
    </Loaded>
  )
}

function Beside({ comparison: c }: { comparison: ForecastComparison }) {
  const { t, number, percent, day } = useWords()
  return (
    <section aria-live="polite" data-test="comparison">
      <p>{t('version.totals', { n: list(c.days).length, a: number(c.total_a, 1), b: number(c.total_b, 1) })}</p>
      {c.error_a && c.error_b && <p>{t('version.errors', { n: c.error_a.days, a: percent(c.error_a.wape, 1), b: percent(c.error_b.wape, 1) })}</p>}
      <p className="hint">{t(c.same_data ? 'version.same_data' : 'version.other_data')}</p>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('forecast.day')}</th>
            <th scope="col">{t('version.of', { n: c.a.version })}</th>
            <th scope="col">{t('version.of', { n: c.b.version })}</th>
            <th scope="col">{t('forecast.sold')}</th>
          </tr>
        </thead>
        <tbody>
          {list(c.days).map((d) => (
            <tr key={d.date}>
              <th scope="row">{day(d.date)}</th>
              <td>{number(d.a, 1)}</td>
              <td>{number(d.b, 1)}</td>
              <td>{d.sold === undefined || d.sold === null ? '–' : number(d.sold, 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
