//go:build unix && !linux

package servers

import "syscall"

// attributes run a child as the given account. Only Linux can also tie its life to ours.
func attributes(who *account, _ syscall.Signal) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if who != nil {
		attr.Credential = &syscall.Credential{Uid: uint32(who.uid), Gid: uint32(who.gid)}
	}
	return attr
}
