import { useState, type FormEvent } from 'react'
import { ApiError, send } from '../api/client'
import { signIn, signOut } from '../api/session'
import { useWords } from '../i18n'

/** Takes an API key, tries it, and keeps it for as long as the tab lives. */
export function SignIn() {
  const { t } = useWords()
  const [key, setKey] = useState('')
  const [message, setMessage] = useState('')
  const [busy, setBusy] = useState(false)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setMessage('')
    const given = key.trim()
    try {
      await send('GET', '/v1/me', undefined, undefined, { Authorization: `Bearer ${given}` })
      signIn(given)
    } catch (cause) {
      if (cause instanceof ApiError && cause.failure === 'forbidden') return signIn(given) // a good key that may do other things
      const unknown = cause instanceof ApiError && cause.failure === 'unauthorized'
      if (unknown) signOut()
      setMessage(unknown ? t('signin.unknown') : t('state.network'))
      setBusy(false)
    }
  }

  return (
    <main className="signin" data-page="signin">
      <form onSubmit={submit} className="panel stack">
        <h1>Quartermaster</h1>
        <p className="hint">{t('signin.text')}</p>
        <label className="field">
          <span className="label">{t('signin.key')}</span>
          <input type="password" autoComplete="off" spellCheck={false} required autoFocus value={key} onChange={(e) => setKey(e.target.value)} aria-describedby="signin-message" />
        </label>
        <p id="signin-message" className="problems" role="alert" hidden={!message}>
          {message}
        </p>
        <button type="submit" className="button primary" disabled={busy}>
          {t('signin.in')}
        </button>
      </form>
    </main>
  )
}
