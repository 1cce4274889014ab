package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"quartermaster/internal/service"
)

// emit stores a message about something that happened, in the transaction that made it happen, where anybody is to be told.
func emit(ctx context.Context, t *tx, tenant, topic, subject string, data any) error {
	body, err := json.Marshal(data)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `insert into messages (tenant, id, job_id, topic, subject, body, created_at) select w.tenant, $2, '', $3, $4, $5, {now}
		from (select tenant from webhooks where tenant = $1 and state = 'active' limit 1) w`, tenant, newID(), topic, text(subject), body)
	return err
}

// Announce stores a message that no job left.
func (s *Store) Announce(ctx context.Context, tenant, topic, subject string, data []byte) error {
	return s.inTx(ctx, "storing a message", func(t *tx) error { return emit(ctx, t, tenant, topic, subject, json.RawMessage(data)) })
}

// webhookColumns are all columns of a webhook but its tenant, in the order scanWebhook reads them.
const webhookColumns = `id, url, description, topics, state, reason, secrets, failing_since, revision, created_at, updated_at`

func scanWebhook(scan func(...any) error) (w service.Webhook, err error) {
	var topics string
	var secrets []byte
	if err := scan(&w.ID, &w.URL, &w.Description, &topics, &w.State, &w.Reason, &secrets, &w.FailingSinceUs, &w.Revision, &w.CreatedUs, &w.UpdatedUs); err != nil {
		return w, err
	}
	if err := json.Unmarshal([]byte(topics), &w.Topics); err != nil {
		return w, fmt.Errorf("%w: topics of webhook %s: %w", errPacked, w.ID, err)
	}
	if err := json.Unmarshal(secrets, &w.Secrets); err != nil {
		return w, fmt.Errorf("%w: secrets of webhook %s: %w", errPacked, w.ID, err)
	}
	return w, nil
}

// webhookValues are what may change of a webhook, as stored.
func webhookValues(w service.Webhook) (topics string, secrets []byte, err error) {
	list, err := json.Marshal(append([]string{}, w.Topics...))
	if err != nil {
		return "", nil, err
	}
	secrets, err = json.Marshal(append([]service.WebhookSecret{}, w.Secrets...))
	return string(list), secrets, err
}

// AddWebhook stores a new receiver.
func (s *Store) AddWebhook(ctx context.Context, tenant string, w service.Webhook) (service.Webhook, error) {
	topics, secrets, err := webhookValues(w)
	if err != nil {
		return w, err
	}
	err = s.save(ctx, tenant, "storing a webhook", nil, func(t *tx) error {
		w, err = scanWebhook(t.row(ctx, `insert into webhooks (tenant, id, url, description, topics, state, secrets, created_at, updated_at)
			values ($1, $2, $3, $4, $5, $6, $7, {now}, {now}) returning `+webhookColumns,
			tenant, newID(), w.URL, text(w.Description), topics, string(w.State), secrets).Scan)
		return err
	})
	return w, err
}

// Webhook reads one receiver.
func (s *Store) Webhook(ctx context.Context, tenant, id string) (service.Webhook, error) {
	w, err := scanWebhook(s.readRow(ctx, `select `+webhookColumns+` from webhooks where tenant = $1 and id = $2`, tenant, id))
	return w, s.explain("reading webhook "+id, err)
}

// Webhooks lists all receivers of a tenant.
func (s *Store) Webhooks(ctx context.Context, tenant string) ([]service.Webhook, error) {
	var out []service.Webhook
	err := s.queryRead(ctx, "listing webhooks", `select `+webhookColumns+` from webhooks where tenant = $1 order by id`, []any{tenant},
		func(scan func(...any) error) error {
			w, err := scanWebhook(scan)
			out = append(out, w)
			return err
		})
	return out, err
}

