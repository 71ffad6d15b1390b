package dev.ballast.cli;

import java.net.URI;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Where one LB server of a system on one machine stands.
 *
 * @param portOffset added to the port of every listener, because another LB server has the same address
 */
record LocalServer(String name, String address, int adminPort, int portOffset) {
  /** Less than the supervisor's patience. */
  private static final String DRAIN = "2s";

  private static final int ADMIN_PORT = 7_071;
  private static final int FIRST_HOST = 21;
  private static final int OFFSET_STEP = 100;
  private static final String LOOPBACK = "127.0.0.1";

  /** On 127.0.0.21, .22, … where these can be bound, else all on 127.0.0.1 with ports of their own. */
  static List<LocalServer> plan(int number) {
    boolean isEachUsable =
        IntStream.range(0, number).mapToObj(LocalServer::addressOf).allMatch(PortCheck::isUsable);
    return IntStream.range(0, number)
        .mapToObj(index -> isEachUsable ? onOwnAddress(index) : onSharedAddress(index))
        .toList();
  }

  private static LocalServer onOwnAddress(int index) {
    return new LocalServer("lb-" + (index + 1), addressOf(index), ADMIN_PORT, 0);
  }

  static LocalServer onSharedAddress(int index) {
    int offset = index * OFFSET_STEP;
    return new LocalServer("lb-" + (index + 1), LOOPBACK, ADMIN_PORT + offset, offset);
  }

  private static String addressOf(int index) {
    return "127.0.0." + (FIRST_HOST + index);
  }

  String adminUrl() {
    return "http://" + address + ":" + adminPort;
  }

  /** @param more options of it alone */
  Child child(Launcher launcher, URI controller, DataDirectory data, List<String> more) {
    List<String> command =
        launcher.with(
            "lb",
            "--name",
            name,
            "--controller",
            controller.toString(),
            "--token-file",
            data.tokenFile().toString(),
            "--data-key-file",
            data.dataKeyFile().toString(),
            "--address",
            address,
            "--admin-port",
            Integer.toString(adminPort),
            "--port-offset",
            Integer.toString(portOffset),
            "--state-dir",
            data.lbServers().toString(),
            "--access-log",
            data.accessLog(name).toString(),
            "--drain-delay",
            "0s",
            "--drain-timeout",
            DRAIN,
            "--exit-on-eof");
    return new Child(name, Stream.concat(command.stream(), more.stream()).toList());
  }

  /** Where a listener of this port really listens. */
  int port(int listenerPort) {
    return listenerPort + portOffset;
  }
}
