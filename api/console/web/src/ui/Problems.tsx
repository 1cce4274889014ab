import type { ApiError } from '../api/client'
import { list } from '../api/useResource'
import { useWords } from '../i18n'

/** Every field that the server found wrong, in its words. */
export function Problems({ error }: { error: ApiError }) {
  const { t } = useWords()
  const fields = list(error.problem?.errors)
  return (
    <div className="problems" role="alert" data-state={error.failure}>
      <p>{error.failure === 'forbidden' ? t('state.forbidden_text') : (error.problem?.detail ?? t('state.network'))}</p>
      {fields.length > 0 && (
        <ul>
          {fields.map((f, i) => (
            <li key={i}>
              <code>{(f.location ?? '').replace(/^body\./, '')}</code> {f.message}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
