package client

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"quartermaster/api"
)

// CreditModels lists the stored versions of credit models, newest first; name "" = of all models.
func (c *Client) CreditModels(ctx context.Context, name string) (api.CreditModelList, error) {
	var out api.CreditModelList
	_, err := c.do(ctx, call{what: "list credit models", method: http.MethodGet, path: "/v1/credit-models", query: PageOf{}.query("name", name), into: &out, again: true})
	return out, err
}

// CreditPoints prints a version of a scorecard as a table of points.
func (c *Client) CreditPoints(ctx context.Context, name string, version int) (api.CreditPointsTable, error) {
	var out api.CreditPointsTable
	err := c.get(ctx, "print credit model "+name, &out, "/v1/credit-models/", name, "/versions/", strconv.Itoa(version), "/points")
	return out, err
}

// CrownCreditModel puts a version of a credit model in use.
func (c *Client) CrownCreditModel(ctx context.Context, name string, version int) (api.CreditModelVersion, error) {
	var out api.CreditModelVersion
	p, err := path("/v1/credit-models/", name, "/versions/", strconv.Itoa(version), "/champion")
	if err == nil {
		_, err = c.do(ctx, call{what: "put credit model " + name + " in use", method: http.MethodPut, path: p, into: &out, again: true})
	}
	return out, err
}

// DropCreditModel removes a version of a credit model.
func (c *Client) DropCreditModel(ctx context.Context, name string, version int) error {
	p, err := path("/v1/credit-models/", name, "/versions/", strconv.Itoa(version))
	if err == nil {
		_, err = c.do(ctx, call{what: "remove credit model " + name, method: http.MethodDelete, path: p})
	}
	return err
}

// RiskFilter chooses suppliers for SupplierRisks.
type RiskFilter struct {
	PageOf
	Q        string // part of the id or name
	AsOfDate string // "" = the day after the newest order
}

// SupplierRisks lists suppliers, the riskiest first.
func (c *Client) SupplierRisks(ctx context.Context, f RiskFilter) (api.SupplierRiskList, error) {
	var out api.SupplierRiskList
	_, err := c.do(ctx, call{what: "list the risks of suppliers", method: http.MethodGet, path: "/v1/supplier-risks", query: f.query("q", f.Q, "as_of_date", f.AsOfDate), into: &out, again: true})
	return out, err
}

// SupplierRisk reads how far one supplier can be trusted, with its trend and the money at risk.
func (c *Client) SupplierRisk(ctx context.Context, id string) (api.SupplierRiskDetail, error) {
	var out api.SupplierRiskDetail
	err := c.get(ctx, "read the risk of supplier "+id, &out, "/v1/supplier-risks/", id)
	return out, err
}

// SaveSupplierDeliveries says what became of purchase orders: all of them are stored, or none. Telling again under an id
// replaces what was told.
func (c *Client) SaveSupplierDeliveries(ctx context.Context, deliveries []api.SupplierDelivery) (api.SupplierRecordReceipt, error) {
	var out api.SupplierRecordReceipt
	err := c.once(ctx, call{what: fmt.Sprintf("store %d deliveries of suppliers", len(deliveries)), path: "/v1/supplier-deliveries", body: api.SupplierDeliveryBatch{Deliveries: deliveries}, into: &out, large: true}, "")
	return out, err
}

// SupplierDeliveries reads one page of what was told of purchase orders, the newest first; supplierID "" = of all suppliers.
func (c *Client) SupplierDeliveries(ctx context.Context, supplierID string, page PageOf) (api.SupplierDeliveryList, error) {
	var out api.SupplierDeliveryList
	_, err := c.do(ctx, call{what: "list deliveries of suppliers", method: http.MethodGet, path: "/v1/supplier-deliveries", query: page.query("supplier_id", supplierID), into: &out, again: true})
	return out, err
}

// SaveSupplierReports says what was noted of suppliers on a day: all of it is stored, or none.
func (c *Client) SaveSupplierReports(ctx context.Context, reports []api.SupplierReport) (api.SupplierRecordReceipt, error) {
	var out api.SupplierRecordReceipt
	err := c.once(ctx, call{what: fmt.Sprintf("store %d reports of suppliers", len(reports)), path: "/v1/supplier-reports", body: api.SupplierReportBatch{Reports: reports}, into: &out, large: true}, "")
	return out, err
}

// SupplierReports reads one page of what was noted of suppliers, the newest first; supplierID "" = of all suppliers.
func (c *Client) SupplierReports(ctx context.Context, supplierID string, page PageOf) (api.SupplierReportList, error) {
	var out api.SupplierReportList
	_, err := c.do(ctx, call{what: "list reports of suppliers", method: http.MethodGet, path: "/v1/supplier-reports", query: page.query("supplier_id", supplierID), into: &out, again: true})
	return out, err
}
