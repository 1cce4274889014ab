// Generated from docs/openapi.json by scripts/api-types.mjs; do not edit.
import { operation } from './operation'

export interface AlertedItem {
  alerts: Array<ForecastAlert> | null
  item_id: string
  name?: string
  status: string
}

export interface AnswerFloorTrialAnswer {
  error?: string
  id: string
  links: Array<Link> | null
  progress: number
  result?: FloorTrialAnswer
  sentence?: string
  status: "queued" | "running" | "waiting" | "done" | "failed" | "cancelled" | "quarantined"
}

export interface AnswerNetworkStudyAnswer {
  error?: string
  id: string
  links: Array<Link> | null
  progress: number
  result?: NetworkStudyAnswer
  sentence?: string
  status: "queued" | "running" | "waiting" | "done" | "failed" | "cancelled" | "quarantined"
}

export interface AnswerPolicyAnswer {
  error?: string
  id: string
  links: Array<Link> | null
  progress: number
  result?: PolicyAnswer
  sentence?: string
  status: "queued" | "running" | "waiting" | "done" | "failed" | "cancelled" | "quarantined"
}

export interface AnswerReplenishmentAnswer {
  error?: string
  id: string
  links: Array<Link> | null
  progress: number
  result?: ReplenishmentAnswer
  sentence?: string
  status: "queued" | "running" | "waiting" | "done" | "failed" | "cancelled" | "quarantined"
}

export interface Area {
  east: number
  north: number
  south: number
  west: number
}

export interface AuthorsValue {
  added: number
  author: string
  days: number
}

export interface ComparedDay {
  a: number
  b: number
  date: string
  sold?: number
}

export interface ComparedParam {
  a?: number
  b?: number
  name: string
}

export interface CreditChange {
  column?: string
  from?: string
  pd: number
  to?: string
  words: string
}

export interface CreditReason {
  change?: CreditChange
  factor: string
  points: number
  sentence: string
}

export interface CutoffChange {
  time: string
}

export interface DemandChange {
  factor: number
  items?: Array<string> | null
  orders?: boolean
  site_area?: string
}

export interface FieldError {
  location?: string
  message: string
  value?: unknown
}

export interface FleetChange {
  add?: number
  remove?: number
  site: string
  vehicle: string
}

export interface FloorArea {
  from_column: number
  from_row: number
  to_column: number
  to_row: number
}

export interface FloorErrand {
  batch?: number
  battery_percent?: number
  from_step: number
  goal_cell: number
  kind: "move" | "park" | "fetch" | "bring" | "charge" | "leave" | "rest"
  order_ids?: Array<string> | null
  task_id?: string
  to_step: number
}

export interface FloorMoves {
  from_step: number
  next_cursor?: string
  plan_id?: string
  robots: Array<RobotCourse> | null
  start_at?: string
  steps: number
  total_steps: number
}

export interface FloorPicture {
  height: number
  name: string
  rows: Array<string> | null
  step_sec: number
  turning?: boolean
  width: number
  zones?: Array<FloorZone> | null
}

export interface FloorTrialAnswer {
  charges: number
  collisions: number
  errands: number
  errands_per_step: number
  first_faults?: Array<string> | null
  flat_robots: number
  floor: FloorPicture
  longest_errand_steps: number
  moves: FloorMoves
  put_off_errands: number
  rule_faults: number
  wait_share: number
  zones?: Array<ZoneResult> | null
}

export interface FloorTrialRequest {
  delay?: number
  draw_zones?: boolean
  file?: string
  height?: number
  kind?: "fulfilment" | "sortation"
  robots?: number
  seed?: number
  slow_share?: number
  stations?: number
  steps?: number
  width?: number
}

export interface FloorZone {
  areas: Array<FloorArea> | null
  every_steps?: number
  from_step?: number
  kind: "blocked" | "human" | "limit" | "slow"
  most_robots?: number
  name: string
  speed_cells_per_step?: number
  to_step?: number
}

export interface ForecastAccuracy {
  bias: number
  coverage_80: number
  origins: number
  points: number
  value_added: number
  wape: number
}

export interface ForecastAlert {
  date?: string
  kind: "bias" | "accuracy" | "level" | "outlier" | "data"
  sentence: string
}

export interface ForecastAlertList {
  found: number
  items: Array<AlertedItem> | null
}

export interface ForecastComparison {
  a: ForecastVersion
  b: ForecastVersion
  days: Array<ComparedDay> | null
  error_a?: VersionError
  error_b?: VersionError
  params: Array<ComparedParam> | null
  same_data: boolean
  sentence: string
  total_a: number
  total_b: number
}

export interface ForecastExplanation {
  against_past?: number
  against_year?: number
  band_over_mean: number
  level: number
  regressors?: Record<string, number>
  rest: number
  season?: Array<number> | null
  sentence: string
  trend: number
}

