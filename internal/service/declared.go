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

// DecodeItemNames reads the items' names alone of what EncodeBusiness wrote, by item id.
func DecodeItemNames(document []byte) (map[string]string, error) {
	var s struct{ Items []struct{ ID, Name string } }
	if err := json.Unmarshal(document, &s); err != nil {
		return nil, fmt.Errorf("service: read the items of the stored business document: %w", err)
	}
	names := make(map[string]string, len(s.Items))
	for _, x := range s.Items {
		names[x.ID] = x.Name
	}
	return names, nil
}
