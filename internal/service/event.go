package service

import (
	"encoding/json"
	"time"
)

// The topics of events that the world outside may be told of. A job's handler may add topics of its own.
const (
	TopicJobDone          = "job.done"
	TopicJobFailed        = "job.failed"
	TopicJobCancelled     = "job.cancelled"
	TopicJobQuarantined   = "job.quarantined"
	TopicOrderCreated     = "order.created"
	TopicOrderCancelled   = "order.cancelled"
	TopicPromiseConfirmed = "promise.confirmed"
	TopicPromiseReleased  = "promise.released"
	TopicPromiseExpired   = "promise.expired"
	TopicStockMoved       = "stock.moved"
	TopicTaskFailed       = "task.failed"
	TopicTaskException    = "task.exception"
	TopicWebhookTest      = "webhook.test"

	TopicForecastOverridden = "forecast.overridden"
	TopicForecastAlert      = "forecast.alert"
)

// Topics lists them all.
func Topics() []string {
	return []string{
		TopicJobDone, TopicJobFailed, TopicJobCancelled, TopicJobQuarantined, TopicOrderCreated, TopicOrderCancelled,
		TopicPromiseConfirmed, TopicPromiseReleased, TopicPromiseExpired, TopicStockMoved, TopicTaskFailed, TopicTaskException, TopicWebhookTest,
		TopicForecastOverridden, TopicForecastAlert,
	}
}

// Event is something that happened, in the form of CloudEvents 1.0 (JSON event format).
type Event struct {
	SpecVersion     string          `json:"specversion"`
	ID              string          `json:"id"`
	Source          string          `json:"source"`
	Type            string          `json:"type"`
	Subject         string          `json:"subject,omitempty"`
	Time            time.Time       `json:"time"`
	DataContentType string          `json:"datacontenttype"`
	Data            json.RawMessage `json:"data,omitempty"`
}

// NewEvent wraps what a message says.
func NewEvent(id, topic, subject string, atUs int64, data []byte) Event {
	if len(data) > 0 && !json.Valid(data) { // a handler's own bytes
		data, _ = json.Marshal(string(data)) // a string always has a form
	}
	return Event{
		SpecVersion: "1.0", ID: id, Source: "/v1", Type: "quartermaster." + topic, Subject: subject,
		Time: time.UnixMicro(atUs).UTC(), DataContentType: "application/json", Data: data,
	}
}