export interface ForecastOverride {
  after: Array<number> | null
  author: string
  before: Array<number> | null
  created_at: string
  from_date: string
  id: string
  item_id: string
  kind: "set" | "add" | "times"
  reason: string
  to_date: string
  value: number
  version: number
  withdrawn_at?: string
  withdrawn_by?: string
}

export interface ForecastOverrideList {
  items: Array<ForecastOverride> | null
}

export interface ForecastStep {
  added: number
  bias: number
  name: "naive" | "statistics" | "override"
  wape: number
}

export interface ForecastValueAdded {
  authors: Array<AuthorsValue> | null
  days: number
  items: number
  sentence: string
  steps: Array<ForecastStep> | null
}

export interface ForecastVersion {
  data_hash: string
  horizon_days: number
  made_at: string
  method: string
  start_date: string
  status: string
  version: number
}

export interface ForecastVersionList {
  items: Array<ForecastVersion> | null
  next_cursor?: string
}

export interface FulfilmentPlan {
  draft?: boolean
  error?: string
  id: string
  links: Array<Link> | null
  progress: number
  sentence?: string
  status: "queued" | "running" | "waiting" | "done" | "failed" | "cancelled" | "quarantined"
  summary?: PlanSummary
}

export interface ItemForecast {
  accuracy?: ForecastAccuracy
  alerts?: Array<ForecastAlert> | null
  data_hash?: string
  explanation?: ForecastExplanation
  findings?: Array<string> | null
  history: Array<number | null> | null
  history_start_date?: string
  item_id: string
  lead_time?: LeadTimeDemand
  levels: Array<number> | null
  mean: Array<number> | null
  method: string
  overrides?: Array<ForecastOverride> | null
  params?: Record<string, number>
  paths?: Array<Array<number> | null> | null
  planned_mean?: Array<number> | null
  quantiles: Array<Array<number> | null> | null
  start_date: string
  status: string
  version: number
}

export interface ItemPolicy {
  backordered: number
  binding: string
  class: string
  cover_days: number
  curve: Array<PolicyPoint> | null
  cycle: number
  demand: PolicyDemand
  excess_units?: number
  expiring_units?: number
  fill_rate: number
  health: "healthy" | "under" | "over" | "out of stock" | "expiring"
  item_id: string
  late_units?: number
  mean_per_day: number
  on_hand: number
  on_order: number
  order_qty?: number
  order_up_to: number
  out_date?: string
  path: StockPath
  reason?: string
  reorder_point: number
  safety_stock: number
  sensitivity: Array<PolicyShift> | null
  site_id: string
  supplier_id: string
  transfer_qty?: number
  year: PolicyYear
  zone: "red" | "yellow" | "green" | "over"
  zone_green: number
  zone_red: number
  zone_yellow: number
}

export interface Job {
  attempts: number
  cancel_requested?: boolean
  children_left?: number
  crashes: number
  created_at: string
  ended_at?: string
  error?: string
  id: string
  kind: string
  links: Array<Link> | null
  parent_id?: string
  priority: number
  progress: number
  retries: number
  sentence?: string
  started_at?: string
  state: "queued" | "running" | "waiting" | "done" | "failed" | "cancelled" | "quarantined"
}

export interface JobList {
  items: Array<Job> | null
  next_cursor?: string
}

export interface KPIChange {
  after: number
  before: number
  better: "up" | "down" | ""
  change: number
  change_share?: number
  label: string
  name: string
  unit: string
}

export interface LeadTimeChange {
  days?: number
  factor?: number
  supplier?: string
}

export interface LeadTimeDemand {
  levels: Array<number> | null
  mean: number
  mean_days: number
  quantiles: Array<number> | null
  sd: number
}

export interface Line {
  item_id: string
  qty: number
}

export interface Link {
  href: string
  rel: string
}

export interface MapCell {
  cell: string
  corners: Array<Place> | null
  orders: number
  served_by?: Array<string> | null
  short_units: number
  site_id?: string
  travel_sec: number
  units: number
  why: string
}

export interface MapSite {
  id: string
  lat: number
  lon: number
  name: string
  parcels: number
  routes: number
}

export interface Money {
  currency: string
  minor: number
}

export interface NetworkCustomer {
  demand: number
  id: string
  lat?: number
  lon?: number
}

export interface NetworkFlow {
  from: string
  mode?: string
  to: string
  units: number
}

export interface NetworkHubs {
  collect?: number
  count: number
  distribute?: number
  fixed_cost?: number
  flow: Array<Array<number> | null> | null
  transfer?: number
}

export interface NetworkMode {
  co2_kg_per_unit_km?: number
  id: string
  inbound?: boolean
  outbound?: boolean
  per_unit?: number
  per_unit_km?: number
}

