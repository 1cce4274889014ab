package vda5050

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// wholly tells what the schema library says of a message.
func wholly(t testing.TB, v Version, topic string, raw []byte) error {
	t.Helper()
	all, err := schemas()
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	return all[schemaKey{v, topic}].whole.Validate(document)
}

func quickly(t testing.TB, v Version, topic string, raw []byte) bool {
	t.Helper()
	all, err := schemas()
	if err != nil {
		t.Fatal(err)
	}
	return all[schemaKey{v, topic}].quick.accepts(raw)
}

// specimens are messages of all topics, written as this package writes them, with all that they may have.
func specimens(t testing.TB) map[schemaKey][]byte {
	t.Helper()
	id, now := ID{"m", "1"}, time.Date(2026, 3, 4, 5, 6, 7, 8e6, time.UTC)
	speed, factor, yes := 0.5, 0.25, true
	out := map[schemaKey][]byte{}
	for _, v := range []Version{V21, V30} {
		h := newHeader(v, id, 7, now)
		act := Action{ActionType: "pick", ActionID: "a", BlockingType: "HARD", Parameters: []Parameter{{"height", 1.5}, {"load", "é\n"}, {"list", []any{true, "x"}}}}
		instant := act
		instant.BlockingType = "NONE"
		way := straight(Position{X: 1, Y: 2}, Position{X: 3, Y: 2})
		place := &Position{X: 0.5, Y: -1.5e-3, Theta: &factor, MapID: "floor"}
		edge := Edge{EdgeID: "a>b", SequenceID: 1, Released: true, StartNodeID: "a", EndNodeID: "b", MaxSpeed: 1, Trajectory: way, Corridor: &Corridor{LeftWidth: 0.5, RightWidth: 0.5}, Actions: []Action{act}}
		pose := &Pose{X: 1, Y: 2, Theta: 3.14, MapID: "floor", PositionInitialized: &yes, Localized: &yes}
		state := State{Header: h, OperatingMode: "AUTOMATIC", NodeStates: []NodeState{{"b", 2, true}}, EdgeStates: []EdgeState{{"a>b", 1, true, way}}, ActionStates: []ActionState{{"a", "pick", "RUNNING", "", ""}},
			Maps: []MapState{{"floor", "1", setEnabled}}, Errors: []Error{{"X", []Reference{{"nodeId", "b"}}, "what", "WARNING"}}, AGVPosition: pose, MobileRobotPosition: pose}
		if v == V30 {
			state.ZoneSets, state.ZoneRequests = []ZoneSetState{{"z", "floor", setDisabled}}, []ZoneRequest{{"r", askReplanning, "z1", "z", requested, way}}
			state.EdgeRequests = []EdgeRequest{{"r2", askCorridor, "a>b", 1, granted}}
		}
		state.fit(v, 80)
		sheet, err := json.Marshal((&Vehicle{id: id, o: VehicleOptions{Version: v}, headers: map[string]uint32{}}).sheet())
		if err != nil {
			t.Fatal(err)
		}
		out[schemaKey{v, TopicFactsheet}] = sheet
		messages := map[string]any{
			TopicOrder:          &Order{Header: h, OrderID: "o", Nodes: []Node{{NodeID: "a", Released: true, Position: place, Actions: []Action{act}}, {NodeID: "b", SequenceID: 2, Actions: []Action{}}}, Edges: []Edge{edge}},
			TopicInstantActions: &InstantActions{h, []Action{instant}},
			TopicState:          &state,
			TopicConnection:     &Connection{h, "ONLINE"},
			TopicVisualization:  &Visualization{Header: h, AGVPosition: pose, MobileRobotPosition: pose, Velocity: &Velocity{Vx: 1}},
		}
		if v == V30 {
			square := []Point{{0, 0}, {1, 0}, {1, 1}}
			doing := []ZoneDoing{{ActionType: "beep", BlockingType: "NONE"}}
			messages[TopicResponses] = &Responses{h, []Response{{"r", granted, h.Timestamp}, {"r2", queued, ""}}}
			messages[TopicZoneSet] = &ZoneSetMessage{h, ZoneSet{"floor", "z", []Zone{
				{ZoneID: "1", ZoneType: ZoneBlocked, Vertices: square}, {ZoneID: "2", ZoneType: ZoneRelease, Vertices: square, ReleaseLossBehavior: "STOP"},
				{ZoneID: "3", ZoneType: ZoneSpeedLimit, Vertices: square, MaximumSpeed: &speed}, {ZoneID: "4", ZoneType: ZonePenalty, Vertices: square, PenaltyFactor: &factor},
				{ZoneID: "5", ZoneType: ZoneAction, Vertices: square, EntryActions: doing, DuringActions: []ZoneDoing{}, ExitActions: []ZoneDoing{}},
				{ZoneID: "6", ZoneType: ZoneDirected, Vertices: square, Direction: &factor, DirectedLimitation: limitStrict}}}}
		}
		for topic, m := range messages {
			if out[schemaKey{v, topic}], err = marshal(v, topic, m); err != nil {
				t.Fatal(err)
			}
		}
	}
	return out
}

