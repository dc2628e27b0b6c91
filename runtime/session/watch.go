// Watching the coordinator: a server that takes part in one run ends if there
// is nobody to start it.

package session

import "google.golang.org/grpc/connectivity"

// watch holds a connection to the coordinator until the run begins. If it is
// not there within ConnectTimeout, at first or once it is lost, the server ends.
func (v *serving) watch() {
	d := &dialer{id: v.Identity, timeout: v.ConnectTimeout, waiting: v.logWait}
	for {
		conn, err := d.connect(v.watching, v.Hostmap.Coordinator())
		if err != nil {
			v.giveUp(err)
			return
		}
		conn.WaitForStateChange(v.watching, connectivity.Ready)
		conn.Close()
	}
}

// giveUp ends a server whose coordinator is not there. One that refuses, or is
// refused, is about to ask: it shall hear the reason and not find nobody.
func (v *serving) giveUp(err error) {
	if isRefusal(err) {
		v.log.Error("cannot take part in the run", "reason", inLine(err))
		within(farewellTime, v.watching.Done())
	}
	if v.watching.Err() == nil {
		v.finish(err)
	}
}

func (v *serving) logWait(to Entry) {
	v.log.Info("waits for a player", "player", to.Name, "address", to.Addr)
}