export interface NetworkPlant {
  capacity?: number
  id: string
  lat?: number
  lon?: number
  unit_cost?: number
}

export interface NetworkScenario {
  cost_factor?: number
  factors?: Array<number> | null
  id: string
  weight: number
}

export interface NetworkScenarioView {
  best: number
  cost: number
  id: string
}

export interface NetworkServed {
  customer: string
  share: number
  site: string
}

export interface NetworkSite {
  capacity?: number
  close_cost?: number
  existing?: boolean
  fixed_cost?: number
  id: string
  keep?: boolean
  lat?: number
  lon?: number
  open_cost?: number
  shut?: boolean
}

export interface NetworkSiteView {
  capacity?: number
  customers: number
  existing?: boolean
  id: string
  lat: number
  load: number
  lon: number
  open: boolean
}

export interface NetworkStudyAnswer {
  bound: number
  co2_kg?: number
  cost: number
  flows?: Array<NetworkFlow> | null
  gap_pct: number
  max_regret?: number
  open: Array<string> | null
  reasons?: Array<string> | null
  relaxation?: Array<string> | null
  scenarios?: Array<NetworkScenarioView> | null
  serves: Array<NetworkServed> | null
  sites: Array<NetworkSiteView> | null
  status: "optimal" | "feasible" | "infeasible" | "unknown"
}

export interface NetworkStudyRequest {
  aim?: "expected" | "regret"
  co2_price_per_kg?: number
  cost?: Array<Array<number | null> | null> | null
  customers: Array<NetworkCustomer> | null
  greenfield?: number
  greenfield_site?: NetworkSite
  hubs?: NetworkHubs
  in_km?: Array<Array<number | null> | null> | null
  modes?: Array<NetworkMode> | null
  open?: number
  out_km?: Array<Array<number | null> | null> | null
  per_unit_km?: number
  plants?: Array<NetworkPlant> | null
  scenarios?: Array<NetworkScenario> | null
  seed?: number
  single_source?: boolean
  sites?: Array<NetworkSite> | null
}

export interface NewForecastOverride {
  from_date: string
  kind: "set" | "add" | "times"
  reason: string
  to_date: string
  value: number
}

export interface OrderChange {
  after: OrderState
  arrival_shift_sec?: number
  before: OrderState
  co2e_change_g: number
  cost_change_cents: number
  order_id: string
  reason: string
}

export interface OrderState {
  answer: "promised" | "partial" | "unserved" | "absent"
  arrival_sec?: number
  co2e_g: number
  cost_cents: number
  qty: number
  sites?: Array<string> | null
}

export interface OrderStory {
  lat: number
  lines: Array<OrderedLine> | null
  lon: number
  order_id: string
  placed_at: string
  promise: Promise
  stops: Array<StoryStop> | null
  tasks: Array<StoryTask> | null
  window_from: string
  window_to: string
}

export interface OrderedLine {
  item_id: string
  name?: string
  price: Money
  qty: number
}

export interface OrdersChanged {
  answer: number
  any: number
  arrival: number
  better: number
  co2e: number
  cost: number
  sites: number
  worse: number
}

export interface OutlookReason {
  factor: string
  log_odds: number
  sentence: string
}

export interface Pair {
  after: number
  before: number
}

export interface Parcel {
  arrive_at: string
  co2e_g: number
  cost: Money
  depart_at: string
  lines: Array<Line> | null
  ready_at: string
  route_id: string
  site_id: string
}

export interface Place {
  lat: number
  lon: number
}

export interface PlanCondition {
  cut_off?: number
  date: string
  delay_sec: number
  detours: number
  id: string
  kind: "incident" | "closure" | "congestion" | "weather"
  routes: number
  sentence: string
  source?: string
}

export interface PlanList {
  items: Array<FulfilmentPlan> | null
  next_cursor?: string
}

export interface PlanMap {
  area?: Area
  attribution?: string
  cells?: Array<MapCell> | null
  conditions?: Array<PlanCondition> | null
  days: number
  on_streets: boolean
  origin_date: string
  plan_id: string
  rounded?: boolean
  routes: Array<PlanRoute> | null
  sites: Array<MapSite> | null
  travel?: PlanTravel
}

export interface PlanRequest {
  days?: number
  draft?: boolean
  origin_date?: string
  priority?: number
  seed?: number
}

export interface PlanRoute {
  co2e_g: number
  conditions?: Array<RouteCondition> | null
  cost: Money
  cut?: boolean
  date: string
  depart_at: string
  distance_m: number
  drive_sec: number
  id: string
  late_sec?: number
  legs: Array<number> | null
  return_at: string
  site_id: string
  stops: Array<PlanStop> | null
  vehicle_id: string
  volume_cm3: number
  wait_sec: number
  way: string
  weight_g: number
}

