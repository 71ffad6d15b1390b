package dev.ballast.verify;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * A network of machines: each a namespace with one cable to a common switch, which is a bridge in a namespace of its own. The
 * machine that runs the test is no part of it, unless it {@linkplain #joined() joins}.
 *
 * <pre>
 *   machine             eth0 10.77.X.N/24 ── NAME  br0 (switch)
 *   the test's machine  blPID-LAN 10.77.X.254/24 ── here  br0
 * </pre>
 *
 * X is 0 in a network that is apart; one that is joined has an X which no address of the test's machine has yet.
 */
final class Lan implements AutoCloseable {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final String NETWORK = "10.77.";
  private static final int APART = 0;
  private static final int MOST = 255;
  private static final int HERE = 254;

  private final int number = COUNT.incrementAndGet();
  private final String prefix = Namespace.prefix() + number + "-";
  private final Map<String, Machine> machines = new LinkedHashMap<>();
  private final int subnet;
  private final Namespace network;
  private int addresses;

  /** One that is apart. */
  Lan() throws Exception {
    this(APART);
  }

  private Lan(int subnet) throws Exception {
    this.subnet = subnet;
    Namespace.deleteThoseOfTheDead();
    network = Namespace.create(prefix + "switch");
    network.ip("link", "add", "br0", "type", "bridge", "forward_delay", "0");
    network.ip("link", "set", "br0", "up");
  }

  /** One to which the machine that runs the test has a cable, too. That goes with the switch. */
  static Lan joined() throws Exception {
    var lan = new Lan(freeSubnet());
    lan.joinHere();
    return lan;
  }

  /** The first one that this machine has no address in. */
  private static int freeSubnet() {
    String addresses = ip("-4", "-o", "address");
    return IntStream.rangeClosed(1, MOST)
        .filter(subnet -> !addresses.contains(" " + NETWORK + subnet + "."))
        .findFirst()
        .orElseThrow(
            () -> new AssertionError("this machine is in all networks " + NETWORK + "X.0/24"));
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

    /** One more address of this machine, so that one more server can have its usual ports. */
    String addAddress() {
      String another = Lan.this.address(1 + addresses++);
      ip("address", "add", another + "/24", "dev", "eth0");
      return another;
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
    String address = address(1 + addresses++);
    network.ip(
        "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", namespace.name());
    network.ip("link", "set", name, "master", "br0", "up");
    namespace.ip("address", "add", address + "/24", "dev", "eth0");
    namespace.ip("link", "set", "eth0", "up");
    var machine = new Machine(namespace, name, address);
    machines.put(name, machine);
    return machine;
  }

  private void joinHere() {
    String cable = "bl" + ProcessHandle.current().pid() + "-" + number;
    ip("link", "add", cable, "type", "veth", "peer", "name", "here", "netns", network.name());
    network.ip("link", "set", "here", "master", "br0", "up");
    ip("address", "add", address(HERE) + "/24", "dev", cable);
    ip("link", "set", cable, "up");
  }

  /** Runs {@code ip} on the machine that runs the test. */
  static String ip(String... arguments) {
    var command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments));
    return Finished.tool(command.toArray(String[]::new)).orFail().out();
  }

  private String address(int last) {
    return NETWORK + subnet + "." + last;
  }

  @Override
  public void close() {
    machines.values().forEach(machine -> machine.namespace.close());
    network.close();
  }
}
