import { createContext, useContext, type ReactNode } from 'react'
import { call } from '../api/client'
import { listPlans, type FulfilmentPlan } from '../api/schema'
import { list, useResource, type Resource } from '../api/useResource'
import { useRoute } from './router'

interface Plans {
  all: Resource<FulfilmentPlan[]>
  /** The plan that pages show: the one of the address, else the newest that is no draft, else the newest. */
  current: FulfilmentPlan | undefined
}

const Context = createContext<Plans | null>(null)

export function PlansProvider({ children }: { children: ReactNode }) {
  const { query } = useRoute()
  const all = useResource('plans', async (signal) => list((await call(listPlans, { query: { limit: 50 }, signal })).items), { every: 15_000 })
  const wanted = query.get('plan')
  const plans = all.data ?? []
  const current = plans.find((p) => p.id === wanted) ?? plans.find((p) => !p.draft) ?? plans[0]
  return <Context.Provider value={{ all, current }}>{children}</Context.Provider>
}

export function usePlans(): Plans {
  const plans = useContext(Context)
  if (!plans) throw new Error('usePlans outside of PlansProvider')
  return plans
}