export interface PlanStop {
  arrive_at: string
  depart_at: string
  distance_m: number
  lat: number
  late_sec?: number
  lon: number
  order_id: string
  start_at: string
}

export interface PlanSummary {
  co2e_g: number
  conditions?: Array<PlanCondition> | null
  created_at: string
  days: number
  delivery_cost: Money
  distance_m: number
  handling_cost: Money
  items_forecast: number
  move_tasks: number
  orders: number
  origin_date: string
  parcels: number
  partial: number
  pick_tasks: number
  promised: number
  purchase_cost: Money
  purchase_lines: number
  purchase_orders: number
  routes: number
  seed: number
  snapshot_hash: string
  sort_tasks: number
  sourcing_gap: number
  split: number
  travel?: PlanTravel
  unserved: number
  unserved_by_code: Record<string, number>
  versions: Record<string, string>
}

export interface PlanSupplier {
  advice: string
  criteria: Array<ScoreCriterion> | null
  expected_loss?: Money
  failure?: SupplierFailure
  grade: "A" | "B" | "C" | "D" | "E"
  headroom: Money
  high: number
  limit: Money
  low: number
  name: string
  open: Money
  outlook?: SupplierOutlook
  points: number
  prepaid: Money
  proposed: Money
  supplier_id: string
  widest?: string
}

export interface PlanSupplierList {
  items: Array<PlanSupplier> | null
}

export interface PlanTravel {
  detour_factor?: number
  hourly?: boolean
  kind: "streets" | "straight_line"
}

export interface PolicyAnswer {
  origin_date: string
  policies: Array<ItemPolicy> | null
}

export interface PolicyDemand {
  lead_days: number
  lead_mean: number
  lead_sd: number
  levels: Array<number> | null
  quantiles: Array<number> | null
}

export interface PolicyPoint {
  cycle: number
  fill_rate: number
  holding: Money
  on_hand: number
  order_up_to: number
  ordering: Money
  orders: number
  reorder_point: number
  short_units: number
  target: number
  turns: number
}

export interface PolicyRequest {
  catalogue?: StockCatalogue
  days?: number
  item_ids?: Array<string> | null
  origin_date?: string
  service?: StockService
}

export interface PolicyShift {
  adapted: PolicyYear
  kept: PolicyYear
  share: number
  what: "demand" | "spread of demand" | "lead time" | "order cost" | "holding rate"
}

export interface PolicyYear {
  cycle: number
  fill_rate: number
  holding: Money
  on_hand: number
  order_up_to: number
  ordering: Money
  orders: number
  reorder_point: number
  short_units: number
  turns: number
}

export interface PostponedOrder {
  cost: Money
  lines: number
  next_date: string
  reason: string
  site_id: string
  supplier_id: string
}

export interface PriceChange {
  cost_factor?: number
  items?: Array<string> | null
  price_factor?: number
}

export interface Problem {
  code: string
  detail: string
  errors?: Array<FieldError> | null
  status: number
  title: string
  type: string
}

export interface Promise {
  arrival?: Window
  co2e_g?: number
  cost?: Money
  order_id: string
  parcels?: Array<Parcel> | null
  ship_at?: string
  status: "promised" | "partial" | "unserved"
  unserved?: Array<UnservedPart> | null
  why?: Array<string> | null
}

export interface PromiseList {
  items: Array<Promise> | null
  next_cursor?: string
}

export interface PurchaseLine {
  backordered: number
  cost: Money
  due_date: string
  item_id: string
  on_hand: number
  on_order: number
  order_up_to: number
  qty: number
  reason: string
  reorder_point: number
}

export interface PurchaseOrder {
  cost: Money
  due_date: string
  id: string
  lines: Array<PurchaseLine> | null
  order_date: string
  site_id: string
  supplier_id: string
}

export interface ReplenishmentAnswer {
  assortment?: StockAssortment
  cost: Money
  expedites: Array<StockExpedite> | null
  health: StockHealth
  held_back: Money
  held_back_bound: Money
  limits: Array<StockLimit> | null
  lines: number
  origin_date: string
  paged_lines?: number
  postponed: Array<PostponedOrder> | null
  purchase_orders: Array<PurchaseOrder> | null
  reasons?: Array<string> | null
  relaxation?: Array<string> | null
  status: "optimal" | "feasible" | "infeasible"
  stock?: Array<StockLine> | null
  transfers: Array<StockTransfer> | null
}

export interface ReplenishmentRequest {
  catalogue?: StockCatalogue
  item_ids?: Array<string> | null
  line_pages?: boolean
  lines?: boolean
  origin_date?: string
}

export interface ReviewChange {
  days: number
}

