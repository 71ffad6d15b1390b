package dev.ballast.verify;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network of machines: each a namespace with one cable to a common switch, which is a bridge in a namespace of its own. The
 * machine that runs the test is no part of it, unless it joins.
 *
 * <pre>
 *   machine  eth0 10.77.0.N/24 ── NAME  br0 (switch)
 * </pre>
 */
final class Lan implements AutoCloseable {
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String prefix =
      "ballast-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet() + "-";
  private final Map<String, Machine> machines = new LinkedHashMap<>();
  private final Namespace network;

  Lan() throws Exception {
    network = Namespace.create(prefix + "switch");
    network.ip("link", "add", "br0", "type", "bridge", "forward_delay", "0");
    network.ip("link", "set", "br0", "up");
  }

  /** A machine; {@code cable} is its port at the switch. */
  final class Machine {
    private final Namespace namespace;
    private final String cable;
    private final String address;

    private Machine(Namespace namespace, String cable, String address) {
      this.namespace = namespace;
      this.cable = cable;
      this.address = address;
    }

    Place place() {
      return namespace;
    }

    String address() {
      return address;
    }

    /** Runs {@code ip} on this machine. */
    void ip(String... arguments) {
      namespace.ip(arguments);
    }

    /** Nothing arrives any more, and nobody is told. */
    void cutSilently() {
      network.ip("link", "set", cable, "nomaster");
    }

    /** The machine itself knows that its network is gone. */
    void cutLoudly() {
      namespace.ip("link", "set", "eth0", "down");
    }

    void heal() {
      network.ip("link", "set", cable, "master", "br0");
      namespace.ip("link", "set", "eth0", "up");
    }
  }

  Machine machine(String name) throws Exception {
    var namespace = Namespace.create(prefix + name);
    String address = "10.77.0." + (1 + machines.size());
    network.ip(
        "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", namespace.name());
    network.ip("link", "set", name, "master", "br0", "up");
    namespace.ip("address", "add", address + "/24", "dev", "eth0");
    namespace.ip("link", "set", "eth0", "up");
    var machine = new Machine(namespace, name, address);
    machines.put(name, machine);
    return machine;
  }

  /** Gives the machine that runs the test a cable to the switch, too: 10.77.0.254. It goes with the switch. */
  void joinHere() {
    String cable = "bl" + ProcessHandle.current().pid() + "-" + COUNT.get();
    Finished.tool(
            "ip",
            "link",
            "add",
            cable,
            "type",
            "veth",
            "peer",
            "name",
            "here",
            "netns",
            network.name())
        .orFail();
    network.ip("link", "set", "here", "master", "br0", "up");
    Finished.tool("ip", "address", "add", "10.77.0.254/24", "dev", cable).orFail();
    Finished.tool("ip", "link", "set", cable, "up").orFail();
  }

  @Override
  public void close() {
    machines.values().forEach(machine -> machine.namespace.close());
    network.close();
  }
}
