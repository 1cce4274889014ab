package api

import "time"

// OrderStory is everything that a plan does for one order, from its promise to its door.
type OrderStory struct {
	OrderID    string        `json:"order_id"`
	PlacedAt   time.Time     `json:"placed_at"`
	Lon        float64       `json:"lon" doc:"Degrees east, of the consignee; to a hundredth for callers who may not read orders"`
	Lat        float64       `json:"lat" doc:"Degrees north, of the consignee"`
	WindowFrom string        `json:"window_from" doc:"Earliest time of day for delivery" example:"08:00"`
	WindowTo   string        `json:"window_to" doc:"Latest time of day for delivery" example:"18:00"`
	Lines      []OrderedLine `json:"lines"`
	Promise    Promise       `json:"promise"`
	Tasks      []StoryTask   `json:"tasks" doc:"What the warehouses do for it, earliest first"`
	Stops      []StoryStop   `json:"stops" doc:"Where vehicles bring it, earliest first"`
}

// OrderedLine is one item asked for.
type OrderedLine struct {
	ItemID string `json:"item_id"`
	Name   string `json:"name,omitempty"`
	Qty    int64  `json:"qty" doc:"Units of the item"`
	Price  Money  `json:"price" doc:"Of one unit"`
}

// StoryTask is a warehouse task as far as it concerns one order.
type StoryTask struct {
	Warehouse  string    `json:"warehouse" doc:"Site id"`
	TaskID     string    `json:"task_id"`
	Kind       string    `json:"kind" enum:"pick,move,park,sort"`
	Worker     string    `json:"worker"`
	Wave       int       `json:"wave" doc:"From 1"`
	Batch      int       `json:"batch" doc:"From 1"`
	StartAt    time.Time `json:"start_at"`
	EndAt      time.Time `json:"end_at"`
	Status     string    `json:"status" enum:"open,leased,done,failed"`
	Orders     int       `json:"orders" doc:"Orders that the task serves together"`
	Grasps     int       `json:"grasps,omitempty" doc:"pick: shelf positions visited for this order"`
	Chute      int       `json:"chute,omitempty" doc:"sort: from 1"`
	DistanceCm int64     `json:"distance_cm,omitempty" doc:"Centimetres walked or driven by the whole task"`
}

// StoryStop is the order's place on a route.
type StoryStop struct {
	RouteID   string    `json:"route_id"`
	SiteID    string    `json:"site_id"`
	VehicleID string    `json:"vehicle_id"`
	Number    int       `json:"number" doc:"From 1"`
	Of        int       `json:"of" doc:"Stops of the route"`
	ArriveAt  time.Time `json:"arrive_at"`
	StartAt   time.Time `json:"start_at"`
	DepartAt  time.Time `json:"depart_at"`
}