export interface RoadCondition {
  area?: Array<Place> | null
  cells?: Array<string> | null
  closed?: boolean
  delay_sec?: number
  from: string
  id: string
  kind: "incident" | "closure" | "congestion" | "weather"
  nodes?: Array<Array<number> | null> | null
  outlines?: Array<Array<Place> | null> | null
  reason?: string
  sky?: RoadSky
  source?: string
  speed_factor?: number
  speed_kmh?: number
  speeds_kmh?: Array<number> | null
  state?: "coming" | "holding" | "ended"
  until: string
  updated_at?: string
}

export interface RoadConditionBatch {
  conditions: Array<RoadCondition> | null
}

export interface RoadConditionList {
  items: Array<RoadCondition> | null
  next_cursor?: string
}

export interface RoadConditionReceipt {
  idle?: Array<string> | null
  stored: number
}

export interface RoadSky {
  rain_mm_h?: number
  snow_mm_h?: number
  visibility_m?: number
  wind_ms?: number
}

export interface RoadsChange {
  area?: Array<Place> | null
  closed?: boolean
  rain_mm_h?: number
  reason?: string
  snow_mm_h?: number
  speed_factor?: number
}

export interface RobotCourse {
  errands: Array<FloorErrand> | null
  moves: string
  robot_id: string
  robot_type?: string
  speed_cells_per_step?: number
  start_cell: number
}

export interface RouteCondition {
  delay_sec: number
  id: string
  kind: "incident" | "closure" | "congestion" | "weather"
  leg: number
  sentence: string
}

export interface Scenario {
  changes: Array<ScenarioChange> | null
  name: string
}

export interface ScenarioChange {
  cutoff?: CutoffChange
  demand?: DemandChange
  fleet?: FleetChange
  lead_time?: LeadTimeChange
  price?: PriceChange
  review?: ReviewChange
  roads?: RoadsChange
  service?: ServiceChange
  site_capacity?: SiteCapacityChange
  site_closed?: SiteClosedChange
}

export interface ScenarioReport {
  currency: string
  kpis: Array<KPIChange> | null
  orders: Array<OrderChange> | null
  orders_changed: OrdersChanged
  sites: Array<SiteDifference> | null
  suppliers: Array<SupplierDifference> | null
}

export interface ScenarioRequest {
  days?: number
  origin_date?: string
  priority?: number
  scenarios: Array<Scenario> | null
  seed?: number
}

export interface ScenarioResult {
  base_snapshot_hash: string
  changes: Array<string> | null
  name: string
  report: ScenarioReport
  snapshot_hash: string
}

export interface ScenarioRun {
  days?: number
  error?: string
  id: string
  links: Array<Link> | null
  origin_date?: string
  progress: number
  results?: Array<ScenarioResult> | null
  seed?: number
  sentence?: string
  status: "queued" | "running" | "waiting" | "done" | "failed" | "cancelled" | "quarantined"
}

export interface ScoreCriterion {
  max: number
  name: string
  points: number
  reason: string
  unit: string
  value: number
}

export interface ServiceChange {
  cycle?: number
  fill_rate?: number
}

export interface SiteCapacityChange {
  factor: number
  site?: string
}

export interface SiteClosedChange {
  site: string
}

export interface SiteDifference {
  co2e_g: Pair
  distance_m: Pair
  parcels: Pair
  routes: Pair
  site_id: string
}

export interface SoldItem {
  days: number
  item_id: string
  last_sale_date?: string
  name?: string
  units: number
}

export interface SoldItemList {
  found: number
  items: Array<SoldItem> | null
  window_days: number
}

export interface StockAssortment {
  fill_rate: number
  holding_year: Money
  holding_year_bound: Money
  unit_short_minor: number
}

export interface StockCatalogRow {
  backordered?: number
  history?: Array<number | null> | null
  item_id: string
  mean_per_day?: number
  on_hand: number
  sd_per_day?: number
  service?: StockService
  site_id: string
}

export interface StockCatalogue {
  currency: string
  inbound?: Array<StockInbound> | null
  items: Array<StockItem> | null
  lanes?: Array<StockLane> | null
  lines: Array<StockCatalogRow> | null
  lots?: Array<StockLot> | null
  review: StockReview
  service: StockService
  sites: Array<StockSite> | null
  suppliers: Array<StockSupplier> | null
}

export interface StockDiscount {
  packs: number
  permille: number
}

export interface StockExpedite {
  cost: Money
  due_date: string
  item_id: string
  out_date: string
  qty: number
  reason: string
  short_units: number
  site_id: string
  supplier_id: string
}

export interface StockHealth {
  classes: Record<string, number>
  excess: Money
  expiring: number
  healthy: number
  late: number
  out: number
  over: number
  under: number
  value: Money
  zones: Record<string, number>
}

export interface StockInbound {
  due_date: string
  item_id: string
  qty: number
  site_id: string
}

export interface StockItem {
  id: string
  min_order_qty?: number
  pack_size?: number
  shelf_life_days?: number
  supplier_id: string
  unit_cost_minor: number
  volume_cm3?: number
}