// SaveWebhook replaces a receiver that nobody changed meanwhile.
func (s *Store) SaveWebhook(ctx context.Context, tenant string, w service.Webhook) (service.Webhook, error) {
	topics, secrets, err := webhookValues(w)
	if err != nil {
		return w, err
	}
	err = s.inTx(ctx, "storing webhook "+w.ID, func(t *tx) error {
		saved, err := scanWebhook(t.row(ctx, `update webhooks set url = $4, description = $5, topics = $6, state = $7, reason = $8, secrets = $9,
				failing_since = $10, revision = revision + 1, updated_at = {now}
			where tenant = $1 and id = $2 and revision = $3 returning `+webhookColumns,
			tenant, w.ID, w.Revision, w.URL, text(w.Description), topics, string(w.State), text(w.Reason), secrets, w.FailingSinceUs).Scan)
		if errors.Is(err, sql.ErrNoRows) {
			var id string
			if err := t.row(ctx, `select id from webhooks where tenant = $1 and id = $2`, tenant, w.ID).Scan(&id); err != nil {
				return err
			}
			return fmt.Errorf("%w: webhook %s was changed meanwhile", service.ErrConflict, w.ID)
		}
		w = saved
		return err
	})
	return w, err
}

// RemoveWebhook forgets a receiver with its deliveries.
func (s *Store) RemoveWebhook(ctx context.Context, tenant, id string) error {
	return s.inTx(ctx, "removing webhook "+id, func(t *tx) error {
		n, err := t.exec(ctx, `delete from webhooks where tenant = $1 and id = $2`, tenant, id)
		if err == nil && n == 0 {
			err = fmt.Errorf("%w: webhook %s", service.ErrNotFound, id)
		}
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, `delete from delivery_attempts where tenant = $1 and delivery_id in
			(select id from deliveries where tenant = $1 and webhook_id = $2)`, tenant, id)
		if err == nil {
			_, err = t.exec(ctx, `delete from deliveries where tenant = $1 and webhook_id = $2`, tenant, id)
		}
		return err
	})
}

// outMessage is a message with its tenant.
type outMessage struct {
	tenant, id, topic, subject string
	body                       []byte
	createdUs                  int64
}

// FanOut makes deliveries of messages.
func (s *Store) FanOut(ctx context.Context, limit int) (n int, err error) {
	waiting := false
	err = s.queryRead(ctx, "looking for messages", `select 1 from messages limit 1`, nil, func(scan func(...any) error) error {
		var one int
		waiting = true
		return scan(&one)
	})
	if err != nil || !waiting {
		return 0, err
	}
	err = s.inTx(ctx, "handing out messages", func(t *tx) error {
		rows, err := t.query(ctx, `select tenant, id, topic, subject, body, created_at from messages order by id limit $1 {skip}`, limit)
		if err != nil {
			return err
		}
		var messages []outMessage
		err = eachRow(rows, func(scan func(...any) error) error {
			var m outMessage
			err := scan(&m.tenant, &m.id, &m.topic, &m.subject, &m.body, &m.createdUs)
			messages = append(messages, m)
			return err
		})
		if err != nil {
			return err
		}
		n = len(messages)
		return handOut(ctx, t, messages)
	})
	return n, err
}

func handOut(ctx context.Context, t *tx, messages []outMessage) error {
	receivers := map[string][]service.Webhook{}
	for _, m := range messages {
		all, known := receivers[m.tenant]
		if !known {
			rows, err := t.query(ctx, `select `+webhookColumns+` from webhooks where tenant = $1 and state = 'active' order by id`, m.tenant)
			if err != nil {
				return err
			}
			err = eachRow(rows, func(scan func(...any) error) error {
				w, err := scanWebhook(scan)
				all = append(all, w)
				return err
			})
			if err != nil {
				return err
			}
			receivers[m.tenant] = all
		}
		body, err := json.Marshal(service.NewEvent(m.id, m.topic, m.subject, m.createdUs, m.body))
		if err != nil {
			return err
		}
		for _, w := range all {
			if len(w.Topics) > 0 && !slices.Contains(w.Topics, m.topic) || m.topic == service.TopicWebhookTest && m.subject != w.ID {
				continue
			}
			_, err := t.exec(ctx, `insert into deliveries (tenant, id, webhook_id, event_id, topic, subject, body, state, next_at, created_at)
				values ($1, $2, $3, $4, $5, $6, $7, 'pending', 0, {now})`, m.tenant, newID(), w.ID, m.id, m.topic, m.subject, body)
			if err != nil {
				return err
			}
		}
		if _, err := t.exec(ctx, `delete from messages where tenant = $1 and id = $2`, m.tenant, m.id); err != nil {
			return err
		}
	}
	return nil
}

