import { Component, type ReactNode } from 'react'
import { useWords } from '../i18n'
import { Notice } from '../ui/States'

/** Keeps a page that fails from taking the others with it. */
export class Boundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state = { error: null as Error | null }
  static getDerivedStateFromError(error: Error) {
    return { error }
  }
  override render() {
    return this.state.error ? <Broken error={this.state.error} /> : this.props.children
  }
}

function Broken({ error }: { error: Error }) {
  const { t } = useWords()
  return (
    <div role="alert" data-state="broken">
      <Notice
        icon="error"
        tone="bad"
        title={t('state.broken')}
        action={
          <button type="button" className="button" onClick={() => location.reload()}>
            {t('action.reload')}
          </button>
        }
      >
        {error.message}
      </Notice>
    </div>
  )
}
