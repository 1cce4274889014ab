package forecast

// Class is the demand pattern of Syntetos, Boylan and Croston, "On the categorization of demand patterns", JORS 56 (2005)
// 495–503: by the mean interval between demands (ADI, in observed days) and the squared coefficient of variation
// of their sizes (CV²).
type Class string

const (
	ClassNone         Class = "none"         // no demand at all
	ClassSmooth       Class = "smooth"       // ADI < 1.32, CV² < 0.49
	ClassErratic      Class = "erratic"      // ADI < 1.32, CV² ≥ 0.49
	ClassIntermittent Class = "intermittent" // ADI ≥ 1.32, CV² < 0.49
	ClassLumpy        Class = "lumpy"        // ADI ≥ 1.32, CV² ≥ 0.49
)

// The cut-offs of the four classes (same paper).
const (
	CutADI = 1.32
	CutCV2 = 0.49
)

// Classify gives the pattern of observed demand y with its ADI and CV². ADI is observed days per day with demand; CV² has
// the sizes' population variance. O(len(y)).
func Classify(y []float64) (class Class, adi, cv2 float64) {
	var n, sum, square float64
	for _, v := range y {
		if v > 0 {
			n++
			sum += v
			square += v * v
		}
	}
	if n == 0 {
		return ClassNone, 0, 0
	}
	mean := sum / n
	adi = float64(len(y)) / n
	cv2 = max(0, square/n-mean*mean) / (mean * mean)
	switch {
	case adi < CutADI && cv2 < CutCV2:
		return ClassSmooth, adi, cv2
	case adi < CutADI:
		return ClassErratic, adi, cv2
	case cv2 < CutCV2:
		return ClassIntermittent, adi, cv2
	}
	return ClassLumpy, adi, cv2
}
