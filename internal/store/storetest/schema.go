// Package storetest gives tests of any room tables of their own on the PostgreSQL server that the environment names.
package storetest

import (
	"database/sql"
	"errors"
	"net/url"
	"os"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx", to make a schema
	"github.com/oklog/ulid/v2"
)

// Address is what the variable holds, QUARTERMASTER_TEST_POSTGRES or …_REDIS: the address of a test server. Without it the
// test fails, or is skipped where QUARTERMASTER_TEST_SKIP_SERVERS=1 allows to prove nothing on servers.
func Address(t testing.TB, variable string) string {
	t.Helper()
	address := os.Getenv(variable)
	if address == "" {
		if os.Getenv("QUARTERMASTER_TEST_SKIP_SERVERS") == "1" {
			t.Skipf("QUARTERMASTER_TEST_SKIP_SERVERS=1: nothing is proved on the server of %s", variable)
		}
		t.Fatalf("%s names no server (make test starts one; QUARTERMASTER_TEST_SKIP_SERVERS=1 goes without)", variable)
	}
	return address
}

// Schema makes an empty schema on the test server, dropped when the test ends, and gives the address under which all
// tables are in it, as its owner; options are further ones of the address, by name and value in turn.
func Schema(t testing.TB, options ...string) (address, schema string) {
	t.Helper()
	server := Address(t, "QUARTERMASTER_TEST_POSTGRES")
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	schema = "t" + strings.ToLower(ulid.Make().String())
	if _, err := admin.Exec("create schema " + schema); err != nil {
		t.Fatal(errors.Join(err, admin.Close()))
	}
	t.Cleanup(func() {
		_, err := admin.Exec("drop schema " + schema + " cascade")
		if err := errors.Join(err, admin.Close()); err != nil {
			t.Error(err)
		}
	})
	values := u.Query()
	values.Set("search_path", schema)
	for k := 0; k+1 < len(options); k += 2 {
		values.Set(options[k], options[k+1])
	}
	u.RawQuery = values.Encode()
	return u.String(), schema
}
