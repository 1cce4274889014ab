package api

import "time"

// AuditEntry is one line of the journal of who did what.
type AuditEntry struct {
	Seq       int64     `json:"seq" doc:"Number of the entry in its tenant, 1 for the first"`
	At        time.Time `json:"at" doc:"RFC 3339 with zone"`
	Actor     string    `json:"actor" doc:"Who: a key, a person, the command line"`
	Action    string    `json:"action" doc:"What: an operation, or a verb of the command line" example:"POST /v1/api-keys/{id}/revoke"`
	Target    string    `json:"target,omitempty" doc:"With what"`
	Status    int       `json:"status" doc:"How it ended: the HTTP status, 0 on the command line"`
	Remote    string    `json:"remote,omitempty" doc:"Where from"`
	RequestID string    `json:"request_id,omitempty" doc:"Id under which the log says more"`
	Hash      string    `json:"hash" doc:"SHA-256 over the entry and the hash of the one before, hexadecimal"`
}

// AuditList is a page of the journal, newest first.
type AuditList struct {
	Items      []AuditEntry `json:"items"`
	NextCursor int64        `json:"next_cursor,omitempty" doc:"Number to go on with; absent on the last page"`
}

// Consignee is who an order is for.
type Consignee struct {
	Name    string `json:"name,omitempty" maxLength:"500" doc:"Person or company"`
	Address string `json:"address,omitempty" maxLength:"500" doc:"As it stands on a parcel"`
	Phone   string `json:"phone,omitempty" maxLength:"500" doc:"For the driver"`
	Email   string `json:"email,omitempty" maxLength:"500" doc:"Mail address"`
}

// Erasure is what forgetting a customer removed.
type Erasure struct {
	Consignees int64 `json:"consignees" doc:"Names and addresses that were removed"`
	Orders     int64 `json:"orders" doc:"Orders that no longer say whose they were, and where only to about a kilometre"`
}
