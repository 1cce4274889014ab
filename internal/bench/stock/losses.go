package stock

import (
	"context"
	"fmt"
	"math"
	"strings"

	"quartermaster/inventory/policy"
)

func ln(x float64) float64 { return math.Log(x) }

// lossCase gives n(x) and its complement, E[(x − X)+], or both of second order.
func lossCase(_ context.Context, model string, in *caseInput) (answer, error) {
	name, second := strings.CutSuffix(model, "_second_loss")
	if !second {
		var first bool
		if name, first = strings.CutSuffix(model, "_loss"); !first {
			return nil, nil
		}
	}
	law, variance, err := in.lossLaw(name)
	if err != nil {
		return nil, err
	}
	x := in.X
	if name == "standard_normal" {
		x = in.Z
	}
	if !second {
		n := law.Loss(x)
		return answer{"n": n, "n_bar": n + x - law.Mean()}, nil
	}
	smooth, ok := law.(policy.SmoothLaw)
	if !ok {
		return nil, fmt.Errorf("model %q: %w", model, errUnknownModel)
	}
	n := smooth.SecondLoss(x)
	off := law.Mean() - x
	both := (variance + off*off) / 2 // ½·E[(X − x)²]
	if _, whole := law.(policy.WholeLaw); whole {
		both -= off / 2 // ½·E[(X − x)(X − x − 1)]
	}
	return answer{"n": n, "n_bar": both - n}, nil
}

// lossLaw is the law of a model with its variance.
func (in *caseInput) lossLaw(name string) (policy.Law, float64, error) {
	var law policy.Law
	var err error
	v := 0.0
	switch name {
	case "exponential":
		law, v = policy.Exponential(in.Mu), 1/(in.Mu*in.Mu)
	case "gamma":
		law, v = policy.Gamma{Shape: in.A, Scale: in.B}, in.A*in.B*in.B
	case "geometric":
		law, err = policy.NewGeometric(in.P)
		v = (1 - in.P) / (in.P * in.P)
	case "lognormal":
		law = policy.Lognormal{Mu: in.Mu, Sigma: in.Sigma}
	case "negative_binomial":
		law, err = policy.NewNegativeBinomial(in.Mean, in.SD)
		v = in.SD * in.SD
	case "normal":
		law, v = policy.Normal{Mu: in.Mean, Sigma: in.SD}, in.SD*in.SD
	case "standard_normal":
		law, v = policy.Normal{Sigma: 1}, 1
	case "poisson":
		law, err = policy.NewPoisson(in.Mean)
		v = in.Mean
	case "uniform":
		law, v = policy.Uniform{Low: in.A, High: in.B}, (in.B-in.A)*(in.B-in.A)/12
	default:
		err = fmt.Errorf("law %q: %w", name, errUnknownModel)
	}
	return law, v, err
}
