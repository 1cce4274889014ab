// Package quartermaster is the root of a supply-chain and logistics optimization service. It holds no code: the rooms are
// described in ARCHITECTURE.md, and deps_test.go beside this file holds their import rules. The program is in
// cmd/quartermaster.
package quartermaster