// All that vehicles and masters usually say is accepted at a look; where it is not, the library has to say it.
func TestAcceptorAcceptsWhatIsUsual(t *testing.T) {
	t.Parallel()
	for key, raw := range specimens(t) {
		if err := wholly(t, key.v, key.topic, raw); err != nil {
			t.Errorf("%s %s: %v", key.v, key.topic, err)
		}
		if blockingTypes := key == (schemaKey{V21, TopicFactsheet}); !blockingTypes && !quickly(t, key.v, key.topic, raw) {
			t.Errorf("%s %s is not accepted at a look: %s", key.v, key.topic, raw)
		}
	}
}

// spoil changes a message at random: bytes, numbers, whole values, names.
func spoil(r *rand.Rand, raw []byte) []byte {
	raw = bytes.Clone(raw)
	pieces := []string{`null`, `-1`, `1.0`, `1e2`, `4294967296`, `0.99999999999`, `"NONE"`, `"ONLINE"`, `[]`, `{}`, `true`, `"2026-02-30T00:00:00Z"`, `,`, `]`, `}`, `"`, `\u00e9`, `\x`, "\x00", "\xff", ` `, `:`}
	for range 1 + r.IntN(2) {
		i := r.IntN(len(raw))
		switch r.IntN(4) {
		case 0:
			raw[i] = byte(r.IntN(256))
		case 1: // a value in place of another
			if j := bytes.IndexByte(raw[i:], ':'); j >= 0 {
				rest := raw[i+j+1:]
				if k := bytes.IndexAny(rest, ",}]"); k >= 0 {
					raw = fmt.Appendf(bytes.Clone(raw[:i+j+1]), "%s%s", pieces[r.IntN(len(pieces))], rest[k:])
				}
			}
		case 2:
			raw = fmt.Appendf(bytes.Clone(raw[:i]), "%s%s", pieces[r.IntN(len(pieces))], raw[i:])
		default: // a field less
			if j := bytes.IndexByte(raw[i:], ','); j >= 0 {
				if k := bytes.IndexAny(raw[i+j+1:], ",}"); k >= 0 {
					raw = append(bytes.Clone(raw[:i+j]), raw[i+j+1+k:]...)
				}
			}
		}
	}
	return raw
}

// Nothing is accepted that the library refuses, whatever is changed in messages of all topics.
func TestAcceptorIsNoLooserThanTheLibrary(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	refused, agreed := 0, 0
	all := specimens(t)
	keys := slices.SortedFunc(maps.Keys(all), func(a, b schemaKey) int { return cmp.Or(cmp.Compare(a.v, b.v), cmp.Compare(a.topic, b.topic)) })
	for _, key := range keys { // in one order, so that each run spoils alike
		for range 400 {
			raw := spoil(r, all[key])
			err := wholly(t, key.v, key.topic, raw)
			switch ok := quickly(t, key.v, key.topic, raw); {
			case ok && err != nil:
				t.Fatalf("%s %s is accepted, the library says %v: %s", key.v, key.topic, err, raw)
			case err != nil:
				refused++
			case ok:
				agreed++
			}
		}
	}
	if refused < 1000 || agreed < 300 {
		t.Errorf("%d spoilt messages refused and %d still accepted: the test tries too little", refused, agreed)
	}
}

func FuzzAcceptor(f *testing.F) {
	keys := []schemaKey{}
	for _, v := range []Version{V21, V30} {
		for _, topic := range v.topics() {
			keys = append(keys, schemaKey{v, topic})
		}
	}
	all := specimens(f)
	for i, key := range keys {
		f.Add(uint8(i), all[key])
	}
	f.Fuzz(func(t *testing.T, which uint8, raw []byte) {
		key := keys[int(which)%len(keys)]
		if quickly(t, key.v, key.topic, raw) {
			if err := wholly(t, key.v, key.topic, raw); err != nil {
				t.Errorf("%s %s is accepted, the library says %v", key.v, key.topic, err)
			}
		}
	})
}
