package server

import (
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// describeBodies adds to the description of an operation what every operation of its form may answer: a body can be cut
// off, late, too long or not JSON, and what is answered 202 at first is answered 200 once it is there.
func describeBodies(_ *huma.OpenAPI, op *huma.Operation) {
	if later := op.Responses["202"]; later != nil && op.Responses["200"] == nil {
		now := *later
		now.Description = http.StatusText(http.StatusOK)
		op.Responses["200"] = &now
	}
	model := op.Responses["500"]
	if op.RequestBody == nil || model == nil {
		return
	}
	for _, status := range []int{
		http.StatusBadRequest, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType,
	} {
		if key := strconv.Itoa(status); op.Responses[key] == nil {
			op.Responses[key] = &huma.Response{Description: http.StatusText(status), Content: model.Content}
		}
	}
}
