package forecast

import (
	"errors"
	"fmt"
	"math"
)

// ErrSeries is what Validate's errors wrap.
var ErrSeries = errors.New("forecast: series cannot be demand")

// Validate says whether s can be demand: every value is NaN (not observed) or between 0 and MaxUnits. The error names the
// series, the index and the day of the first value that cannot, and what to do. A Model has no error to return: it reads
// such a value as not observed and answers with StatusCleaned.
func Validate(s Series) error {
	for i, v := range s.Values {
		switch {
		case v < 0:
			return fmt.Errorf("%w: series %q, Values[%d] (day %d) is %v: net returns against the sale they cancel, "+
				"or pass NaN for a day that was not observed", ErrSeries, s.ID, i, s.StartDay+i, v)
		case math.IsInf(v, 0) || v > MaxUnits:
			return fmt.Errorf("%w: series %q, Values[%d] (day %d) is %v, more than %v units: correct it, "+
				"or pass NaN for a day that was not observed", ErrSeries, s.ID, i, s.StartDay+i, v, float64(MaxUnits))
		}
	}
	return nil
}
