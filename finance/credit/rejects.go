package credit

import (
	"context"
	"fmt"
	"math"
	"slices"

	"quartermaster/internal/rng"
)

// RejectOptions say how the outcomes of refused applicants are inferred.
type RejectOptions struct {
	// Prudence multiplies the odds of the bad event that cases like them showed among the accepted: what is not in the table
	// made somebody refuse them. 0 = 2; 1 takes the accepted at their word.
	Prudence float64
	// MostShare bounds the inferred cases against the accepted ones, so that guesses do not outweigh what was seen; 0 = 1.
	MostShare float64
}

// RejectNote says what was inferred of refused applicants and what it changed.
type RejectNote struct {
	Accepted     int     `json:"accepted"`
	Rejected     int     `json:"rejected"`
	Used         int     `json:"used"`          // of the rejected
	AcceptedRate float64 `json:"accepted_rate"` // of bad ones
	InferredRate float64 `json:"inferred_rate"` // of bad ones among those used
	Prudence     float64 `json:"prudence"`
	// Both are measured on accepted cases left out, whose outcomes are known; Alone is of the model of the accepted only.
	Alone Measures `json:"accepts_only"`
	With  Measures `json:"with_rejects"`
	// MeanAlone and MeanWith are the mean PDs that the two models give the rejected.
	MeanAlone float64 `json:"rejected_pd_accepts_only"`
	MeanWith  float64 `json:"rejected_pd_with_rejects"`
}

// TrainWithRejects learns from accepted cases and from refused ones whose outcome nobody saw, by parcelling (Siddiqi 2006,
// chapter 7; Hand and Henley, IMA Journal of Mathematics 5, 1993, say what no such method can know): a model of the accepted
// grades the refused; within each grade of the master scale as many of them count as bad as the grade's PD with prudence
// says, drawn by seed; then a model learns from all. Its stated measures are those on accepted cases left out. rejected must
// have the accepted cases' columns. An error is one of Train's, or names the option.
func TrainWithRejects(ctx context.Context, accepted Frame, y []float64, rejected Frame, o Options, r RejectOptions) (*Model, *RejectNote, error) {
	if r.Prudence == 0 {
		r.Prudence = 2
	}
	if r.MostShare == 0 {
		r.MostShare = 1
	}
	if !(r.Prudence >= 1 && r.Prudence <= 10) || !(r.MostShare > 0 && r.MostShare <= 5) {
		return nil, nil, fmt.Errorf("credit: rejects: prudence %g and greatest share %g; want 1…10 and above 0…5", r.Prudence, r.MostShare)
	}
	o = o.withDefaults()
	tell := o.Progress
	o.Progress = func(done float64, sentence string) { tell(done/2, "accepted cases alone: "+sentence) }
	alone, err := Train(ctx, accepted, y, o)
	if err != nil {
		return nil, nil, err
	}
	rejected = finite(rejected)
	note := &RejectNote{Accepted: len(y), Rejected: rejected.Rows(), Prudence: r.Prudence, AcceptedRate: mean(y), Alone: alone.Fitted}
	if rejected.Rows() == 0 {
		return nil, nil, fmt.Errorf("credit: rejects: there is none")
	}
	if err := rejected.validate(); err != nil {
		return nil, nil, fmt.Errorf("rejects: %w", err)
	}
	use := drawn(rejected.Rows(), int(math.Ceil(r.MostShare*float64(len(y)))), o.Seed)
	used := rejected.Take(use)
	note.Used = len(use)
	pd, err := alone.PD(used)
	if err != nil {
		return nil, nil, fmt.Errorf("rejects: %w", err)
	}
	inferred := parcel(pd, r.Prudence, o.Seed)
	note.InferredRate, note.MeanAlone = mean(inferred), mean(pd)
	both, err := joinedFrames(accepted, used)
	if err != nil {
		return nil, nil, err
	}
	o.seen = len(y)
	o.Progress = func(done float64, sentence string) { tell(0.5+done/2, "with the refused: "+sentence) }
	with, err := Train(ctx, both, append(slices.Clone(y), inferred...), o)
	if err != nil {
		return nil, nil, err
	}
	note.With = with.Fitted
	if pd, err = with.PD(used); err != nil {
		return nil, nil, err
	}
	note.MeanWith = mean(pd)
	return with, note, nil
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / math.Max(1, float64(len(x)))
}

// drawn are at most `most` of n places, drawn by seed, ascending.
func drawn(n, most int, seed uint64) []int {
	use := rng.New(seed, "rejects used").Perm(n)
	use = use[:min(n, most)]
	slices.Sort(use)
	return use
}

// parcel gives outcomes by grade: of those in a grade, the number that their PDs with prudence add up to, drawn by seed.
func parcel(pd []float64, prudence float64, seed uint64) []float64 {
	y := make([]float64, len(pd))
	r := rng.New(seed, "rejects parcelled")
	byGrade := make([][]int, len(masterScale))
	order := r.Perm(len(pd))
	for _, i := range order {
		g := GradeIndex(pd[i])
		byGrade[g] = append(byGrade[g], i)
	}
	owed := 0.0 // fractions are carried to the next grade
	for _, grade := range byGrade {
		for _, i := range grade {
			owed += sigmoid(logOdds(pd[i]) + math.Log(prudence))
		}
		for _, i := range grade[:min(len(grade), int(owed))] {
			y[i] = 1
			owed--
		}
	}
	return y
}

// joinedFrames puts the rows of b below those of a, in a's columns.
func joinedFrames(a, b Frame) (Frame, error) {
	out := make(Frame, len(a))
	for j := range a {
		c := b.Column(a[j].Name)
		switch {
		case c == nil:
			return nil, fmt.Errorf("credit: rejects: column %q is missing", a[j].Name)
		case (c.Words == nil) != (a[j].Words == nil):
			return nil, fmt.Errorf("credit: rejects: column %q holds words in one table and numbers in the other", a[j].Name)
		}
		out[j] = Column{Name: a[j].Name}
		if a[j].Words != nil {
			out[j].Words = slices.Concat(a[j].Words, c.Words)
		} else {
			out[j].Numbers = slices.Concat(a[j].Numbers, c.Numbers)
		}
	}
	return out, nil
}
