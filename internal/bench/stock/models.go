package stock

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"quartermaster/inventory/lotsize"
	"quartermaster/inventory/policy"
)

// caseInput is the union of what the single-site models take, in the words of the file.
type caseInput struct {
	FixedCost       numbers            `json:"fixed_cost"`
	HoldingCost     numbers            `json:"holding_cost"`
	HoldingRate     float64            `json:"holding_cost_rate"`
	StockoutCost    float64            `json:"stockout_cost"`
	DemandRate      float64            `json:"demand_rate"`
	DemandMean      float64            `json:"demand_mean"`
	DemandSD        float64            `json:"demand_sd"`
	Demand          numbers            `json:"demand"`
	LeadTime        float64            `json:"lead_time"`
	OrderQuantity   *float64           `json:"order_quantity"`
	StockoutShare   *float64           `json:"stockout_fraction"`
	BaseStock       *float64           `json:"base_stock_level"`
	ReorderPoint    float64            `json:"reorder_point"`
	OrderUpTo       float64            `json:"order_up_to_level"`
	Breakpoints     []float64          `json:"breakpoints"`
	UnitCosts       []float64          `json:"unit_costs"`
	Production      float64            `json:"production_rate"`
	Shared          float64            `json:"shared_fixed_cost"`
	Individual      []float64          `json:"individual_fixed_costs"`
	HoldingCosts    []float64          `json:"holding_costs"`
	DemandRates     []float64          `json:"demand_rates"`
	Purchase        float64            `json:"purchase_cost"`
	PurchaseNext    float64            `json:"purchase_cost_next_per"`
	Discount        float64            `json:"discount_factor"`
	Revenue         float64            `json:"revenue"`
	Salvage         float64            `json:"salvage_value"`
	Distribution    *namedLaw          `json:"demand_distrib"`
	Yield           *namedLaw          `json:"yield_distribution"`
	PMF             map[string]float64 `json:"demand_pmf"`
	YieldMean       float64            `json:"yield_mean"`
	YieldSD         float64            `json:"yield_sd"`
	FailRate        float64            `json:"disruption_rate"`
	RecoverRate     float64            `json:"recovery_rate"`
	Approximate     bool               `json:"approximate"`
	FailProb        float64            `json:"disruption_prob"`
	RecoverProb     float64            `json:"recovery_prob"`
	Periods         int                `json:"num_periods"`
	EndHolding      float64            `json:"terminal_holding_cost"`
	EndStockout     float64            `json:"terminal_stockout_cost"`
	InitialStock    int                `json:"initial_inventory_level"`
	X, Z            float64
	Mu, Sigma, Mean float64
	SD, A, B, P     float64
}

// numbers is one number or a list of them.
type numbers []float64

// UnmarshalJSON takes either form.
func (n *numbers) UnmarshalJSON(b []byte) error {
	var one float64
	if json.Unmarshal(b, &one) == nil {
		*n = numbers{one}
		return nil
	}
	return json.Unmarshal(b, (*[]float64)(n))
}

func (n numbers) one() float64 {
	if len(n) == 0 {
		return 0
	}
	return n[0]
}

// over spreads the numbers over periods; a list of one more than the periods has an unused first entry.
func (n numbers) over(periods int) []float64 {
	switch len(n) {
	case 1:
		out := make([]float64, periods)
		for i := range out {
			out[i] = n[0]
		}
		return out
	case periods + 1:
		return n[1:]
	}
	return n
}

// namedLaw is a law in the words of scipy.stats.
type namedLaw struct {
	Dist string    `json:"dist"`
	Args []float64 `json:"args"`
}

func (l *namedLaw) law() (policy.Law, error) {
	switch {
	case l == nil:
	case l.Dist == "norm" && len(l.Args) == 2:
		return policy.Normal{Mu: l.Args[0], Sigma: l.Args[1]}, nil
	case l.Dist == "poisson" && len(l.Args) == 1:
		return policy.NewPoisson(l.Args[0])
	case l.Dist == "uniform" && len(l.Args) == 2: // from, width
		return policy.Uniform{Low: l.Args[0], High: l.Args[0] + l.Args[1]}, nil
	case l.Dist == "lognorm" && len(l.Args) == 3 && l.Args[1] == 0: // sigma, shift, median
		return policy.Lognormal{Mu: ln(l.Args[2]), Sigma: l.Args[0]}, nil
	}
	return nil, fmt.Errorf("law %+v: %w", l, errUnknownModel)
}