// deliveryColumns are all columns of a delivery, in the order scanDelivery reads them.
const deliveryColumns = `tenant, id, webhook_id, event_id, topic, subject, body, state, attempts, next_at, lease, status, error, created_at, ended_at`

func scanDelivery(scan func(...any) error) (d service.Delivery, err error) {
	err = scan(&d.Tenant, &d.ID, &d.WebhookID, &d.EventID, &d.Topic, &d.Subject, &d.Body, &d.State, &d.Attempts, &d.NextUs, &d.Lease, &d.Status, &d.Error,
		&d.CreatedUs, &d.EndedUs)
	return d, err
}

// ClaimDeliveries gives deliveries that are due.
func (s *Store) ClaimDeliveries(ctx context.Context, limit int, lease time.Duration) (out []service.Delivery, err error) {
	due := false
	err = s.queryRead(ctx, "looking for deliveries", `select 1 from deliveries where state = 'pending' and next_at <= {now} limit 1`, nil,
		func(scan func(...any) error) error {
			var one int
			due = true
			return scan(&one)
		})
	if err != nil || !due {
		return nil, err
	}
	err = s.inTx(ctx, "claiming deliveries", func(t *tx) error {
		out = nil
		rows, err := t.query(ctx, `with due as materialized (
				select d.tenant, d.id from deliveries d join webhooks w on w.tenant = d.tenant and w.id = d.webhook_id and w.state = 'active'
				where d.state = 'pending' and d.next_at <= {now} order by d.next_at, d.id limit $1 `+s.skipOf("d")+`)
			update deliveries set lease = lease + 1, next_at = {now} + $2 where (tenant, id) in (select tenant, id from due)
			returning `+deliveryColumns, limit, lease.Microseconds())
		if err != nil {
			return err
		}
		err = eachRow(rows, func(scan func(...any) error) error {
			d, err := scanDelivery(scan)
			out = append(out, d)
			return err
		})
		for i := 0; err == nil && i < len(out); i++ {
			out[i].Webhook, err = scanWebhook(t.row(ctx, `select `+webhookColumns+` from webhooks where tenant = $1 and id = $2`, out[i].Tenant, out[i].WebhookID).Scan)
		}
		return err
	})
	return out, err
}

// skipOf is the {skip} clause for one of several tables.
func (s *Store) skipOf(table string) string {
	if s.pool == nil {
		return ""
	}
	return "for update of " + table + " skip locked"
}

