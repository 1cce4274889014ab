package road

// weight is the cost of a way: milliseconds in the upper half, centimetres in the lower, so that comparing two weights
// compares times first and lengths among equal times, and adding adds both. It holds ways of 24 days and 42,949 km.
type weight uint64

// unreached is above every real weight; adding a real one to it still does not wrap around.
const unreached = weight(1) << 63

func weigh(ms, cm int32) weight { return weight(ms)<<32 | weight(cm) }

// seconds and metres round half up.
func (w weight) seconds() int64 { return (int64(w>>32) + 500) / 1000 }
func (w weight) metres() int64  { return (int64(w&(1<<32-1)) + 50) / 100 }
