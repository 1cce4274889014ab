// Package intake reads order files from CSV, NDJSON and Parquet into raw order lines.
//
// Takes files, folders or bytes, in any mixture of the three formats, and gives history.Lines with a report that names
// every file's format and columns, and every row that could not be read with its column and reason.
// Method: the format is told by content; columns are found by their usual names; Parquet is read column by column and
// each dictionary entry converted once; files and row groups are read side by side and joined in the order given.
// Never: it writes nothing, keeps no more than a fixed number of examples, and lets no library panic reach its caller.
//
// What counts as missing: an empty text, null, NaN, and for customers also 0. Times are the wall time as written, an
// offset behind them is ignored; days are read as year-month-day only, because 01/02/2010 is two days. Prices are read
// to a hundredth of a minor unit. Descriptions that are not UTF-8 are kept with the broken bytes replaced; a broken
// invoice number or stock code is a problem.
package intake

// Source is one file to read: its bytes, or the path they are at.
type Source struct {
	Name string // for reports; "" = the path
	Path string // read where Data is nil
	Data []byte
}

// Options steer reading. The zero value reads strictly.
type Options struct {
	// MaxBadRows is how many rows may be unreadable before the import is refused. Default 0: the first one refuses.
	// Rows that are tolerated are counted and reported, and are not part of the result.
	MaxBadRows int
	// MaxExamples is how many problems are kept with their place. Default 100.
	MaxExamples int
	// MaxRows refuses larger imports before they fill the memory. Default 20,000,000, about 56 bytes each.
	MaxRows int
	// Workers is how many files or row groups are read side by side. Default: one per processor. The result is the same
	// for any number.
	Workers int
	// Progress is told how far reading is, 0…1, never falling, with a sentence; one call at a time. nil = nobody listens.
	Progress func(done float64, sentence string)
}
