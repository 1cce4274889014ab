package finance

import (
	"slices"
	"time"

	"quartermaster/finance/credit"
	"quartermaster/finance/portfolio"
	"quartermaster/finance/pricing"
	"quartermaster/internal/bench"
)

// inputs are the fields that facts use.
type inputs struct {
	PD       float64 `json:"pd"`
	LGD      float64 `json:"lgd"`
	M        float64 `json:"m"`
	Turnover float64 `json:"turnover_meur"`
	Rho      float64 `json:"rho"`
	Q        float64 `json:"q"`
	EAD      any     `json:"ead"`
	GCA      float64 `json:"gca"`
	PD12     float64 `json:"pd12"`
	Buckets  []struct {
		Gross, Rate float64
	} `json:"buckets"`
	Sales    float64   `json:"sales"`
	Paid     []float64 `json:"paid"`
	Ageing   []float64 `json:"ageing"`
	CondPD   []float64 `json:"cond_pd"`
	EIR      float64   `json:"eir"`
	Goods    []float64 `json:"goods"`
	Bads     []float64 `json:"bads"`
	Base     float64   `json:"base"`
	Odds     float64   `json:"odds"`
	PDO      float64   `json:"pdo"`
	Expected []float64 `json:"expected"`
	Actual   []float64 `json:"actual"`
	E        float64   `json:"E"`
	SigmaE   float64   `json:"sigma_E"`
	D        float64   `json:"D"`
	R        float64   `json:"r"`
	T        float64   `json:"T"`
	X        []float64 `json:"x"`
	Bands    []struct {
		Units    int     `json:"units"`
		Expected float64 `json:"expected_defaults"`
	} `json:"bands"`
	Variance float64 `json:"sector_rel_variance"`
	Obligors []struct {
		PD    float64
		Units int
	} `json:"obligors"`
	Shares      []float64   `json:"shares"`
	N           int         `json:"n"`
	Nu          float64     `json:"nu"`
	Xi          float64     `json:"xi"`
	Liabilities [][]float64 `json:"liabilities"`
	Outside     []float64   `json:"outside"`
	W           [][]float64 `json:"W"`
	V           []float64   `json:"v"`
	Shock       []float64   `json:"shock"`
	Discount    float64     `json:"discount"`
	DaysEarly   int         `json:"days_early"`
	Basis       int         `json:"basis"`
	Face        float64     `json:"face"`
	Advance     float64     `json:"advance"`
	Fee         float64     `json:"fee"`
	Rate        float64     `json:"rate"`
	Days        int         `json:"days"`
	Start       string      `json:"start"`
	End         string      `json:"end"`
	Hurdle      float64     `json:"hurdle"`
	Funding     float64     `json:"funding"`
	Opex        float64     `json:"opex"`
}

type found = map[string]any

func irb(class portfolio.Class) func(in inputs) (found, error) {
	return func(in inputs) (found, error) {
		m := in.M
		if m == 0 {
			m = 2.5
		}
		c, err := portfolio.IRB(class, in.PD, in.LGD, m, in.Turnover)
		return found{"risk_weight": c.RiskWeight, "correlation": c.Correlation, "k": c.K}, err
	}
}