// EndAttempt notes an attempt and what follows from it.
func (s *Store) EndAttempt(ctx context.Context, d service.Delivery, end service.DeliveryEnd) error {
	return s.inTx(ctx, "noting an attempt of delivery "+d.ID, func(t *tx) error {
		ended := end.State != service.DeliveryPending
		n, err := t.exec(ctx, `update deliveries set state = $4, attempts = attempts + 1, status = $5, error = $6,
				next_at = {now} + $7, ended_at = case when $8 = 1 then {now} else 0 end
			where tenant = $1 and id = $2 and lease = $3 and state = 'pending'`,
			d.Tenant, d.ID, d.Lease, string(end.State), end.Status, text(end.Error), end.Delay.Microseconds(), boolInt(ended))
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("%w: delivery %s", service.ErrTokenLost, d.ID)
		}
		_, err = t.exec(ctx, `insert into delivery_attempts (tenant, delivery_id, attempt, status, error, took_ms, at)
			select $1, $2, 1 + count(*), $3, $4, $5, {now} from delivery_attempts where tenant = $1 and delivery_id = $2`,
			d.Tenant, d.ID, end.Status, text(end.Error), end.Took.Milliseconds())
		if err != nil {
			return err
		}
		switch {
		case end.Disable != "":
			_, err = t.exec(ctx, `update webhooks set state = 'disabled', reason = $3, revision = revision + 1, updated_at = {now}
				where tenant = $1 and id = $2 and state = 'active'`, d.Tenant, d.WebhookID, text(end.Disable))
		case end.State == service.DeliveryDelivered:
			_, err = t.exec(ctx, `update webhooks set failing_since = 0 where tenant = $1 and id = $2 and failing_since <> 0`, d.Tenant, d.WebhookID)
		default:
			_, err = t.exec(ctx, `update webhooks set failing_since = {now} where tenant = $1 and id = $2 and failing_since = 0`, d.Tenant, d.WebhookID)
		}
		return err
	})
}

// Deliveries lists deliveries, newest first.
func (s *Store) Deliveries(ctx context.Context, tenant string, f service.DeliveryFilter) ([]service.Delivery, error) {
	var out []service.Delivery
	err := s.queryRead(ctx, "listing deliveries", `select `+deliveryColumns+` from deliveries
		where tenant = $1 and ($2 = '' or webhook_id = $2) and ($3 = '' or state = $3) and ($4 = '' or id < $4) order by id desc limit $5`,
		[]any{tenant, f.WebhookID, string(f.State), f.Before, pageSize(f.Limit)}, func(scan func(...any) error) error {
			d, err := scanDelivery(scan)
			out = append(out, d)
			return err
		})
	return out, err
}

// Delivery reads one delivery with its attempts, oldest first.
func (s *Store) Delivery(ctx context.Context, tenant, id string) (service.Delivery, []service.DeliveryAttempt, error) {
	d, err := scanDelivery(s.readRow(ctx, `select `+deliveryColumns+` from deliveries where tenant = $1 and id = $2`, tenant, id))
	if err != nil {
		return d, nil, s.explain("reading delivery "+id, err)
	}
	var attempts []service.DeliveryAttempt
	err = s.queryRead(ctx, "reading the attempts of delivery "+id, `select attempt, status, error, took_ms, at from delivery_attempts
		where tenant = $1 and delivery_id = $2 order by attempt`, []any{tenant, id}, func(scan func(...any) error) error {
		var a service.DeliveryAttempt
		var ms int64
		err := scan(&a.Attempt, &a.Status, &a.Error, &ms, &a.AtUs)
		a.Took = time.Duration(ms) * time.Millisecond
		attempts = append(attempts, a)
		return err
	})
	return d, attempts, err
}

// ReplayDelivery sends an ended delivery again.
func (s *Store) ReplayDelivery(ctx context.Context, tenant, id string) (d service.Delivery, err error) {
	err = s.inTx(ctx, "replaying delivery "+id, func(t *tx) error {
		d, err = scanDelivery(t.row(ctx, `update deliveries set state = 'pending', attempts = 0, next_at = 0, ended_at = 0, lease = lease + 1
			where tenant = $1 and id = $2 and state <> 'pending' returning `+deliveryColumns, tenant, id).Scan)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		d, err = scanDelivery(t.row(ctx, `select `+deliveryColumns+` from deliveries where tenant = $1 and id = $2`, tenant, id).Scan)
		if err == nil {
			err = fmt.Errorf("%w: delivery %s is still being tried", service.ErrConflict, id)
		}
		return err
	})
	return d, err
}
