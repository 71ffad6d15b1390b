package dev.ballast.proxy;

import dev.ballast.model.AddressBlock;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * How connections come in at a port, before what is served there begins. Immutable.
 *
 * @param port as it is configured
 * @param fronts the addresses whose connections begin with a PROXY header
 * @param drainNanos how long streams go on once the port is no longer served
 */
record Entry(int port, List<AddressBlock> fronts, long drainNanos) {

  Entry {
    fronts = List.copyOf(fronts);
  }

  /** That of a port which listeners share: the front proxies of each, and the longest time. */
  Entry joined(Entry other) {
    var all = new LinkedHashSet<>(fronts);
    all.addAll(other.fronts);
    return new Entry(port, List.copyOf(all), Math.max(drainNanos, other.drainNanos));
  }

  /** Whether a connection from this address is from a front proxy, which names the client. */
  boolean isFront(InetAddress address) {
    for (int i = 0; i < fronts.size(); i++) {
      if (fronts.get(i).contains(address)) {
        return true;
      }
    }
    return false;
  }
}