// law is the demand in whatever words the case has it.
func (in *caseInput) law() (policy.Law, error) {
	if in.PMF == nil {
		return in.Distribution.law()
	}
	var p []float64
	for k, v := range in.PMF {
		n, err := strconv.Atoi(k)
		if err != nil || n < 0 || n > 1e6 {
			return nil, fmt.Errorf("demand_pmf: %q is no count", k)
		}
		for len(p) <= n {
			p = append(p, 0)
		}
		p[n] = v
	}
	return policy.NewTable(p)
}

type answer = map[string]any

// solveCase gives the found values under the names of the recorded ones.
func solveCase(ctx context.Context, c workedCase) (answer, error) {
	switch c.Model {
	case "gsm_tree", "gsm_network", "ssm_serial":
		return solveEchelonCase(ctx, c)
	}
	var in caseInput
	if err := json.Unmarshal(c.Input, &in); err != nil {
		return nil, err
	}
	for _, family := range []func(context.Context, string, *caseInput) (answer, error){
		quantityCase, newsvendorCase, reorderCase, supplyCase, lossCase, lotCase,
	} {
		if a, err := family(ctx, c.Model, &in); a != nil || err != nil {
			return a, err
		}
	}
	return nil, fmt.Errorf("model %q: %w", c.Model, errUnknownModel)
}

func quantityCase(_ context.Context, model string, in *caseInput) (answer, error) {
	k, h, d, p := in.FixedCost.one(), in.HoldingCost.one(), in.DemandRate, in.StockoutCost
	switch model {
	case "economic_order_quantity":
		q, cost := policy.EconomicOrderQuantity(k, d, h)
		if in.OrderQuantity != nil {
			q = *in.OrderQuantity
			cost = policy.OrderQuantityCost(q, k, d, h)
		}
		return answer{"Q": q, "cost": cost}, nil
	case "economic_order_quantity_with_all_units_discounts", "economic_order_quantity_with_incremental_discounts":
		var breaks []policy.PriceBreak
		for i, from := range in.Breakpoints {
			breaks = append(breaks, policy.PriceBreak{From: from, UnitCost: in.UnitCosts[i]})
		}
		q, region, cost, err := policy.DiscountQuantity(k, d, in.HoldingRate, breaks, model == "economic_order_quantity_with_incremental_discounts")
		return answer{"Q": q, "region": float64(region), "cost": cost}, err
	case "economic_order_quantity_with_backorders":
		q, x, cost, err := policy.BackorderQuantity(k, d, h, p)
		if in.OrderQuantity != nil && in.StockoutShare != nil {
			q, x = *in.OrderQuantity, *in.StockoutShare
			cost = policy.BackorderCost(q, x, k, d, h, p)
		}
		return answer{"Q": q, "stockout_fraction": x, "cost": cost}, err
	case "economic_production_quantity":
		q, cost, err := policy.ProductionQuantity(k, d, h, in.Production)
		if in.OrderQuantity != nil {
			q = *in.OrderQuantity
			cost = policy.OrderQuantityCost(q, k, d, h*(1-d/in.Production))
		}
		return answer{"Q": q, "cost": cost}, err
	case "joint_replenishment_problem_silver_heuristic", "joint_replenishment_optimal_integer_multiples":
		var items []policy.JointItem
		for i, x := range in.Individual {
			items = append(items, policy.JointItem{OrderCost: x, HoldingCost: in.HoldingCosts[i], DemandRate: in.DemandRates[i]})
		}
		solve := policy.JointOptimal
		if model == "joint_replenishment_problem_silver_heuristic" {
			solve = policy.JointSilver
		}
		plan, err := solve(in.Shared, items)
		multiples := make([]float64, len(plan.Multiples))
		for i, m := range plan.Multiples {
			multiples[i] = float64(m)
		}
		return answer{"Q": plan.Qty, "base_cycle": plan.BaseCycle, "multiples": multiples, "cost": plan.Cost}, err
	}
	return nil, nil
}

