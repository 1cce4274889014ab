import { useWords } from '../i18n'

interface Props {
  label: string
  value: string
  options: { value: string; label: string }[]
  choose: (value: string) => void
}

/** Chooses one of a few, or all. */
export function Filter({ label, value, options, choose }: Props) {
  const { t } = useWords()
  return (
    <label className="field inline">
      <span className="label">{label}</span>
      <select value={value} onChange={(e) => choose(e.target.value)}>
        <option value="">{t('filter.all')}</option>
        {options.map((o) => (
          <option key={o.value} value={o.value}>
            {o.label}
          </option>
        ))}
      </select>
    </label>
  )
}
