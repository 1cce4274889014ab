package service

import (
	"encoding/json"
	"fmt"

	"quartermaster/inventory"
)

// DecodeSites reads the sites alone of what EncodeBusiness wrote.
func DecodeSites(document []byte) ([]inventory.Site, error) {
	var s struct{ Sites []inventory.Site }
	if err := json.Unmarshal(document, &s); err != nil {
		return nil, fmt.Errorf("service: read the sites of the stored business document: %w", err)
	}
	return s.Sites, nil
}