func newsvendorCase(_ context.Context, model string, in *caseInput) (answer, error) {
	h, p := in.HoldingCost.one(), in.StockoutCost
	var law policy.Law
	var err error
	switch model {
	case "newsvendor_normal", "newsvendor_normal_cost", "newsvendor_normal_explicit", "myopic":
		mean, sd := policy.LeadTimeMoments(in.DemandMean, in.DemandSD, in.LeadTime+1, 0)
		law = policy.Normal{Mu: mean, Sigma: sd}
	case "newsvendor_poisson", "newsvendor_poisson_cost", "newsvendor_poisson_explicit":
		law, err = policy.NewPoisson(in.DemandMean)
	case "newsvendor_continuous", "newsvendor_discrete":
		law, err = in.law()
	default:
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	prices := policy.Prices{Revenue: in.Revenue, Purchase: in.Purchase, Salvage: in.Salvage, Holding: h, Stockout: p}
	level, cost, profit := 0.0, 0.0, 0.0
	explicit := model == "newsvendor_normal_explicit" || model == "newsvendor_poisson_explicit"
	switch {
	case explicit:
		level, profit, err = policy.Season(law, prices)
	case model == "myopic":
		level, cost, err = policy.Myopic(law, h, p, in.Purchase, in.PurchaseNext, in.Discount)
	default:
		level, cost, err = policy.Newsvendor(law, h, p)
	}
	if err == nil && in.BaseStock != nil {
		level = *in.BaseStock
		switch {
		case explicit:
			profit, err = policy.SeasonProfit(law, level, prices)
		case model == "myopic":
			cost = policy.MyopicCost(law, level, h, p, in.Purchase, in.PurchaseNext, in.Discount)
		default:
			cost = policy.NewsvendorCost(law, level, h, p)
		}
	}
	return answer{"S": level, "cost": cost, "profit": profit}, err
}

func reorderCase(ctx context.Context, model string, in *caseInput) (answer, error) {
	k, h, p := in.FixedCost.one(), in.HoldingCost.one(), in.StockoutCost
	c := policy.Continuous{OrderCost: k, HoldingCost: h, StockoutCost: p, DemandMean: in.DemandMean, DemandSD: in.DemandSD, LeadTime: in.LeadTime}
	rq := func(plan policy.RQPlan, err error) (answer, error) {
		return answer{"r": plan.R, "Q": plan.Q, "cost": plan.Cost}, err
	}
	switch model {
	case "r_q_cost":
		return rq(c.Plan(in.ReorderPoint, *in.OrderQuantity))
	case "r_q_eil_approximation":
		return rq(c.ExpectedLevelApproximation())
	case "r_q_eoqb_approximation":
		return rq(c.QuantityWithBackorders())
	case "r_q_eoqss_approximation":
		return rq(c.QuantityWithSafetyStock())
	case "r_q_loss_function_approximation":
		return rq(c.LossApproximation())
	case "r_q_optimal_r_for_q":
		if c.OrderCost == 0 {
			c.OrderCost = 1 // has no part in it
		}
		r, err := c.ReorderPointFor(*in.OrderQuantity)
		return answer{"r": r}, err
	case "r_q_cost_poisson", "r_q_poisson_exact":
		law, err := policy.NewPoisson(in.DemandMean * in.LeadTime)
		if err != nil {
			return nil, err
		}
		if model == "r_q_poisson_exact" {
			return rq(policy.RQWhole(ctx, law, k, in.DemandMean, h, p))
		}
		return answer{"cost": policy.RQCostWhole(int(in.ReorderPoint), int(*in.OrderQuantity), law, k, in.DemandMean, h, p)}, nil
	case "s_s_cost_discrete", "s_s_discrete_exact":
		law, err := policy.NewPoisson(in.DemandMean)
		if err != nil {
			return nil, err
		}
		setting := policy.Periodic{OrderCost: k, HoldingCost: h, StockoutCost: p, Demand: law}
		if model == "s_s_discrete_exact" {
			plan, err := setting.Optimal(ctx)
			return answer{"s": float64(plan.Point), "S": float64(plan.Level), "cost": plan.Cost}, err
		}
		cost, err := setting.SSCost(int(in.ReorderPoint), int(in.OrderUpTo))
		return answer{"cost": cost}, err
	case "s_s_power_approximation":
		s, level, err := policy.PowerApproximation(k, h, p, in.DemandMean, in.DemandSD, in.LeadTime)
		return answer{"s": s, "S": level}, err
	}
	return nil, nil
}

func supplyCase(_ context.Context, model string, in *caseInput) (answer, error) {
	k, h, d, p := in.FixedCost.one(), in.HoldingCost.one(), in.DemandRate, in.StockoutCost
	switch model {
	case "eoq_with_additive_yield_uncertainty", "eoq_with_multiplicative_yield_uncertainty":
		additive := model == "eoq_with_additive_yield_uncertainty"
		q, cost, err := policy.YieldQuantity(k, d, h, in.YieldMean, in.YieldSD, additive)
		if in.OrderQuantity != nil {
			q = *in.OrderQuantity
			cost = policy.YieldCost(q, k, d, h, in.YieldMean, in.YieldSD, additive)
		}
		return answer{"Q": q, "cost": cost}, err
	case "eoq_with_disruptions", "eoq_with_disruptions_cost":
		dis := policy.Disruption{FailRate: in.FailRate, RecoverRate: in.RecoverRate, Approximate: in.Approximate}
		if in.OrderQuantity != nil {
			return answer{"cost": policy.DisruptionCost(*in.OrderQuantity, k, d, h, p, dis)}, nil
		}
		q, cost, err := policy.DisruptionQuantity(k, d, h, p, dis)
		return answer{"Q": q, "cost": cost}, err
	case "newsvendor_with_additive_yield_uncertainty":
		law, err := in.Yield.law()
		if err != nil {
			return nil, err
		}
		s, cost, err := policy.YieldLevel(in.Demand.one(), law, h, p)
		return answer{"S": s, "cost": cost}, err
	case "newsvendor_with_disruptions":
		s, cost, err := policy.DisruptedLevel(in.Demand.one(), h, p, in.FailProb, in.RecoverProb)
		if in.BaseStock != nil && err == nil {
			s = *in.BaseStock
			cost = policy.DisruptedCost(s, in.Demand.one(), h, p, in.FailProb, in.RecoverProb)
		}
		return answer{"S": s, "cost": cost}, err
	}
	return nil, nil
}

func lotCase(ctx context.Context, model string, in *caseInput) (answer, error) {
	n := in.Periods
	switch model {
	case "wagner_whitin", "wagner_whitin_cost_only":
		plan, err := lotsize.Uncapacitated(lotsize.Item{ID: "case", Demand: in.Demand.over(n), Order: in.FixedCost.over(n), Holding: in.HoldingCost.over(n)})
		if err != nil {
			return nil, err
		}
		next := []float64{0}
		for _, j := range plan.Next {
			next = append(next, float64(j+1))
		}
		return answer{"cost": plan.Cost, "order_quantities_1based": append([]float64{0}, plan.Qty...),
			"cost_to_go": append(append([]float64{0}, plan.CostToGo...), 0), "next_order_period": next}, nil
	case "finite_horizon_dp":
		same := func(v float64) []float64 { return numbers{v}.over(n) }
		h := policy.Horizon{Holding: in.HoldingCost.over(n), Stockout: same(in.StockoutCost), Purchase: same(in.Purchase),
			Order: in.FixedCost.over(n), Mean: same(in.DemandMean), SD: same(in.DemandSD), Discount: same(in.Discount),
			EndHolding: in.EndHolding, EndStockout: in.EndStockout}
		plan, err := h.Solve(ctx, in.InitialStock)
		points, levels := []float64{0}, []float64{0}
		for t := range plan.Points {
			points, levels = append(points, float64(plan.Points[t])), append(levels, float64(plan.Levels[t]))
		}
		return answer{"reorder_points": points, "order_up_to_levels": levels, "total_cost": plan.Cost}, err
	}
	return nil, nil
}
