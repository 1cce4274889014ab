package gbdt

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// xgbFile is the part of XGBoost's JSON model (schema of its documentation, "Introduction to Model IO") that decides.
type xgbFile struct {
	Learner struct {
		FeatureNames []string `json:"feature_names"`
		FeatureTypes []string `json:"feature_types"`
		Booster      struct {
			Name  string `json:"name"`
			Model struct {
				Param struct {
					Parallel string `json:"num_parallel_tree"`
				} `json:"gbtree_model_param"`
				TreeInfo []int     `json:"tree_info"`
				Trees    []xgbTree `json:"trees"`
			} `json:"model"`
		} `json:"gradient_booster"`
		Param struct {
			BaseScore  string `json:"base_score"`
			NumClass   string `json:"num_class"`
			NumFeature string `json:"num_feature"`
		} `json:"learner_model_param"`
		Objective struct {
			Name    string `json:"name"`
			Tweedie struct {
				Power string `json:"tweedie_variance_power"`
			} `json:"tweedie_regression_param"`
		} `json:"objective"`
	} `json:"learner"`
}

type xgbTree struct {
	Left            []int     `json:"left_children"`
	Right           []int     `json:"right_children"`
	Column          []int     `json:"split_indices"`
	At              []float32 `json:"split_conditions"`
	DefaultLeft     []flag    `json:"default_left"`
	Gain            []float64 `json:"loss_changes"`
	Cover           []float64 `json:"sum_hessian"`
	Kind            []int     `json:"split_type"`
	Categories      []int32   `json:"categories"`
	CategoryNodes   []int     `json:"categories_nodes"`
	CategorySegment []int     `json:"categories_segments"`
	CategorySizes   []int     `json:"categories_sizes"`
}

// flag is a bool that some versions write as a number.
type flag bool

func (f *flag) UnmarshalJSON(data []byte) error {
	switch string(data) {
	case "true", "1":
		*f = true
	case "false", "0":
		*f = false
	default:
		return fmt.Errorf("%s is neither 0 nor 1", data)
	}
	return nil
}

// ImportXGBoost reads a model that XGBoost (1.x or 2.x) saved as JSON: booster gbtree, one output. Scores are those of
// XGBoost but for its single precision in adding up. An error names what is not taken.
func ImportXGBoost(data []byte) (*Model, error) {
	var file xgbFile
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("gbdt: import from XGBoost: %w", err)
	}
	m, err := file.model()
	if err != nil {
		return nil, fmt.Errorf("gbdt: import from XGBoost: %w", err)
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("gbdt: import from XGBoost: %w", err)
	}
	m.pack()
	return m, nil
}

func (x *xgbFile) model() (*Model, error) {
	l := &x.Learner
	if l.Booster.Name != "gbtree" && l.Booster.Name != "" {
		return nil, fmt.Errorf("its booster is %q, want gbtree", l.Booster.Name)
	}
	if c := l.Param.NumClass; c != "0" && c != "1" && c != "" {
		return nil, fmt.Errorf("it has %s classes, want one output", c)
	}
	if p := l.Booster.Model.Param.Parallel; p != "1" && p != "" {
		return nil, fmt.Errorf("it grows %s trees at a time, want 1", p)
	}
	m := &Model{}
	if err := x.objective(m); err != nil {
		return nil, err
	}
	if err := x.columns(m); err != nil {
		return nil, err
	}
	for k := range l.Booster.Model.Trees {
		t, err := l.Booster.Model.Trees[k].tree(m)
		if err != nil {
			return nil, fmt.Errorf("tree %d: %w", k, err)
		}
		m.Trees = append(m.Trees, t)
	}
	return m, nil
}

