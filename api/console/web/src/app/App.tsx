import { Suspense, useEffect, useRef } from 'react'
import { useSession } from '../api/session'
import { useWords } from '../i18n'
import { pages } from '../pages'
import { Announcer } from '../ui/announce'
import { Notice, Skeleton } from '../ui/States'
import { Boundary } from './Boundary'
import { Nav } from './Nav'
import { PlansProvider } from './plans'
import { useRoute } from './router'
import { SignIn } from './SignIn'
import { TopBar } from './TopBar'

export function App() {
  const { t } = useWords()
  const { path } = useRoute()
  const { refused } = useSession()
  const main = useRef<HTMLElement>(null)
  const page = pages.find((p) => p.path === path)
  const first = useRef(true)

  useEffect(() => {
    document.title = page ? `${t(page.title)} · Quartermaster` : 'Quartermaster'
  }, [page, t])
  useEffect(() => {
    if (first.current) first.current = false
    else main.current?.focus() // a screen reader goes where the page changed
  }, [path])

  if (refused) return <SignIn />
  return (
    <PlansProvider>
      <a className="skip" href="#main">
        {t('nav.skip')}
      </a>
      <div className="shell">
        <Nav />
        <div className="content">
          <TopBar />
          <main id="main" ref={main} tabIndex={-1} data-page={page?.path ?? 'missing'}>
            <Boundary key={path}>
              {page ? (
                <Suspense fallback={<Skeleton rows={8} />}>
                  <page.Component />
                </Suspense>
              ) : (
                <Notice icon="search" title={t('state.missing')}>
                  {t('state.no_page')}
                </Notice>
              )}
            </Boundary>
          </main>
        </div>
      </div>
      <Announcer />
    </PlansProvider>
  )
}
