package servers

import "syscall"

// attributes run a child as the given account and have the kernel send it the signal when we die, however we die.
func attributes(who *account, whenOrphaned syscall.Signal) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{
		Setpgid:   true, // Ctrl-C at the terminal is for us: we end the servers in order
		Pdeathsig: whenOrphaned,
	}
	if who != nil {
		attr.Credential = &syscall.Credential{Uid: uint32(who.uid), Gid: uint32(who.gid)}
	}
	return attr
}