// objective finds the objective and the start, which the file states on the scale of the response.
func (x *xgbFile) objective(m *Model) error {
	o := &x.Learner.Objective
	base := 0.5
	if s := x.Learner.Param.BaseScore; s != "" {
		if len(s) > 2 && s[0] == '[' { // 2.1 and later write a list of one
			s = s[1 : len(s)-1]
		}
		var err error
		if base, err = strconv.ParseFloat(s, 64); err != nil {
			return fmt.Errorf("base_score: %w", err)
		}
	}
	switch o.Name {
	case "binary:logistic", "reg:logistic":
		if !(base > 0 && base < 1) {
			return fmt.Errorf("base_score %g is no probability", base)
		}
		m.Objective, m.Start = Logistic{}, math.Log(base/(1-base))
	case "binary:logitraw":
		m.Objective, m.Start = L2{}, base
	case "reg:squarederror", "reg:linear":
		m.Objective, m.Start = L2{}, base
	case "reg:absoluteerror":
		m.Objective, m.Start = L1{}, base
	case "count:poisson", "reg:tweedie", "reg:gamma":
		if !(base > 0) {
			return fmt.Errorf("base_score %g is no mean of counts", base)
		}
		m.Objective, m.Start = Poisson{}, math.Log(base)
		if o.Name == "reg:tweedie" {
			power, _ := strconv.ParseFloat(o.Tweedie.Power, 64) // absent or broken: the default of both
			m.Objective = Tweedie{power}
		}
	default:
		return fmt.Errorf("its objective %q is not taken", o.Name)
	}
	return nil
}

func (x *xgbFile) columns(m *Model) error {
	m.Names = x.Learner.FeatureNames
	if len(m.Names) == 0 {
		n, err := strconv.Atoi(x.Learner.Param.NumFeature)
		if err != nil || n < 1 || n > MaxColumns {
			return fmt.Errorf("num_feature is %q, want 1…%d", x.Learner.Param.NumFeature, MaxColumns)
		}
		for f := range n {
			m.Names = append(m.Names, "f"+decimal(f))
		}
	}
	m.Categorical = make([]bool, len(m.Names))
	for f, kind := range x.Learner.FeatureTypes {
		if f < len(m.Categorical) {
			m.Categorical[f] = kind == "c"
		}
	}
	return nil
}

func (x *xgbTree) tree(m *Model) (Tree, error) {
	n := len(x.Left)
	for _, l := range []int{len(x.Right), len(x.Column), len(x.At), len(x.DefaultLeft), len(x.Gain), len(x.Cover)} {
		if l != n {
			return Tree{}, fmt.Errorf("its lists differ in length: %d and %d", n, l)
		}
	}
	sets, err := x.sets()
	if err != nil {
		return Tree{}, err
	}
	t := Tree{Nodes: make([]Node, n)}
	for i := range t.Nodes {
		node := &t.Nodes[i]
		node.Cover = x.Cover[i]
		if x.Left[i] < 0 {
			node.Column, node.Value = -1, float64(x.At[i])
			continue
		}
		if f := x.Column[i]; f < 0 || f >= len(m.Names) {
			return Tree{}, fmt.Errorf("node %d splits on column %d of %d", i, f, len(m.Names))
		}
		node.Column, node.Left, node.Right = x.Column[i], x.Left[i], x.Right[i]
		node.MissingLeft, node.Gain = bool(x.DefaultLeft[i]), math.Max(0, x.Gain[i])
		if i < len(x.Kind) && x.Kind[i] == 1 {
			// The codes of the file go right.
			node.Categories = sets[i]
			node.Left, node.Right, node.MissingLeft = node.Right, node.Left, !node.MissingLeft
			continue
		}
		node.Threshold = widened(x.At[i])
	}
	return t, nil
}

func (x *xgbTree) sets() (map[int][]int32, error) {
	sets := map[int][]int32{}
	for k, node := range x.CategoryNodes {
		if k >= len(x.CategorySegment) || k >= len(x.CategorySizes) {
			return nil, fmt.Errorf("category set %d has no segment", k)
		}
		lo, size := x.CategorySegment[k], x.CategorySizes[k]
		if lo < 0 || size < 0 || lo+size > len(x.Categories) || lo+size < lo {
			return nil, fmt.Errorf("category set %d lies outside the list", k)
		}
		sets[node] = append([]int32{}, x.Categories[lo:lo+size]...)
	}
	return sets, nil
}

// widened is the double that parts doubles as t parts their roundings to single precision: x < widened(t) exactly where
// float32(x) < t.
func widened(t float32) float64 {
	below := math.Nextafter32(t, float32(math.Inf(-1)))
	if math.IsInf(float64(below), 0) {
		return float64(t)
	}
	mid := (float64(below) + float64(t)) / 2
	if float32(mid) < t { // the tie goes down
		return math.Nextafter(mid, math.Inf(1))
	}
	return mid
}