export interface StockLane {
  capacity_cm3?: number
  days?: number
  from_site_id: string
  per_m3_minor?: number
  to_site_id: string
}

export interface StockLimit {
  asked: number
  id: string
  kind: "room" | "dock" | "budget"
  price: number
  size: number
}

export interface StockLine {
  backordered: number
  class: string
  cover_days: number
  cycle: number
  excess_units?: number
  expiring_units?: number
  fill_rate: number
  health: "healthy" | "under" | "over" | "out of stock" | "expiring"
  item_id: string
  late_units?: number
  mean_per_day: number
  on_hand: number
  on_order: number
  order_qty?: number
  order_up_to: number
  out_date?: string
  reorder_point: number
  safety_stock: number
  site_id: string
  supplier_id: string
  transfer_qty?: number
  zone: "red" | "yellow" | "green" | "over"
  zone_green: number
  zone_red: number
  zone_yellow: number
}

export interface StockLineList {
  found: number
  items: Array<StockLine> | null
  next_cursor?: string
}

export interface StockLot {
  expires_date: string
  item_id: string
  qty: number
  site_id: string
}

export interface StockPath {
  high: Array<number> | null
  low: Array<number> | null
  mean: Array<number> | null
  position: Array<number> | null
  start_date: string
}

export interface StockReview {
  assortment_fill_rate?: number
  every_days?: number
  holding_rate?: number
  order_cost_minor?: number
}

export interface StockService {
  cycle?: number
  fill_rate?: number
}

export interface StockSite {
  dock_cm3?: number
  id: string
  store_cm3?: number
}

export interface StockSupplier {
  budget_minor?: number
  closed_dates?: Array<string> | null
  discounts?: Array<StockDiscount> | null
  id: string
  lead_days: number
  lead_sd_days?: number
  min_order_minor?: number
  order_days?: Array<"mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun"> | null
}

export interface StockTransfer {
  due_date: string
  from_site_id: string
  item_id: string
  qty: number
  reason: string
  saving: Money
  to_site_id: string
}

export interface StoryStop {
  arrive_at: string
  depart_at: string
  number: number
  of: number
  route_id: string
  site_id: string
  start_at: string
  vehicle_id: string
}

export interface StoryTask {
  batch: number
  chute?: number
  distance_cm?: number
  end_at: string
  grasps?: number
  kind: "pick" | "move" | "park" | "sort"
  orders: number
  start_at: string
  status: "open" | "leased" | "done" | "failed"
  task_id: string
  warehouse: string
  wave: number
  worker: string
}

export interface SupplierDifference {
  advice_after: string
  advice_before: string
  cost_cents: Pair
  headroom_cents: Pair
  lines: Pair
  name: string
  prepaid_cents: Pair
  purchase_orders: Pair
  qty: Pair
  supplier_id: string
}

export interface SupplierExposure {
  advice: string
  expected_loss?: Money
  headroom: Money
  limit: Money
  open: Money
  plan_id?: string
  prepaid: Money
  proposed: Money
}

export interface SupplierFailure {
  grade: "A" | "B" | "C" | "D" | "E"
  high: number
  low: number
  model: string
  notes?: Array<string> | null
  pd: number
  rating: string
  reasons: Array<CreditReason> | null
  strengths?: Array<CreditReason> | null
  version: number
}

export interface SupplierFigure {
  factor: string
  meaning: string
  name: string
  value?: number
}

export interface SupplierOutlook {
  alarm: boolean
  caught_share: number
  false_alarm_rate: number
  grade: "A" | "B" | "C" | "D" | "E"
  lead_months: number
  model: string
  pds: Array<number> | null
  reasons: Array<OutlookReason> | null
  threshold: number
  version: number
}

export interface SupplierRisk {
  criteria: Array<ScoreCriterion> | null
  failure?: SupplierFailure
  grade: "A" | "B" | "C" | "D" | "E"
  high: number
  low: number
  name: string
  outlook?: SupplierOutlook
  points: number
  supplier_id: string
  widest?: string
}

export interface SupplierRiskDetail {
  as_of_date: string
  criteria: Array<ScoreCriterion> | null
  exposure: SupplierExposure
  failure?: SupplierFailure
  figures: Array<SupplierFigure> | null
  grade: "A" | "B" | "C" | "D" | "E"
  high: number
  low: number
  name: string
  outlook?: SupplierOutlook
  points: number
  supplier_id: string
  trend: Array<SupplierRiskMonth> | null
  widest?: string
}

export interface SupplierRiskList {
  as_of_date: string
  found: number
  items: Array<SupplierRisk> | null
  next_cursor?: string
}

export interface SupplierRiskMonth {
  date: string
  deliveries: number
  grade: "A" | "B" | "C" | "D" | "E"
  pd?: number
  points: number
}

