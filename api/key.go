package api

import "time"

// APIKey is what is known of a key; the key itself is shown once, when it is made.
type APIKey struct {
	ID         string     `json:"id" doc:"The visible part of the key: what stands between qm_ and the next _"`
	Name       string     `json:"name" doc:"What the key is for"`
	Role       string     `json:"role,omitempty" doc:"Bundle of scopes it was made with"`
	Scopes     []string   `json:"scopes" doc:"What it may do"`
	CreatedBy  string     `json:"created_by" doc:"Who made it"`
	CreatedAt  time.Time  `json:"created_at" doc:"RFC 3339 with zone"`
	ExpiresAt  *time.Time `json:"expires_at,omitempty" doc:"From then on it is refused; absent: never"`
	RevokedAt  *time.Time `json:"revoked_at,omitempty" doc:"When it was revoked"`
	ReplacedBy string     `json:"replaced_by,omitempty" doc:"Id of the key that was made to take its place"`
	LastUsedAt *time.Time `json:"last_used_at,omitempty" doc:"To the minute"`
	Valid      bool       `json:"valid" doc:"Whether it is taken now"`
}

// APIKeyList is a tenant's keys, newest first.
type APIKeyList struct {
	Items []APIKey `json:"items"`
}

// NewAPIKey is a key to be made.
type NewAPIKey struct {
	Name          string   `json:"name" minLength:"1" maxLength:"100" doc:"What the key is for"`
	Role          string   `json:"role,omitempty" enum:"viewer,planner,order-system,warehouse,admin" doc:"Bundle of scopes"`
	Scopes        []string `json:"scopes,omitempty" maxItems:"20" doc:"Scopes beside those of the role"`
	ExpiresInDays int      `json:"expires_in_days,omitempty" minimum:"0" maximum:"1830" doc:"Days until it ends; 0: never"`
}

// CreatedAPIKey is a new key. Key is shown this once.
type CreatedAPIKey struct {
	APIKey
	Key string `json:"key" doc:"The key itself, for Authorization: Bearer; it cannot be seen again"`
}

// KeyRotation asks for a successor of a key.
type KeyRotation struct {
	OverlapSec int `json:"overlap_sec,omitempty" minimum:"0" maximum:"2592000" default:"86400" doc:"How long the old key goes on"`
}

// Me is who asks, as the service sees it.
type Me struct {
	Name           string   `json:"name" doc:"Key or person"`
	Tenant         string   `json:"tenant" doc:"Whose things are seen and changed"`
	Scopes         []string `json:"scopes" doc:"What may be done"`
	Authentication bool     `json:"authentication" doc:"false: the service asks nobody who they are, since only this machine can reach it"`
}
