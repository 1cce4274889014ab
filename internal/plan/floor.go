package plan

import (
	"context"
	"fmt"
	"slices"

	"github.com/paulmach/orb"

	"quartermaster/routing/zone"
	"quartermaster/warehouse"
	"quartermaster/warehouse/agv"
	"quartermaster/warehouse/agv/haul"
	"quartermaster/warehouse/picking"
	"quartermaster/warehouse/sortation"
)

// zoneResolution is the H3 resolution that delivery zones start from: cells of about 0.7 km², a few streets.
const zoneResolution = 8

// packed is what the floor makes of one site's parcels of one day.
type packing struct {
	schedule  warehouse.Schedule
	packed    []parcel // with their ready times
	notPacked []parcel
	why       []string // per notPacked
}

// slotting gives every item its place in every site's racks, what is asked for most nearest to the depot.
func (b *builder) slotting(context.Context) error {
	order := make([]int, len(b.s.Items))
	for i := range order {
		order[i] = i
	}
	demand := make([]float64, len(order))
	for i, f := range b.forecasts {
		for _, x := range f.Mean {
			demand[i] += x
		}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case demand[i] > demand[j]:
			return -1
		case demand[i] < demand[j]:
			return 1
		}
		return 0
	})
	b.slots = make([][]warehouse.Slot, len(b.s.Sites))
	for site := range b.s.Sites {
		slots, err := picking.Slot(b.s.Sites[site].Floor, len(order))
		if err != nil {
			return err
		}
		b.slots[site] = make([]warehouse.Slot, len(order))
		for rank, item := range order {
			b.slots[site][item] = slots[rank]
		}
	}
	return nil
}

// pack takes one site's parcels of one day through the floor: waves and tours, robots, sorter. What cannot lie in its
// chute before the site closes is handed back.
func (b *builder) pack(ctx context.Context, site, day int, parcels []parcel) (packing, error) {
	floor := b.s.Sites[site].Floor
	floor.SiteID = b.s.Sites[site].ID
	floor.OpenSec += int64(day) * daySec
	floor.CloseSec += int64(day) * daySec
	if len(parcels) == 0 {
		return packing{schedule: warehouse.NewSchedule(floor, nil, b.o.Seed, nil, nil)}, nil
	}
	orders, err := b.floorOrders(site, day, &floor, parcels)
	if err != nil {
		return packing{}, err
	}
	robots := b.s.Sites[site].Robots
	prefix := fmt.Sprintf("%s-d%d", floor.SiteID, day)
	picks, err := picking.Plan(ctx, floor, orders, picking.Options{Prefix: prefix, Seed: b.o.Seed})
	if err != nil {
		return packing{}, err
	}
	moves, err := b.moveBatches(ctx, floor, robots, agv.Transports(picks.Tasks), prefix)
	if err != nil {
		return packing{}, err
	}
	late := slices.Concat(picks.Late, moves.Late)
	sorted, err := sortation.Plan(floor, sortation.Parcels(orders, moves.Tasks, late), sortation.Options{Prefix: prefix})
	if err != nil {
		return packing{}, err
	}
	schedule := warehouse.NewSchedule(floor, orders, b.o.Seed,
		slices.Concat(picks.Tasks, moves.Tasks, sorted.Tasks), append(late, sorted.Late...))
	if err := warehouse.Check(floor, robots, orders, schedule); err != nil {
		return packing{}, fmt.Errorf("the schedule of day %d does not hold: %w", day, err)
	}
	return b.packedOf(schedule, parcels), nil
}

// moveBatches has the site's robots carry what is picked, by the planner that knows how they drive.
func (b *builder) moveBatches(ctx context.Context, floor warehouse.Floor, robots []warehouse.Robot, batches []agv.Transport, prefix string) (agv.Result, error) {
	if floor.Turning {
		return haul.Plan(ctx, floor, robots, batches, haul.Options{Prefix: prefix, Seed: b.o.Seed})
	}
	return agv.Plan(ctx, floor, robots, batches, agv.Options{Prefix: prefix})
}

// floorOrders writes parcels in the floor's words. A parcel is due in its chute when the direct way to the consignee
// would just end with the order's hours.
func (b *builder) floorOrders(site, day int, floor *warehouse.Floor, parcels []parcel) ([]warehouse.Order, error) {
	points := make([]orb.Point, len(parcels))
	for i, x := range parcels {
		points[i] = b.s.Orders[x.order].Point
	}
	zones, err := zone.Group(points, zoneResolution, max(1, floor.Chutes))
	if err != nil {
		return nil, err
	}
	orders := make([]warehouse.Order, len(parcels))
	for i, x := range parcels {
		o := &b.s.Orders[x.order]
		_, driveSec, _ := b.way(site, x.order)
		orders[i] = warehouse.Order{
			ID: o.ID, Zone: zones.Zones[zones.Of[i]].Cells[0],
			ReleaseSec: max(floor.OpenSec, o.PlacedSec),
			DueSec:     int64(day)*daySec + o.WindowSec.EndSec - driveSec - b.s.DropSec,
			Lines:      make([]warehouse.Line, len(x.lines)),
		}
		for j, l := range x.lines {
			index := b.itemIndex[o.Lines[l.line].ItemID]
			item := &b.s.Items[index]
			orders[i].Lines[j] = warehouse.Line{
				ItemID: item.ID, Qty: l.qty, Slot: b.slots[site][index],
				WeightG: l.qty * item.WeightG, VolumeCm3: l.qty * item.VolumeCm3,
			}
		}
	}
	return orders, nil
}

func (b *builder) packedOf(schedule warehouse.Schedule, parcels []parcel) packing {
	out := packing{schedule: schedule}
	reasons := map[string]string{}
	for _, l := range schedule.Late {
		if l.LateSec < 0 {
			reasons[l.OrderID] = l.Reason
		}
	}
	for _, x := range parcels {
		id := b.s.Orders[x.order].ID
		if why, never := reasons[id]; never {
			out.notPacked = append(out.notPacked, x)
			out.why = append(out.why, why)
			continue
		}
		x.readySec = schedule.ReadySec[id]
		out.packed = append(out.packed, x)
	}
	return out
}
