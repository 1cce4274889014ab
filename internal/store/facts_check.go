package store

import (
	"fmt"
	"math"

	"quartermaster/forecast"
	"quartermaster/internal/service"
	"quartermaster/inventory"
)

// invalid is an ErrInvalid that names field and row.
func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: %s", service.ErrInvalid, fmt.Sprintf(format, args...))
}

// maxID bounds names from outside: long enough for any trade's number, short enough for an index.
const maxID = 200

func checkID(what, id string) error {
	if id == "" || len(id) > maxID || id != text(id) {
		return invalid("%s %q is not plain text of 1 to %d bytes", what, id, maxID)
	}
	return nil
}

// noDouble tells the row where a key comes a second time.
type noDouble map[string]int

func (seen noDouble) add(what string, row int, keys ...string) error {
	key := fmt.Sprint(keys)
	if before, ok := seen[key]; ok {
		return invalid("%s %v stands in row %d and again in row %d", what, keys, before+1, row+1)
	}
	seen[key] = row
	return nil
}

func checkImport(b service.ImportBatch) error {
	if b.Import.Rows < 0 || b.Import.SetAside < 0 || b.Import.SetAside > b.Import.Rows {
		return invalid("import of %s: %d rows with %d set aside", b.Import.Source, b.Import.Rows, b.Import.SetAside)
	}
	for _, err := range []error{checkOrders(b.Orders), checkSales(b.Sales), checkPositions(b.Positions), checkInbound(b.Inbound)} {
		if err != nil {
			return err
		}
	}
	return nil
}

func checkOrders(orders []service.Order) error {
	for i, o := range orders {
		if err := checkID("order id", o.ID); err != nil {
			return fmt.Errorf("orders row %d: %w", i+1, err)
		}
		switch {
		case !(math.Abs(o.Lon) <= 180) || !(math.Abs(o.Lat) <= 90): // NaN too
			return invalid("orders row %d, order %s: place %v, %v is not longitude and latitude in degrees", i+1, o.ID, o.Lon, o.Lat)
		case o.FromSec < 0 || o.ToSec < o.FromSec:
			return invalid("orders row %d, order %s: the window from second %d to %d is impossible", i+1, o.ID, o.FromSec, o.ToSec)
		case len(o.Lines) == 0:
			return invalid("orders row %d, order %s: no lines", i+1, o.ID)
		}
		for k, l := range o.Lines {
			if err := checkID("item id", l.ItemID); err != nil {
				return fmt.Errorf("orders row %d, order %s, line %d: %w", i+1, o.ID, k+1, err)
			}
			if l.Qty <= 0 || l.PriceCents < 0 {
				return invalid("orders row %d, order %s, line %d: quantity %d at price %d", i+1, o.ID, k+1, l.Qty, l.PriceCents)
			}
		}
	}
	return nil
}

func checkSales(sales []forecast.Series) error {
	seen := noDouble{}
	for i, s := range sales {
		if err := checkID("item id", s.ID); err != nil {
			return fmt.Errorf("sales row %d: %w", i+1, err)
		}
		if err := seen.add("the sales of item", i, s.ID); err != nil {
			return err
		}
		for d, v := range s.Values {
			if math.IsInf(v, 0) || v < 0 {
				return invalid("sales row %d, item %s, day %d: demand %v", i+1, s.ID, s.StartDay+d, v)
			}
		}
	}
	return nil
}

func checkPositions(positions []inventory.Position) error {
	seen := noDouble{}
	for i, p := range positions {
		if err := checkPair(p.ItemID, p.SiteID); err != nil {
			return fmt.Errorf("positions row %d: %w", i+1, err)
		}
		if err := seen.add("the position of item and site", i, p.ItemID, p.SiteID); err != nil {
			return err
		}
		if p.OnHand < 0 || p.OnOrder < 0 || p.Backordered < 0 {
			return invalid("positions row %d, item %s at site %s: on hand %d, on order %d, backordered %d may not be negative",
				i+1, p.ItemID, p.SiteID, p.OnHand, p.OnOrder, p.Backordered)
		}
	}
	return nil
}

func checkInbound(inbound []service.Inbound) error {
	seen := noDouble{}
	for i, in := range inbound {
		if err := checkPair(in.ItemID, in.SiteID); err != nil {
			return fmt.Errorf("inbound row %d: %w", i+1, err)
		}
		if err := checkID("inbound id", in.ID); err != nil {
			return fmt.Errorf("inbound row %d: %w", i+1, err)
		}
		if err := seen.add("inbound", i, in.ID); err != nil {
			return err
		}
		if in.Qty <= 0 {
			return invalid("inbound row %d, id %s: quantity %d is not above zero", i+1, in.ID, in.Qty)
		}
	}
	return nil
}

func checkPair(itemID, siteID string) error {
	if err := checkID("item id", itemID); err != nil {
		return err
	}
	return checkID("site id", siteID)
}

func checkForecasts(forecasts []service.ItemForecast) error {
	seen := noDouble{}
	for i, f := range forecasts {
		if err := checkID("item id", f.ItemID); err != nil {
			return fmt.Errorf("forecasts row %d: %w", i+1, err)
		}
		if err := seen.add("the forecast of item", i, f.ItemID); err != nil {
			return err
		}
	}
	return nil
}
