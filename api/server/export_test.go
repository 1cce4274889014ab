package server

// OfferedKinds gives the kind of the jobs of each operation by the operation's name.
func OfferedKinds() map[string]string {
	out := map[string]string{}
	for _, o := range offered {
		name, kind := o.named()
		out[name] = kind
	}
	return out
}