export interface Task {
  depends_on?: Array<string> | null
  end_at: string
  exception?: string
  kind: "pick" | "move" | "park" | "sort"
  plan_id: string
  priority: number
  progress: number
  reason?: string
  robot_type?: string
  skill?: string
  start_at: string
  station?: string
  status: "open" | "leased" | "done" | "failed" | "blocked"
  task_id: string
  worker: string
  zone?: string
}

export interface TaskCounts {
  blocked: number
  done: number
  failed: number
  leased: number
  open: number
}

export interface TaskList {
  items: Array<Task> | null
  next_cursor?: string
}

export interface UnservedPart {
  code: string
  lines?: Array<Line> | null
  reason: string
}

export interface VersionError {
  bias: number
  days: number
  wape: number
}

export interface Warehouse {
  id: string
  lat: number
  lon: number
  name: string
  tasks: TaskCounts
}

export interface WarehouseList {
  items: Array<Warehouse> | null
  plan_id?: string
}

export interface Window {
  from: string
  to: string
}

export interface ZoneResult {
  clear_steps?: number
  most_robots: number
  name: string
}

export const listPlans = operation<{
  path: undefined
  query: { cursor?: string; limit?: number }
  body: undefined
  result: PlanList
}>("GET", "/v1/fulfilment-plans")

export const getPlan = operation<{
  path: { id: string }
  query: undefined
  body: undefined
  result: FulfilmentPlan
}>("GET", "/v1/fulfilment-plans/{id}")

export const requestPlan = operation<{
  path: undefined
  query: undefined
  body: PlanRequest | undefined
  result: FulfilmentPlan
}>("POST", "/v1/fulfilment-plans")

export const listPromises = operation<{
  path: { id: string }
  query: { status?: "promised" | "partial" | "unserved"; cursor?: string; limit?: number }
  body: undefined
  result: PromiseList
}>("GET", "/v1/fulfilment-plans/{id}/promises")

export const getPromise = operation<{
  path: { id: string; order: string }
  query: undefined
  body: undefined
  result: Promise
}>("GET", "/v1/fulfilment-plans/{id}/promises/{order}")

export const listJobs = operation<{
  path: undefined
  query: { kind?: string; state?: "queued" | "running" | "waiting" | "done" | "failed" | "cancelled" | "quarantined"; parent?: string; roots?: boolean; cursor?: string; limit?: number }
  body: undefined
  result: JobList
}>("GET", "/v1/jobs")

export const getJob = operation<{
  path: { id: string }
  query: undefined
  body: undefined
  result: Job
}>("GET", "/v1/jobs/{id}")

export const cancelJob = operation<{
  path: { id: string }
  query: undefined
  body: undefined
  result: Job
}>("POST", "/v1/jobs/{id}/cancel")

export const retryJob = operation<{
  path: { id: string }
  query: undefined
  body: undefined
  result: Job
}>("POST", "/v1/jobs/{id}/retry")

export const listTasks = operation<{
  path: { warehouse: string }
  query: { plan?: string; status?: "open" | "leased" | "done" | "failed" | "blocked"; cursor?: string; limit?: number }
  body: undefined
  result: TaskList
}>("GET", "/v1/warehouses/{warehouse}/tasks")

export const requestScenarios = operation<{
  path: undefined
  query: undefined
  body: ScenarioRequest
  result: ScenarioRun
}>("POST", "/v1/scenarios")

export const getScenarios = operation<{
  path: { id: string }
  query: { orders?: number }
  body: undefined
  result: ScenarioRun
}>("GET", "/v1/scenarios/{id}")

export const listWarehouses = operation<{
  path: undefined
  query: { plan?: string }
  body: undefined
  result: WarehouseList
}>("GET", "/v1/warehouses")

export const listPlanSuppliers = operation<{
  path: { id: string }
  query: undefined
  body: undefined
  result: PlanSupplierList
}>("GET", "/v1/fulfilment-plans/{id}/suppliers")

export const listSupplierRisks = operation<{
  path: undefined
  query: { q?: string; as_of_date?: string; cursor?: string; limit?: number }
  body: undefined
  result: SupplierRiskList
}>("GET", "/v1/supplier-risks")

export const getSupplierRisk = operation<{
  path: { id: string }
  query: { as_of_date?: string }
  body: undefined
  result: SupplierRiskDetail
}>("GET", "/v1/supplier-risks/{id}")

export const getPlanMap = operation<{
  path: { id: string }
  query: undefined
  body: undefined
  result: PlanMap
}>("GET", "/v1/fulfilment-plans/{id}/map")

export const getOrderStory = operation<{
  path: { id: string; order: string }
  query: undefined
  body: undefined
  result: OrderStory
}>("GET", "/v1/fulfilment-plans/{id}/orders/{order}")

