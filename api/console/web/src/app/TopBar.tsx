import { useState } from 'react'
import { signOut, useSession } from '../api/session'
import { chooseLanguage, useWords } from '../i18n'
import { Icon } from '../ui/icons'
import { NewPlan } from './NewPlan'
import { usePlans } from './plans'
import { patchQuery } from './router'
import { chooseTheme, useChosenTheme, type Theme } from './theme'

const themes: Theme[] = ['system', 'light', 'dark']

export function TopBar() {
  const words = useWords()
  const { t } = words
  const { key } = useSession()
  const theme = useChosenTheme()
  const [asking, setAsking] = useState(false)
  return (
    <header className="topbar">
      <PlanChooser />
      <button type="button" className="button" onClick={() => setAsking(true)}>
        <Icon name="plus" size={16} /> {t('plan.new')}
      </button>
      <span className="spring" />
      <label className="field inline">
        <span className="visually-hidden">{t('settings.language')}</span>
        <select value={words.language} onChange={(e) => chooseLanguage(e.target.value as 'en' | 'zh')} data-test="language">
          <option value="en" lang="en">
            English
          </option>
          <option value="zh" lang="zh">
            中文
          </option>
        </select>
      </label>
      <label className="field inline">
        <span className="visually-hidden">{t('settings.theme')}</span>
        <select value={theme} onChange={(e) => chooseTheme(e.target.value as Theme)} data-test="theme">
          {themes.map((name) => (
            <option key={name} value={name}>
              {t(`theme.${name}`)}
            </option>
          ))}
        </select>
      </label>
      {key && (
        <button type="button" className="button quiet" onClick={signOut}>
          {t('signin.out')}
        </button>
      )}
      {asking && <NewPlan close={() => setAsking(false)} />}
    </header>
  )
}

function PlanChooser() {
  const { t, day, ago } = useWords()
  const { all, current } = usePlans()
  const plans = all.data ?? []
  if (!current) return <span className="hint">{all.loading ? t('state.loading') : t('plan.none')}</span>
  return (
    <label className="field inline">
      <span className="label">{t('plan.label')}</span>
      <select value={current.id} onChange={(e) => patchQuery({ plan: e.target.value })} data-test="plan">
        {plans.map((p) => (
          <option key={p.id} value={p.id}>
            {p.summary ? `${day(p.summary.origin_date)} · ${t('plan.days', { n: p.summary.days })} · ${ago(p.summary.created_at)}` : p.id}
            {p.draft ? ` · ${t('plan.draft')}` : ''}
          </option>
        ))}
      </select>
    </label>
  )
}
