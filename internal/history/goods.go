package history

import "strings"

// Reason is the fate of a row that was set aside.
type Reason uint8

// The reasons, in the order of the rules of the package comment. Kept is the fate of the rest.
const (
	Kept Reason = iota
	Double
	Postage
	Fee
	Manual
	Discount
	Sample
	Adjustment
	Voucher
	TestEntry
	ZeroQuantity
	StockAdjustment
	NegativePrice
	ZeroPrice
	PositiveCancellation
	UnmatchedCancellation
	PartMatchedCancellation
	MatchedCancellation
	Cancelled
	reasonCount
)

var reasons = [reasonCount]struct{ code, sentence string }{
	Kept:                    {"kept", "kept"},
	Double:                  {"double", "the same line of the same invoice was already in an earlier file or sheet"},
	Postage:                 {"postage", "postage or carriage, not goods"},
	Fee:                     {"fee", "a bank, marketplace or commission fee, not goods"},
	Manual:                  {"manual", "a manual entry that names no item"},
	Discount:                {"discount", "a discount, not goods"},
	Sample:                  {"sample", "samples booked as one sum, no item named"},
	Adjustment:              {"adjustment", "a correction of an account, not goods"},
	Voucher:                 {"voucher", "a gift voucher: nothing to pick or ship"},
	TestEntry:               {"test", "a test entry"},
	ZeroQuantity:            {"zero_quantity", "no units"},
	StockAdjustment:         {"stock_adjustment", "negative units without a price: a count or a write-off, not a sale"},
	NegativePrice:           {"negative_price", "a price below zero"},
	ZeroPrice:               {"zero_price", "no price, or less than half a minor unit: a sample, a gift or a correction"},
	PositiveCancellation:    {"positive_cancellation", "a cancelling invoice with positive units: what it means cannot be told"},
	UnmatchedCancellation:   {"cancellation_unmatched", "a cancellation without an earlier purchase of the same customer, item and price"},
	PartMatchedCancellation: {"cancellation_part_matched", "a cancellation of more units than were bought before; the rest found no purchase"},
	MatchedCancellation:     {"cancellation", "a cancellation; its units were taken back from the purchase"},
	Cancelled:               {"cancelled", "a purchase of which every unit was cancelled later"},
}

// Code is the reason's short stable name, for machines.
func (r Reason) Code() string { return reasons[r].code }

// Sentence says the reason in words.
func (r Reason) Sentence() string { return reasons[r].sentence }

// notGoods are the stock codes that stand for no goods, in upper case. They are those of Online Retail II; a shop with
// other names gives its own by Rules.NotGoods.
var notGoods = map[string]Reason{
	"POST": Postage, "DOT": Postage, "C2": Postage, "C3": Postage,
	"BANK CHARGES": Fee, "AMAZONFEE": Fee, "CRUK": Fee,
	"M": Manual, "D": Discount, "S": Sample,
	"B": Adjustment, "ADJUST": Adjustment, "ADJUST2": Adjustment,
	"GIFT": Voucher,
}

// notGoodsPrefix are beginnings of such codes.
var notGoodsPrefix = []struct {
	prefix string
	reason Reason
}{{"GIFT_", Voucher}, {"TEST0", TestEntry}}

// fateOfCode is Kept for goods. code is in upper case.
func fateOfCode(code string, more map[string]Reason) Reason {
	if r, ok := more[code]; ok {
		return r
	}
	if r, ok := notGoods[code]; ok {
		return r
	}
	for _, p := range notGoodsPrefix {
		if strings.HasPrefix(code, p.prefix) {
			return p.reason
		}
	}
	return Kept
}