// facts compute what the entries of reference-values.json expect.
var facts = map[string]func(in inputs) (found, error){
	"irb-corp":       irb(portfolio.Corporate),
	"irb-sme-pd0.01": irb(portfolio.SME),
	"irb-retail":     irb(portfolio.Retail),
	"irb-mortgage":   irb(portfolio.Mortgage),
	"wcdr": func(in inputs) (found, error) {
		return found{"wcdr": portfolio.WCDR(in.PD, in.Rho, in.Q)}, nil
	},
	"vasicek-loss": func(in inputs) (found, error) {
		w := portfolio.WCDR(in.PD, in.Rho, in.Q)
		ead, _ := in.EAD.(float64)
		return found{"wcdr": w, "loss": w * in.LGD * ead}, nil
	},
	"vasicek-sd": func(in inputs) (found, error) {
		return found{"sd": portfolio.DefaultRateSD(in.PD, in.Rho)}, nil
	},
	"ecl-12m": func(in inputs) (found, error) {
		e, _, err := portfolio.LifetimeECL([]float64{in.PD12}, []float64{in.GCA}, in.LGD, 0)
		return found{"ecl": e}, err
	},
	"ecl-matrix": func(in inputs) (found, error) {
		var gross, rate []float64
		for _, b := range in.Buckets {
			gross, rate = append(gross, b.Gross), append(rate, b.Rate)
		}
		by, total, err := portfolio.ProvisionMatrix(gross, rate)
		return found{"by_bucket": by, "total": total}, err
	},
	"ecl-rollrate": func(in inputs) (found, error) {
		rates, err := portfolio.RollRates(in.Sales, in.Paid)
		if err != nil {
			return nil, err
		}
		by, total, err := portfolio.ProvisionMatrix(in.Ageing, rates)
		return found{"rates": rates, "allowance": by, "total": total}, err
	},
	"ecl-lifetime": func(in inputs) (found, error) {
		list, err := bench.Listed(in.EAD)
		if err != nil {
			return nil, err
		}
		var ead []float64
		for _, v := range list {
			x, _ := v.(float64)
			ead = append(ead, x)
		}
		e, s, err := portfolio.LifetimeECL(in.CondPD, ead, in.LGD, in.EIR)
		return found{"ecl": e, "survival_end": s}, err
	},
	"woe-age": func(in inputs) (found, error) {
		woe, iv, err := credit.WeightOfEvidence(in.Goods, in.Bads)
		for k := range woe {
			woe[k] *= 100
		}
		return found{"woe100": woe, "iv": iv}, err
	},
	"pdo-600-50-20": func(in inputs) (found, error) {
		s := credit.PointScale{Base: in.Base, Odds: in.Odds, PDO: in.PDO}
		return found{"factor": s.Factor(), "offset": s.Offset(), "score_at_pd_0.02": s.Points(0.02)}, nil
	},
	"psi": func(in inputs) (found, error) {
		v, err := credit.PSI(in.Expected, in.Actual)
		return found{"psi": v}, err
	},
	"merton": func(in inputs) (found, error) {
		f, err := credit.Merton(in.E, in.SigmaE, in.D, in.R, in.T)
		return found{"V": f.Assets, "sigma_V": f.Volatility, "d2": f.Distance, "pd": f.PD}, err
	},
	"altman-z": func(in inputs) (found, error) {
		z, zone := credit.AltmanZ([5]float64(in.X))
		return found{"z": z, "zone": zone}, nil
	},
	"crplus-poisson": func(in inputs) (found, error) {
		var bands []portfolio.Band
		for _, b := range in.Bands {
			bands = append(bands, portfolio.Band(b))
		}
		d, err := portfolio.CreditRiskPlus(bands, in.Variance, 400)
		if err != nil {
			return nil, err
		}
		return found{"p0": d.Mass[0], "p1": d.Mass[1], "p5": d.Mass[5], "el": d.Mean(), "sd": d.SD(),
			"q99": float64(d.Quantile(0.99)), "q999": float64(d.Quantile(0.999))}, nil
	},
	"loss-conv": func(in inputs) (found, error) {
		var pd []float64
		var units []int
		for _, o := range in.Obligors {
			pd, units = append(pd, o.PD), append(units, o.Units)
		}
		d, err := portfolio.Independent(pd, units)
		return found{"pmf": d.Mass, "el": d.Mean()}, err
	},
	"hhi": func(in inputs) (found, error) {
		h, n := portfolio.HHI(in.Shares)
		return found{"hhi": h, "n_eff": n}, nil
	},
	"ga-homog": func(in inputs) (found, error) {
		n := max(1, in.N)
		shares := slices.Repeat([]float64{1 / float64(n)}, n)
		g, delta, err := portfolio.Granularity(shares, slices.Repeat([]float64{in.PD}, n), slices.Repeat([]float64{in.LGD}, n), in.Nu, in.Xi, in.Q)
		return found{"ga_share_of_ead": g, "delta": delta}, err
	},
	"eisenberg-noe-3": func(in inputs) (found, error) {
		c, err := portfolio.Clear(in.Liabilities, in.Outside)
		return found{"clearing": c.Paid, "total_owed": c.Owed, "defaults": c.Default}, err
	},
	"debtrank": func(in inputs) (found, error) {
		r, h, err := portfolio.DebtRank(in.W, in.V, in.Shock)
		return found{"debtrank": r, "h": h}, err
	},
	"2-10-net-30": func(in inputs) (found, error) {
		s, e, err := pricing.TradeCredit(in.Discount, in.DaysEarly, in.Basis)
		return found{"apr_simple": s, "ear": e}, err
	},
	"factoring": func(in inputs) (found, error) {
		f, err := pricing.Factor(in.Face, in.Advance, in.Fee, in.Rate, in.Days, in.Basis)
		return found{"advance": f.Advance, "fee": f.Fee, "interest": f.Interest, "reserve_release": f.Reserve}, err
	},
	"daycount-isda": dayCounts,
	"benford": func(inputs) (found, error) {
		return found{"p": credit.FirstDigits()}, nil
	},
	"raroc-price": func(in inputs) (found, error) {
		c, err := portfolio.IRB(portfolio.Corporate, in.PD, in.LGD, in.M, 0)
		return found{"k": c.K, "rate": pricing.BreakEven(in.PD, in.LGD, c.K, in.Funding, in.Opex, in.Hurdle)}, err
	},
}

func dayCounts(in inputs) (found, error) {
	start, err := time.Parse(time.DateOnly, in.Start)
	if err != nil {
		return nil, err
	}
	end, err := time.Parse(time.DateOnly, in.End)
	if err != nil {
		return nil, err
	}
	out := found{}
	for key, convention := range map[string]pricing.DayCount{
		"act_act_isda": pricing.ActActISDA, "act_act_afb": pricing.ActActAFB, "act_act_icma_semiannual": pricing.ActActICMA,
		"act_360": pricing.Act360, "act_365f": pricing.Act365F, "30_360": pricing.Thirty360,
	} {
		v, err := pricing.YearFraction(convention, start, end, 2)
		if err != nil {
			return nil, err
		}
		out[key] = v
	}
	return out, nil
}