export const listRoadConditions = operation<{
  path: undefined
  query: { holding_at?: string; kind?: "incident" | "closure" | "congestion" | "weather"; outlines?: boolean; cursor?: string; limit?: number }
  body: undefined
  result: RoadConditionList
}>("GET", "/v1/road-conditions")

export const putRoadConditions = operation<{
  path: undefined
  query: undefined
  body: RoadConditionBatch
  result: RoadConditionReceipt
}>("PUT", "/v1/road-conditions")

export const deleteRoadCondition = operation<{
  path: { id: string }
  query: undefined
  body: undefined
  result: void
}>("DELETE", "/v1/road-conditions/{id}")

export const findSoldItems = operation<{
  path: undefined
  query: { q?: string; limit?: number }
  body: undefined
  result: SoldItemList
}>("GET", "/v1/sold-items")

export const getItemForecast = operation<{
  path: { id: string }
  query: { history_days?: number }
  body: undefined
  result: ItemForecast
}>("GET", "/v1/items/{id}/forecast")

export const listForecastVersions = operation<{
  path: { id: string }
  query: { cursor?: string; limit?: number }
  body: undefined
  result: ForecastVersionList
}>("GET", "/v1/items/{id}/forecast/versions")

export const compareForecastVersions = operation<{
  path: { id: string }
  query: { a?: number; b?: number }
  body: undefined
  result: ForecastComparison
}>("GET", "/v1/items/{id}/forecast/comparison")

export const overrideForecast = operation<{
  path: { id: string }
  query: undefined
  body: NewForecastOverride
  result: ForecastOverride
}>("POST", "/v1/items/{id}/forecast/overrides")

export const listForecastOverrides = operation<{
  path: { id: string }
  query: { withdrawn?: boolean }
  body: undefined
  result: ForecastOverrideList
}>("GET", "/v1/items/{id}/forecast/overrides")

export const withdrawForecastOverride = operation<{
  path: { id: string; override: string }
  query: undefined
  body: undefined
  result: ForecastOverride
}>("DELETE", "/v1/items/{id}/forecast/overrides/{override}")

export const getItemForecastValue = operation<{
  path: { id: string }
  query: undefined
  body: undefined
  result: ForecastValueAdded
}>("GET", "/v1/items/{id}/forecast/value-added")

export const listForecastAlerts = operation<{
  path: undefined
  query: { limit?: number }
  body: undefined
  result: ForecastAlertList
}>("GET", "/v1/forecast-alerts")

export const askReplenishments = operation<{
  path: undefined
  query: { priority?: number }
  body: ReplenishmentRequest
  result: AnswerReplenishmentAnswer
}>("POST", "/v1/replenishments")

export const readReplenishments = operation<{
  path: { id: string }
  query: undefined
  body: undefined
  result: AnswerReplenishmentAnswer
}>("GET", "/v1/replenishments/{id}")

export const listStockLines = operation<{
  path: { id: string }
  query: { health?: "healthy" | "under" | "over" | "out of stock" | "expiring"; site_id?: string; search?: string; cursor?: string; limit?: number }
  body: undefined
  result: StockLineList
}>("GET", "/v1/replenishments/{id}/lines")

export const askPolicies = operation<{
  path: undefined
  query: { priority?: number }
  body: PolicyRequest
  result: AnswerPolicyAnswer
}>("POST", "/v1/policies")

export const readPolicies = operation<{
  path: { id: string }
  query: undefined
  body: undefined
  result: AnswerPolicyAnswer
}>("GET", "/v1/policies/{id}")

export const askNetworkStudies = operation<{
  path: undefined
  query: { priority?: number }
  body: NetworkStudyRequest
  result: AnswerNetworkStudyAnswer
}>("POST", "/v1/network-studies")

export const readNetworkStudies = operation<{
  path: { id: string }
  query: undefined
  body: undefined
  result: AnswerNetworkStudyAnswer
}>("GET", "/v1/network-studies/{id}")

export const getFloor = operation<{
  path: { warehouse: string }
  query: undefined
  body: undefined
  result: FloorPicture
}>("GET", "/v1/warehouses/{warehouse}/floor")

export const getFloorMoves = operation<{
  path: { warehouse: string }
  query: { plan?: string; date?: string; from_step?: number; steps?: number; cursor?: string; limit?: number }
  body: undefined
  result: FloorMoves
}>("GET", "/v1/warehouses/{warehouse}/moves")

export const askFloorTrials = operation<{
  path: undefined
  query: { priority?: number }
  body: FloorTrialRequest
  result: AnswerFloorTrialAnswer
}>("POST", "/v1/floor-trials")

export const readFloorTrials = operation<{
  path: { id: string }
  query: undefined
  body: undefined
  result: AnswerFloorTrialAnswer
}>("GET", "/v1/floor-trials/{id}")
